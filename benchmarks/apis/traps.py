"""APIs with traps: what they say is not what they do, or not always."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable
from typing import Any

from benchmarks.apis.case import Case
from tests.api.apis import PAGED, ROWS, SIZE, UNPROVEN, page_of
from tests.support.api_server import Reply, Request, Route, people

MANY = people(1050)
ODD = people(37)


def failing(every: int, status: int, headers: dict[str, str]) -> Callable[[], Route]:
    """The first of some requests fails, and works when it is asked again."""

    def make() -> Route:
        calls = itertools.count()

        def route(request: Request) -> Reply:
            if next(calls) % every == 0:
                return Reply(status, {"message": "later"}, headers)
            return PAGED["next_url"](request)

        return route

    return make


def gzipped(request: Request) -> Reply:
    """Compressed, whatever was accepted."""
    body = json.dumps({"page": request.number("page", 1), "total_pages": 3, "data": page_of(request)})
    headers = {"Content-Encoding": "gzip"}
    return Reply(raw=gzip.compress(body.encode()), headers=headers)


def repeating(request: Request) -> Reply:
    """Each page begins with the last record of the one before."""
    start = request.number("o", 0)
    end = start + SIZE
    link = f"{request.path}?o={end - 1}" if end < len(ROWS) else None
    return Reply(data={"items": ROWS[start:end], "next": link})


def twice(request: Request) -> Reply:
    """The second page comes twice before the third."""
    at = request.number("p", 0)
    page = (0, 1, 1, 2)[min(at, 3)]
    link = f"{request.path}?p={at + 1}" if at < 3 else None
    return Reply(data={"items": ROWS[page * SIZE : (page + 1) * SIZE], "next": link})


def capped(request: Request) -> Reply:
    """Takes a limit, but gives a hundred at most; does not say how many there are."""
    size = max(1, min(request.number("limit", 20), 100))
    start = request.number("offset", 0)
    return Reply(data={"results": MANY[start : start + size]})


def capped_pages(request: Request) -> Reply:
    """Page numbers, with a size that must not be above a hundred."""
    size = request.number("per_page", 25)
    if size > 100:
        return Reply(400, {"message": "per_page must be at most 100"})
    start = (request.number("page", 1) - 1) * size
    return Reply(data=MANY[start : start + size], headers={"X-Total-Count": str(len(MANY))})


def sized_link(request: Request) -> Reply:
    """Next links that carry the size."""
    size, start = min(request.number("limit", 20), 500), request.number("start", 0)
    link = f"{request.base}{request.path}?start={start + size}&limit={size}"
    return Reply(data={"data": MANY[start : start + size], "next": link if start + size < 1050 else None})


def by_size_only(request: Request) -> Reply:
    """Takes a limit, knows no pages, and has no more than 37."""
    return Reply(data=ODD[: request.number("limit", 100)])


def required(request: Request) -> Reply:
    """Wants a parameter."""
    if "city" not in request.query:
        return Reply(400, {"message": "Required parameter 'city' is missing"})
    return PAGED["page_from_1"](request)


def strict(request: Request) -> Reply:
    """Refuses what it does not know; its links work."""
    if not request.query.keys() <= {"o"}:
        return Reply(400, {"message": "unknown parameter"})
    return PAGED["link_header"](request)


def foreign(request: Request) -> Reply:
    """The rest lies on another host."""
    return Reply(data={"items": ROWS[:SIZE], "next": "http://other.invalid/items?cursor=z"})


def opaque(request: Request) -> Reply:
    """A cursor that is neither the last id nor a number, and is only right in the order that it came."""
    start = sum(map(int, request.query.get("cursor", "z0").removeprefix("z").split("y")))
    following = f"z{start // 2}y{start + SIZE - start // 2}" if start + SIZE < len(ROWS) else ""
    return Reply(data={"data": ROWS[start : start + SIZE], "cursor": following})


def lying_total(request: Request) -> Reply:
    """States ten times what there is."""
    return Reply(data={"total": 250, "results": page_of(request)})


def error_inside(request: Request) -> Reply:
    """Never anything but an error, with status 200."""
    return Reply(data={"status": "error", "message": "Unknown dataset", "data": None})


def growing(request: Request) -> Reply:
    """Fields that only later records have, and one of two types."""
    rows: list[dict[str, Any]] = []
    for index, row in enumerate(ROWS):
        rows.append({**row, **({"late": index} if index > 15 else {})})
    number = request.number("page", 1)
    return Reply(data={"items": rows[(number - 1) * SIZE : number * SIZE]})


def nothing_at_end(request: Request) -> Reply:
    """204, no content, after the last page."""
    rows = page_of(request)
    return Reply(data=rows) if rows else Reply(204, raw=b"")


def null_at_end(request: Request) -> Reply:
    """null in place of the list, after the last page."""
    return Reply(data={"items": page_of(request) or None})


def missing_at_end(request: Request) -> Reply:
    """No list at all after the last page."""
    rows = page_of(request)
    return Reply(data={"items": rows} if rows else {"page": request.number("page", 1)})


def refused_at_end(request: Request) -> Reply:
    """400 after the last page."""
    rows = page_of(request)
    return Reply(data={"total": 25, "items": rows}) if rows else Reply(400, {"message": "page out of range"})


def token_in_header(request: Request) -> Reply:
    """The next page's token is a header."""
    start = int(request.query.get("page_token", "t0").removeprefix("t"))
    more = {"X-Next-Page-Token": f"t{start + SIZE}"} if start + SIZE < len(ROWS) else {}
    return Reply(data=ROWS[start : start + SIZE], headers=more)


