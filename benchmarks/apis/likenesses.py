"""APIs in the likeness of widely used ones, met last: each taught a general rule."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

from benchmarks.apis.case import Case
from tests.api.apis import PAGED, ROWS, SIZE, page_of, posted, skipped
from tests.support.api_server import Reply, Request, Route

COLUMNS = [{"name": name, "type": "text"} for name in ROWS[0]]
RATES = {"USD": 1.1, "GBP": 0.85, "JPY": 160.25, "CHF": 0.95, "SEK": 11.5}
HUGE = [{"id": n, "hash": 2**63 + n} for n in range(12)]
DAYS = [{"id": n, "day": "0000-00-00" if n % 4 else f"2024-01-{n + 1:02}"} for n in range(12)]
MEETING = [{"id": n, "userId": n + 10, "user_id": n + 20, "UserID": f"x{n}"} for n in range(12)]
TOWNS = [{"id": n, "town": f"Köln {n}"} for n in range(9)]
KEY = "likeness-0123456789"


def values(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Rows as lists of values."""
    return [[*row.values()] for row in rows]


def named_rows(request: Request) -> Reply:
    """Lists of values by offset, under names that each page repeats."""
    return Reply(data={"columns": COLUMNS, "rows": values(skipped(request, "offset"))})


def headed_rows(request: Request) -> Reply:
    """The first row of each page holds the names; the page after the last has that row alone."""
    return Reply(data=[[*ROWS[0]], *values(page_of(request))])


def sheet(request: Request) -> Reply:
    """A spreadsheet: rows end where their values do."""
    rows = [[f"n{n}", str(n), "x"] if n % 3 else [f"n{n}", str(n)] for n in range(9)]
    return Reply(data={"range": "A1:C10", "values": [["Name", "Age", "Note"], *rows]})


def keyed(request: Request) -> Reply:
    """Objects under keys that are data, by page, until a page has none."""
    return Reply(
        data={"page": request.number("page", 1), "items": {f"k{r['id']}": r for r in page_of(request)}}
    )


def columns_by_page(request: Request) -> Reply:
    """One list per field, by page, until they are empty."""
    return Reply(data={name: [row[name] for row in page_of(request)] for name in ROWS[0]})


SHEET = [{"name": f"n{n}", "age": str(n), "note": "x" if n % 3 else None} for n in range(9)]


def by_sql(body: dict[str, Any]) -> Any:
    """Only the first answer to a query names the columns."""
    start = int(body.get("cursor", "k0")[1:])
    more = {"cursor": f"k{start + SIZE}"} if start + SIZE < len(ROWS) else {}
    names = {} if "cursor" in body else {"columns": COLUMNS}
    return {**names, "rows": values(ROWS[start : start + SIZE]), **more}


def leads_on(request: Request) -> Reply:
    """A relative link on every page, for ever; it carries the size too."""
    start, size = request.number("offset", 0), request.number("limit", SIZE)
    link = f"{request.path}?offset={start + size}&limit={size}"
    result = {"records": ROWS[start : start + size], "_links": {"next": link}, "total": len(ROWS)}
    return Reply(data={"success": True, "result": result})


def deep(body: dict[str, Any]) -> Any:
    """A GraphQL answer as deep as they come."""
    start = int((body.get("variables") or {}).get("after") or 0)
    info = {"hasNextPage": start + SIZE < len(ROWS), "endCursor": str(start + SIZE)}
    edges = [{"node": row} for row in ROWS[start : start + SIZE]]
    return {"data": {"org": {"repo": {"issues": {"edges": edges, "pageInfo": info}}}}}


def window(request: Request) -> Reply:
    """Wants two parameters, and names both."""
    start, end = request.query.get("from"), request.query.get("to")
    if not start or not end:
        return Reply(400, {"message": "Parameters 'from' and 'to' are required"})
    found = [row for row in ROWS if start <= row["updated_at"][:10] <= end]
    return Reply(data={"rows": found, "total": len(found)})


def until(request_number: int) -> Callable[[], Route]:
    """A date up to which it is to be left alone, once."""

    def make() -> Route:
        calls = itertools.count()

        def route(request: Request) -> Reply:
            if next(calls) == request_number:
                soon = formatdate(time.time() + 1, usegmt=True)
                return Reply(429, {"message": "slow"}, {"Retry-After": soon})
            return PAGED["page_from_1"](request)

        return route

    return make


