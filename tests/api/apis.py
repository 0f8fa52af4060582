"""Small APIs of every paging kind, each serving the same 25 people, ten on a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.support.api_server import Reply, Request, Route, people

ROWS = people(25)
SIZE = 10


def page_of(request: Request, base: int = 1, name: str = "page") -> list[dict[str, Any]]:
    """The page that is asked for; the first one where none is."""
    start = (request.number(name, base) - base) * SIZE
    return ROWS[start : start + SIZE] if start >= 0 else ROWS[:SIZE]


def skipped(request: Request, name: str, limit: str = "limit", first: int = 0) -> list[dict[str, Any]]:
    """The records from an offset on."""
    start = max(0, request.number(name, first) - first)
    return ROWS[start : start + request.number(limit, SIZE)]


def following(request: Request, name: str = "o") -> tuple[list[dict[str, Any]], int | None]:
    """A page by an inner offset, and where the next one starts."""
    start = request.number(name, 0)
    return ROWS[start : start + SIZE], start + SIZE if start + SIZE < len(ROWS) else None


def linked(make: Callable[[Request, list[dict[str, Any]], int | None], Reply]) -> Route:
    """An API whose answers say where the next page is."""
    return lambda request: make(request, *following(request))


def cursor(param: str, make: Callable[[list[dict[str, Any]], str | None], Any]) -> Route:
    """An API that takes a cursor under one name, and ignores it under every other."""

    def route(request: Request) -> Reply:
        text = request.query.get(param, "c0")
        start = int(text[1:]) if text[1:].isdecimal() else 0
        return Reply(data=make(ROWS[start : start + SIZE], f"c{start + SIZE}" if start + SIZE < 25 else None))

    return route


def after_id(request: Request) -> Reply:
    """The last record's id leads on."""
    ids = [str(row["id"]) for row in ROWS]
    last = request.query.get("starting_after", "")
    start = ids.index(last) + 1 if last in ids else 0
    return Reply(data={"object": "list", "data": ROWS[start : start + SIZE], "has_more": start + SIZE < 25})


def link_header(request: Request, rows: list[dict[str, Any]], start: int | None) -> Reply:
    link = {"Link": f'<{request.base}{request.path}?o={start}>; rel="next"'} if start else {}
    return Reply(data=rows, headers=link)


def clamped(request: Request) -> list[dict[str, Any]]:
    """A page past the last gives the last one again."""
    start = (min(max(request.number("page", 1), 1), 3) - 1) * SIZE
    return ROWS[start : start + SIZE]


def at_end(request: Request) -> Reply:
    rows = page_of(request)
    return Reply(data=rows) if rows else Reply(404, {"message": "no such page"})


def older(request: Request) -> Reply:
    """Newest first; the last one's id leads on to older ones."""
    before = request.number("before", 10**9)
    return Reply(data=[row for row in reversed(ROWS) if row["id"] < before][:SIZE])


PAGED: dict[str, Route] = {
    "link_header": linked(link_header),
    "next_url": linked(
        lambda q, rows, o: Reply(
            data={"count": 25, "next": f"{q.base}{q.path}?o={o}" if o else None, "results": rows}
        )
    ),
    "odata": linked(
        lambda q, rows, o: Reply(
            data={"value": rows, **({"@odata.nextLink": f"{q.base}{q.path}?o={o}"} if o else {})}
        )
    ),
    "hal": linked(
        lambda q, rows, o: Reply(
            data={"_embedded": {"people": rows}, "_links": {"next": {"href": f"{q.path}?o={o}"}} if o else {}}
        )
    ),
    "link_list": linked(
        lambda q, rows, o: Reply(
            data={
                "entry": rows,
                "link": [{"relation": "self", "url": q.path}]
                + ([{"relation": "next", "url": f"{q.base}{q.path}?o={o}"}] if o else []),
            }
        )
    ),  # fmt: skip
    "next_cursor": cursor("cursor", lambda rows, c: {"data": rows, "meta": {"next_cursor": c}}),
    "page_token": cursor("pageToken", lambda rows, c: {"items": rows, **({"nextPageToken": c} if c else {})}),
    "after": cursor("after", lambda rows, c: {"data": rows, "paging": {"cursors": {"after": c}}}),
    "offset_token": cursor("offset", lambda rows, c: {"records": rows, **({"offset": c} if c else {})}),
    "graph": cursor(
        "after",
        lambda rows, c: {
            "data": {
                "people": {
                    "edges": [{"node": row, "cursor": "x"} for row in rows],
                    "pageInfo": {"endCursor": c or "end", "hasNextPage": bool(c)},
                }
            }
        },
    ),
    "next_page_number": lambda q: Reply(
        data={"items": page_of(q), "next_page": q.number("page", 1) + 1 if q.number("page", 1) < 3 else None}
    ),
    "last_id": after_id,
    "page_from_1": lambda q: Reply(data={"page": q.number("page", 1), "total_pages": 3, "data": page_of(q)}),
    "page_from_0": lambda q: Reply(
        data={"number": q.number("page", 0), "totalPages": 3, "content": page_of(q, 0)}
    ),
    "page_has_more": lambda q: Reply(
        data={
            "people": clamped(q),
            "pagination": {"page": q.number("page", 1), "has_more": q.number("page", 1) < 3},
        }
    ),
    "until_empty": lambda q: Reply(data=page_of(q)),
    "until_404": at_end,
    "clamped_with_total": lambda q: Reply(data={"total_pages": 3, "items": clamped(q)}),
    "offset": lambda q: Reply(
        data={
            "total": 25,
            "offset": q.number("offset", 0),
            "limit": q.number("limit", 10),
            "rows": skipped(q, "offset"),
        }
    ),
    "bare_offset": lambda q: Reply(data=skipped(q, "offset")),
    "skip_top": lambda q: Reply(data={"@odata.context": "x", "value": skipped(q, "$skip", "$top")}),
    "start_at_1": lambda q: Reply(
        data={
            "totalResults": 25,
            "startIndex": q.number("startIndex", 1),
            "Resources": skipped(q, "startIndex", "count", 1),
        }
    ),
    "total_too_small": lambda q: Reply(data={"total": 10, "items": page_of(q)}),
    "pages_too_few": lambda q: Reply(data={"total_pages": 2, "items": page_of(q)}),
    "foreign_next": lambda q: Reply(data={"items": page_of(q), "next": "http://other.example/x?page=2"}),
    "relative_next": linked(
        lambda q, rows, o: Reply(
            data={"items": rows, "next": f"{q.path.rpartition('/')[2]}?o={o}" if o else None}
        )
    ),
    "continued": cursor(
        "allfrom",
        lambda rows, c: {"done": "", "query": {"all": rows}, **({"continue": {"allfrom": c}} if c else {})},
    ),
    "other_token_name": cursor(
        "pagination_token", lambda rows, c: {"data": rows, "meta": {"next_token": c} if c else {}}
    ),
    "meta_beside_records": lambda q: Reply(
        data=[{"page": q.number("page", 1), "pages": 3, "per_page": "10", "total": 25}, page_of(q)]
    ),
    "older_by_id": older,
    "unspoken_page": lambda q: Reply(data=page_of(q, name="pageNumber")),
    "unspoken_offset": lambda q: Reply(data=skipped(q, "$offset", "$limit")),
}
"""Every one can be read to the end."""


