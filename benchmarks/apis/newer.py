"""APIs that can be asked for what is new, run twice: in between records change, come, and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.apis.case import Case
from tests.api.apis import ROWS, SIZE
from tests.support.api_server import Reply, Request, Route

CHANGED = {**ROWS[3], "name": "changed", "updated_at": "2024-03-01T00:00:00Z"}
ADDED = {"id": 9000, "name": "added", "updated_at": "2024-03-02T00:00:00Z"}
LATER = [*ROWS[:3], CHANGED, *ROWS[4:], ADDED]
Rows = list[dict[str, Any]]


def since(rows: Rows, param: str) -> Callable[[], Route]:
    """Pages of what changed at a time or after it. Asked twice for everything it refuses."""

    def route(request: Request) -> Reply:
        asked = request.query.get(param, "")
        if rows is LATER and asked < "2024":
            return Reply(403, {"message": "the whole list may be read once a day"})
        found = [row for row in rows if row["updated_at"] >= asked]
        page = request.number("page", 1)
        last = page * SIZE >= len(found)
        body = {"items": found[(page - 1) * SIZE : page * SIZE], "next_page": None if last else page + 1}
        return Reply(data=body)

    return lambda: route


def odata(rows: Rows) -> Callable[[], Route]:
    """OData, with its expression."""

    def route(request: Request) -> Reply:
        asked = request.query.get("$filter", "").removeprefix("updated_at ge ").strip("'")
        if rows is LATER and asked < "2024":
            return Reply(403, {"message": "the whole list may be read once a day"})
        found = [row for row in rows if row["updated_at"] >= asked]
        start, size = request.number("$skip", 0), request.number("$top", SIZE)
        return Reply(data={"@odata.context": "$metadata#people", "value": found[start : start + size]})

    return lambda: route


_WORDS = "incrementally by updated_at"

NEWER: tuple[Case, ...] = (
    Case("newer/updated_since", since(ROWS, "updated_since"), ROWS, _WORDS,
         later=since(LATER, "updated_since"), later_rows=LATER),
    Case("newer/gte", since(ROWS, "updated_at[gte]"), ROWS, _WORDS,
         later=since(LATER, "updated_at[gte]"), later_rows=LATER),
    Case("newer/odata", odata(ROWS), ROWS, _WORDS, later=odata(LATER), later_rows=LATER),
)  # fmt: skip