def nested_cursor(request: Request) -> Reply:
    """A cursor deep in the answer, sent as a parameter with brackets."""
    start = int(request.query.get("page[after]", "q0").removeprefix("q"))
    after = f"q{start + SIZE}" if start + SIZE < len(ROWS) else None
    return Reply(data={"data": ROWS[start : start + SIZE], "meta": {"page": {"cursors": {"after": after}}}})


def bracketed_pages(request: Request) -> Reply:
    """JSON:API's page[number] and page[size], with no links."""
    size = request.number("page[size]", SIZE)
    start = (request.number("page[number]", 1) - 1) * size
    data = [{"type": "people", **row} for row in ROWS[start : start + size]]
    return Reply(data={"data": data}, headers={"Content-Type": "application/vnd.api+json"})


def empty_text_at_end(request: Request) -> Reply:
    """The last next link is an empty text."""
    start = request.number("o", 0)
    link = f"{request.base}{request.path}?o={start + SIZE}" if start + SIZE < len(ROWS) else ""
    return Reply(data={"items": ROWS[start : start + SIZE], "next": link})


def newest_first(request: Request) -> Reply:
    """Pages by the time of the oldest record so far."""
    rows = sorted(ROWS, key=lambda row: row["id"], reverse=True)
    before = request.number("max_id", 10**9)
    rows = [row for row in rows if row["id"] < before][:SIZE]
    follow = {"max_id": rows[-1]["id"]} if rows and rows[-1]["id"] > ROWS[0]["id"] else {}
    return Reply(data={"people": rows, **({"next_max_id": follow["max_id"]} if follow else {})})


_GROWN = [{**row, **({"late": index} if index > 15 else {})} for index, row in enumerate(ROWS)]

TRAPS: tuple[Case, ...] = (
    Case("traps/error_inside_200", lambda: error_inside, ROWS, loadable=False),
    Case("traps/500_that_goes_away", failing(7, 500, {}), ROWS),
    Case("traps/429_retry_after", failing(6, 429, {"Retry-After": "1"}), ROWS),
    Case("traps/gzip", lambda: gzipped, ROWS),
    Case("traps/overlapping_pages", lambda: repeating, ROWS),
    Case("traps/page_repeated", lambda: twice, ROWS),
    Case("traps/limit_capped", lambda: capped, MANY),
    Case("traps/size_refused", lambda: capped_pages, MANY),
    Case("traps/size_in_links", lambda: sized_link, MANY),
    Case("traps/one_page_by_size", lambda: by_size_only, ODD),
    Case("traps/required_said", lambda: required, ROWS, "for the city Berlin"),
    Case("traps/required_unsaid", lambda: required, ROWS, loadable=False),
    Case("traps/strict", lambda: strict, ROWS),
    Case("traps/foreign_next_only", lambda: foreign, ROWS, loadable=False),
    Case("traps/opaque_cursor", lambda: opaque, ROWS),
    Case("traps/total_too_large", lambda: lying_total, ROWS),
    Case("traps/late_fields", lambda: growing, _GROWN),
    Case("traps/204_at_end", lambda: nothing_at_end, ROWS),
    Case("traps/null_at_end", lambda: null_at_end, ROWS),
    Case("traps/missing_at_end", lambda: missing_at_end, ROWS),
    Case("traps/400_at_end", lambda: refused_at_end, ROWS),
    Case("traps/empty_text_at_end", lambda: empty_text_at_end, ROWS),
    Case("traps/token_in_header", lambda: token_in_header, ROWS),
    Case("traps/nested_cursor", lambda: nested_cursor, ROWS),
    Case("traps/bracketed_pages", lambda: bracketed_pages, ROWS),
    Case("traps/newest_first", lambda: newest_first, ROWS),
    Case("traps/last_page_again", lambda: UNPROVEN["clamped_without_total"], ROWS),
    Case("traps/ignores_paging", lambda: UNPROVEN["ignores_everything"], ROWS, loadable=False),
)
