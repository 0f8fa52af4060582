"""What dlt's own paginators can't read is read page by page by functions in the script."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, CursorField, Endpoint, Paging, PagingKind, Records, Shape
from pilot.errors import StepFailed
from pilot.writers.builtin import BuiltinWriter
from tests.api.apis import POSTED, ROWS, SIZE
from tests.support.api_server import ApiServer, Reply, Request, Route
from tests.writers.builtin.profiles import brief, profile
from tests.writers.builtin.test_written_scripts_run import loaded, run


def semicolons(request: Request) -> Reply:
    """CSV by offset."""
    start = request.number("skip", 0)
    rows = ROWS[start : start + request.number("limit", SIZE)]
    text = "id;name\n" + "".join(f"{row['id']};{row['name']}\n" for row in rows)
    return Reply(raw=text.encode(), headers={"Content-Type": "text/csv"})


def lines(request: Request) -> Reply:
    """NDJSON with a Link header that has no host."""
    start = request.number("o", 0)
    link = {"Link": f'<{request.path}?o={start + SIZE}>; rel="next"'} if start + SIZE < len(ROWS) else {}
    text = "".join(json.dumps(row) + "\n" for row in ROWS[start : start + SIZE])
    return Reply(raw=text.encode(), headers={"Content-Type": "application/x-ndjson", **link})


def gone(request: Request) -> Reply:
    """CSV by page; the page after the last is a 404."""
    rows = ROWS[(request.number("page", 1) - 1) * SIZE :][:SIZE]
    text = "id,name\n" + "".join(f"{row['id']},{row['name']}\n" for row in rows)
    return Reply(raw=text.encode(), headers={"Content-Type": "text/csv"}) if rows else Reply(404)


def empty_link(request: Request) -> Reply:
    """The last link is an empty text."""
    start = request.number("o", 0)
    link = f"{request.path}?o={start + SIZE}" if start + SIZE < len(ROWS) else ""
    return Reply(data={"items": ROWS[start : start + SIZE], "next": link})


def named(request: Request) -> Reply:
    """Lists of values by offset, their names beside them."""
    start = request.number("offset", 0)
    rows = [[row["id"], row["name"]] for row in ROWS[start : start + request.number("limit", SIZE)]]
    return Reply(data={"columns": [{"name": "id"}, {"name": "name"}], "rows": rows})


def headed(request: Request) -> Reply:
    """Lists of values by page, their names in the first row of each; also of the page after the last."""
    rows = ROWS[(request.number("page", 1) - 1) * SIZE :][:SIZE]
    return Reply(data=[["id", "name"], *([row["id"], row["name"]] for row in rows)])


def latin(request: Request) -> Reply:
    """CSV in an older encoding."""
    text = "id,name,town\n" + "".join(f"{row['id']},{row['name']},Köln\n" for row in ROWS)
    return Reply(raw=text.encode("latin-1"), headers={"Content-Type": "text/csv; charset=iso-8859-1"})


def on_and_on(request: Request) -> Reply:
    """A relative link on every page, also on empty ones; it carries the size too."""
    start, size = request.number("offset", 0), request.number("limit", SIZE)
    link = f"{request.path}?offset={start + size}&limit={size}"
    return Reply(data={"items": ROWS[start : start + size], "next": link})


def keyed(request: Request) -> Reply:
    """Objects under keys that are data, by page, until a page has none."""
    rows = ROWS[(request.number("page", 1) - 1) * SIZE :][:SIZE]
    return Reply(data={"items": {f"k{row['id']}": row for row in rows}})


def in_columns(request: Request) -> Reply:
    """One list per field, by page, until they are empty."""
    rows = ROWS[(request.number("page", 1) - 1) * SIZE :][:SIZE]
    return Reply(data={name: [row[name] for row in rows] for name in ROWS[0]})


ROUTES: dict[str, Route] = {
    "/semicolons": semicolons,
    "/lines": lines,
    "/gone": gone,
    "/empty_link": empty_link,
    "/on_and_on": on_and_on,
    "/latin": latin,
    "/keyed": keyed,
    "/in_columns": in_columns,
    "/named": named,
    "/headed": headed,
    "/posted": POSTED["cursor"][0],
}


def seen(server: ApiServer, path: str, words: str = "") -> Endpoint:
    prober = ApiProber(lambda host, why: True)
    return prober.probe(f"{server.url}{path} {words}", None, {}, lambda text: None).endpoints[0]


def test_every_page_of_every_kind_is_loaded(tmp_path: Path) -> None:
    with ApiServer(ROUTES) as server:
        paths = (
            "/semicolons?skip=0&limit=10",
            "/lines",
            "/gone",
            "/empty_link",
            "/on_and_on",
            "/latin",
            "/keyed",
            "/in_columns",
            "/named",
            "/headed",
        )
        endpoints = [seen(server, path) for path in paths]
        endpoints.append(seen(server, "/posted", 'POST with body {"filter": "all"}'))
        result = run(tmp_path, ApiProfile(server.url, tuple(endpoints)), preview_removed=True)
    assert result.returncode == 0, result.stderr
    people = [(row["id"], row["name"]) for row in ROWS]
    for endpoint in endpoints:
        assert loaded(tmp_path, "id, name", endpoint.name, "id") == people, endpoint.name
    keys = [(f"k{row['id']}",) for row in ROWS]
    assert loaded(tmp_path, "record_key", "keyed", "id") == keys


def test_a_kind_of_paging_that_no_function_knows_is_one_page_and_said() -> None:
    records = Records(Shape.NDJSON, "$", 10)
    paging = Paging(PagingKind.CURSOR, True, {"cursor_path": "x", "cursor_param": "y"})
    draft = BuiltinWriter().write(brief(profile(Endpoint("e", "events", records=records, paging=paging))))
    assert "paging not proven: only the first page is read" in draft.plan


def test_what_is_asked_for_as_incremental_is_written_so_or_said() -> None:
    records = Records(Shape.LIST, "items", 10)
    orders = Endpoint("orders", "orders", records=records, primary_key=("id",))
    goal = replace(brief(profile(orders)), goal="load the orders incrementally")
    assert "loaded whole each time" in BuiltinWriter().write(goal).plan


def test_an_expression_takes_the_value_where_it_belongs() -> None:
    from tests.writers.builtin.profiles import ORDERS

    cursor = CursorField("day", "$filter", True, "day ge {value}")
    known = profile(replace(ORDERS, cursors=(cursor,)))
    goal = replace(brief(known), goal="load the orders incrementally")
    assert '"$filter": "day ge {incremental.start_value}"' in BuiltinWriter().write(goal).text


def test_a_paginator_of_its_own_is_not_put_in_by_rule() -> None:
    records = Records(Shape.LIST, "items", 10)
    flat = Endpoint("orders", "orders", records=records)
    linked = replace(
        flat, paging=Paging(PagingKind.JSON_LINK, True, {"next_url_path": "next"}, empty_end=True)
    )
    script = BuiltinWriter().write(brief(profile(flat))).text
    with pytest.raises(StepFailed):
        BuiltinWriter().refine(brief(profile(linked), script), "add pagination")
