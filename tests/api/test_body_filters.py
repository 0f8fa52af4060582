"""What filters by time in the body of a POST is proven there, and written there."""

from __future__ import annotations

import json

from pilot.api.prober import ApiProber
from pilot.names import ProjectNames
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import Brief
from tests.support.api_server import Reply, Request, serving

ROWS = [{"id": n, "updated_at": f"2024-01-{n:02}T00:00:00Z"} for n in range(1, 26)]


def search(request: Request) -> Reply:
    if request.method != "POST":
        return Reply(405)
    since = json.loads(request.body or b"{}").get("filter", {}).get("updatedSince") or ""
    return Reply(data={"hits": [row for row in ROWS if str(row["updated_at"]) >= since], "total": 25})


def test_a_filter_in_the_body_is_proven_and_followed() -> None:
    words = 'by POST with {"filter": {"updatedSince": null}}, incrementally by updated_at'
    with serving({"/search": search}) as server:
        goal = f"{server.url}/search {words}"
        profile = ApiProber(lambda host, why: True).probe(goal, None, {}, lambda text: None)
    (endpoint,) = profile.endpoints
    (cursor,) = endpoint.cursors
    assert cursor.proven and cursor.param == "filter.updatedSince"
    brief = Brief(goal, ProjectNames("x"), profile, preview_removed=True)
    assert '{"updatedSince": "{incremental.start_value}"}' in BuiltinWriter().write(brief).text
