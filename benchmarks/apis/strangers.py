"""APIs that were met after the others: each taught a general rule."""

from __future__ import annotations

import base64
from typing import Any

from benchmarks.apis.case import Case
from tests.api.apis import ROWS, SIZE
from tests.support.api_server import Reply, Request, Route

KEY = "stranger-0123456789"
RATES = [{"code": code, "rate": n + 0.5} for n, code in enumerate("ABCDE")]
SHOPS = [{"id": n, "open": {"from": "08:00", "to": "17:30"}} for n in range(5)]


def _page(request: Request) -> list[dict[str, Any]]:
    start = (request.number("page", 1) - 1) * SIZE
    return ROWS[start : start + SIZE]


def endless_cursor(request: Request) -> Reply:
    """A cursor on every page, also on the empty one after the last."""
    start = request.number("cursor", 0)
    return Reply(data={"items": ROWS[start : start + SIZE], "cursor": str(min(start + SIZE, 30))})


def endless_link(request: Request) -> Reply:
    """A next link on every page, also on empty ones."""
    start = request.number("start", 0)
    link = f"{request.base}{request.path}?start={start + SIZE}"
    return Reply(data={"items": ROWS[start : start + SIZE], "next": link})


def numbered_objects(request: Request) -> Reply:
    """Records keyed by their place on the page; an empty list where there are none."""
    page = _page(request)
    return Reply(data={"data": {str(n): row for n, row in enumerate(page)} or [], "page": 1})


def after_id(request: Request) -> Reply:
    """Nothing but the records: the last one's id leads on."""
    return Reply(data=[row for row in ROWS if row["id"] > request.number("after_id", 0)][:SIZE])


def next_in_object(request: Request) -> Reply:
    """The next page as an object of its own."""
    number = request.number("page", 1)
    following = {"page": number + 1, "limit": SIZE} if number < 3 else None
    return Reply(data={"results": _page(request), "pagination": {"next": following, "prev": None}})


def content_range(request: Request) -> Reply:
    """Partial content, its total in Content-Range."""
    start, size = request.number("offset", 0), min(request.number("limit", SIZE), SIZE)
    rows = ROWS[start : start + size]
    return Reply(206, rows, {"Content-Range": f"{start}-{start + len(rows) - 1}/{len(ROWS)}"})


def one_indexed(request: Request) -> Reply:
    """SCIM: the first record is number 1."""
    start, count = request.number("startIndex", 1), request.number("count", SIZE)
    page = {"totalResults": len(ROWS), "startIndex": start, "itemsPerPage": count}
    return Reply(data={**page, "Resources": ROWS[start - 1 : start - 1 + count]})


def opened_by(wanted: str, challenge: str) -> Route:
    """Only for who sends this in the header Authorization."""

    def route(request: Request) -> Reply:
        if request.headers.get("authorization") != wanted:
            return Reply(401, {"detail": "No credentials were given."}, {"WWW-Authenticate": challenge})
        return Reply(data={"items": _page(request), "total": len(ROWS)})

    return route


def versioned(request: Request) -> Reply:
    """Wants a header besides."""
    if request.headers.get("x-version") != "2":
        return Reply(400, {"message": "header X-Version is required"})
    return Reply(data={"items": _page(request), "total_pages": 3, "page": request.number("page", 1)})


_SOLE = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
_RATES = {"base": "EUR", "date": "2026-01-02"}

STRANGERS: tuple[Case, ...] = (
    Case("strangers/endless_cursor", lambda: endless_cursor, ROWS),
    Case("strangers/endless_link", lambda: endless_link, ROWS),
    Case("strangers/numbered_objects", lambda: numbered_objects, ROWS),
    Case("strangers/after_id", lambda: after_id, ROWS),
    Case("strangers/next_in_object", lambda: next_in_object, ROWS),
    Case("strangers/content_range", lambda: content_range, ROWS),
    Case("strangers/one_indexed", lambda: one_indexed, ROWS),
    Case("strangers/token", lambda: opened_by(f"Token {KEY}", "Token"), ROWS, secrets={"api_key": KEY}),
    Case("strangers/key_as_user", lambda: opened_by(_SOLE, "Basic"), ROWS, secrets={"api_key": KEY}),
    Case("strangers/header_said", lambda: versioned, ROWS, "with the header X-Version: 2"),
    Case("strangers/fields_beside", lambda: lambda request: Reply(data={**_RATES, "rates": RATES}),
         [{**_RATES, **row} for row in RATES], path="/v1/rates"),
    Case("strangers/times_inside", lambda: lambda request: Reply(data=SHOPS),
         [{"id": n, "open__from": "08:00", "open__to": "17:30"} for n in range(5)], path="/v1/shops"),
)  # fmt: skip