def negotiated(request: Request) -> Reply:
    """XML, unless JSON is asked for by name."""
    if "json" not in request.headers.get("accept", ""):
        return Reply(raw=b"<?xml version='1.0'?><people/>", headers={"Content-Type": "application/xml"})
    return PAGED["page_from_1"](request)


def closed(request: Request) -> Reply:
    """A refusal with status 200, in one word."""
    if request.headers.get("authorization") != f"Bearer {KEY}":
        return Reply(data={"ok": False, "error": "not_authed"})
    return Reply(
        data={"ok": True, "members": page_of(request), "page": request.number("page", 1), "pages": 3}
    )


def teams() -> Mapping[str, Route]:
    """A list, and one of children for each of its records."""

    def members(team: int) -> Route:
        found = [row for row in MEMBERS if row["_teams_id"] == team]
        return lambda request: Reply(data={"members": found, "total": len(found)})

    made = {f"/v1/teams/{n}/members": members(n) for n in range(1, 8)}
    return {"/v1/teams": lambda q: Reply(data=[{"id": n, "name": f"t{n}"} for n in range(1, 8)]), **made}


MEMBERS = [{"id": n, "_teams_id": team} for team in range(1, 8) for n in range(team % 3 + 1)]
_QUERY = "query($after: String) { org { repo { issues(after: $after) { edges { node { id } } } } } }"
_SQL = 'POST with body {"query": "SELECT 1"}'
_TOWNS = "id,town\n" + "".join(f"{row['id']},{row['town']}\n" for row in TOWNS)
_LATIN = {"Content-Type": "text/csv; charset=iso-8859-1"}
_SIGNED = Reply(401, {"error": "Requests must be signed: X-Sign = HMAC-SHA256(secret, path)"})


def _always(reply: Reply) -> Callable[[], Route]:
    return lambda: lambda request: reply


LIKENESSES: tuple[Case, ...] = (
    Case("likenesses/named_rows", lambda: named_rows, ROWS),
    Case("likenesses/headed_rows", lambda: headed_rows, ROWS),
    Case("likenesses/sheet", lambda: sheet, SHEET, path="/v4/sheets/abc/values/A1:C10"),
    Case("likenesses/keyed_by_page", lambda: keyed, [{"record_key": f"k{row['id']}", **row} for row in ROWS]),
    Case("likenesses/columns_by_page", lambda: columns_by_page, ROWS),
    Case("likenesses/sql", lambda: posted(by_sql), ROWS, _SQL, path="/_sql"),
    Case("likenesses/leads_on", lambda: leads_on, ROWS, path="/api/search?resource=abc"),
    Case("likenesses/deep", lambda: posted(deep), ROWS, f"POST {json.dumps({'query': _QUERY})}"),
    Case("likenesses/rates", _always(Reply(data={"base": "EUR", "date": "2024-01-02", "rates": RATES})),
         [{"base": "EUR", "date": "2024-01-02", **{f"rates__{k.lower()}": v for k, v in RATES.items()}}]),
    Case("likenesses/huge_numbers", _always(Reply(data=HUGE)), HUGE),
    Case("likenesses/no_days", _always(Reply(data=DAYS)), DAYS),
    Case("likenesses/names_that_meet", _always(Reply(data=MEETING)),
         [{"id": n, "user_id": n + 10, "user_id_2": n + 20, "user_id_3": f"x{n}"} for n in range(12)]),
    Case("likenesses/window", lambda: window, [r for r in ROWS if r["updated_at"][:10] <= "2024-01-09"],
         "from 2024-01-01 to 2024-01-09"),
    Case("likenesses/until_a_date", until(1), ROWS),
    Case("likenesses/negotiated", lambda: negotiated, ROWS),
    Case("likenesses/refused_in_a_word", lambda: closed, ROWS, secrets={"api_key": KEY}),
    Case("likenesses/children_in_words", teams, MEMBERS, "and /v1/teams/{id}/members", path="/v1/teams"),
    Case("likenesses/latin_csv", _always(Reply(raw=_TOWNS.encode("latin-1"), headers=_LATIN)), TOWNS),
    Case("likenesses/two_of_a_name", _always(Reply(raw=b"id,name,name\n1,a,b\n2,c,d\n", headers=_LATIN)),
         ROWS, loadable=False),
    Case("likenesses/signed", _always(_SIGNED), ROWS, secrets={"api_key": KEY}, loadable=False),
    Case("likenesses/still_made", _always(Reply(202, {"state": "running"})), ROWS, loadable=False),
)  # fmt: skip
