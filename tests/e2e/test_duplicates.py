"""An API that serves a page twice: each record is in the table once all the same."""

from __future__ import annotations

from tests.e2e.house import House
from tests.support.api_server import Reply, Request, people, serving

_SIZE, _ALL = 10, 40


def _pages(request: Request) -> Reply:
    """Page 3 is page 2 again; nothing is missing, as page 4 goes on with what page 3 should have held."""
    rows = people(_ALL)
    page = int(request.query.get("page", "1"))
    first = {1: 0, 2: 10, 3: 10, 4: 20, 5: 30}.get(page, _ALL)
    return Reply(data={"people": rows[first : first + _SIZE]})


def test_records_that_came_twice_are_found_and_merged(house: House) -> None:
    with serving({"/people": _pages}) as api:
        document = house.document(
            "init", "crowd", "--api", f"{api.url}/people", "--model", "builtin", "--yes"
        )
    assert document["status"] == "done"
    assert document["repairs"] == 1
    assert [(table["name"], table["rows"]) for table in document["tables"]] == [("people", _ALL)]
    assert '"merge"' in house.read("crowd_pipeline.py")