def sent(request: Request) -> dict[str, Any]:
    """The JSON body of a POST; anything else is refused by being empty."""
    return json.loads(request.body) if request.method == "POST" and request.body else {}


def posted(answer: Callable[[dict[str, Any]], Any]) -> Route:
    """An API that is read by POST alone."""
    refusal = Reply(405, {"message": "use POST"})
    return lambda q: Reply(data=answer(sent(q))) if q.method == "POST" else refusal


def after(body: dict[str, Any], cursor: Any, size: int = SIZE) -> tuple[list[dict[str, Any]], str | None]:
    """A page after a cursor, and the next cursor."""
    start = int(str(cursor)[1:]) if cursor else 0
    return ROWS[start : start + size], f"c{start + size}" if start + size < len(ROWS) else None


def by_cursor_in_body(body: dict[str, Any]) -> Any:
    rows, following = after(body, body.get("cursor"))
    return {"results": rows, "next_cursor": following}


def by_start_cursor(body: dict[str, Any]) -> Any:
    rows, following = after(body, body.get("start_cursor"))
    return {"object": "list", "results": rows, "next_cursor": following, "has_more": bool(following)}


def strict_cursor(request: Request) -> Reply:
    """Refuses whatever it does not know by name."""
    body = sent(request)
    if request.method != "POST" or not body.keys() <= {"start_cursor"}:
        return Reply(400, {"message": "body failed validation"})
    return Reply(data=by_start_cursor(body))


def graphql(body: dict[str, Any]) -> Any:
    variables = body.get("variables") or {}
    if "people" not in str(body.get("query")):
        return {"errors": [{"message": "Must provide query string."}]}
    rows, following = after(body, variables.get("after"), variables.get("first") or SIZE)
    info = {"hasNextPage": bool(following), "endCursor": following or "end"}
    return {"data": {"people": {"edges": [{"node": row} for row in rows], "pageInfo": info}}}


def by_page_in_body(body: dict[str, Any]) -> Any:
    start = (int((body.get("pagination") or {}).get("page", 1)) - 1) * SIZE
    return {"hits": ROWS[start : start + SIZE]}


def by_offset_in_body(body: dict[str, Any]) -> Any:
    start = int(body.get("from", 0))
    rows = ROWS[start : start + int(body.get("size", SIZE))]
    hits = [{"id": row["id"], "_source": row} for row in rows]
    return {"took": 3, "hits": {"total": {"value": 25, "relation": "eq"}, "hits": hits}}


QUERY = "query($after: String) { people(first: 10, after: $after) { edges { node { id } } } }"
POSTED: dict[str, tuple[Route, str]] = {
    "cursor": (posted(by_cursor_in_body), 'with a POST body {"filter": "all"}'),
    "start_cursor": (posted(by_start_cursor), "by POST"),
    "strict_cursor": (strict_cursor, "by POST"),
    "size_alone": (posted(by_offset_in_body), 'POST with {"size": 10}'),
    "graphql": (posted(graphql), f"with the GraphQL query {QUERY}"),
    "page": (posted(by_page_in_body), 'POST {"pagination": {"page": 1}}'),
    "offset": (posted(by_offset_in_body), 'POST with {"query": {"match_all": {}}, "from": 0, "size": 10}'),
}
"""What is read by POST, and how a person says it."""

UNPROVEN: dict[str, Route] = {
    "ignores_everything": lambda q: Reply(data=ROWS[:SIZE]),
    "clamped_without_total": lambda q: Reply(data=clamped(q)),
    "strict": lambda q: Reply(400, {"message": "unknown parameter"}) if q.query else Reply(data=ROWS[:SIZE]),
    "cursor_that_stays": lambda q: Reply(data={"items": page_of(q, name="none"), "next_cursor": "same"}),
    "next_leads_back": lambda q: Reply(data={"items": ROWS[:SIZE], "next": f"{q.base}{q.path}?x=1"}),
    "empty": lambda q: Reply(data={"items": [], "total": 0}),
}
"""None of these may be called proven to have more pages."""
