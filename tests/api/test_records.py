"""Records are found wherever they lie, and errors are not taken for records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import parse

from pilot.api.body import read_body
from pilot.api.error_body import error_in
from pilot.api.fetch import Answer
from pilot.api.profile import Shape
from pilot.api.records import Found, find_records
from pilot.api.trails import json_path
from pilot.writers.builtin.columns import json_hints

ROW = {"id": 1, "name": "a", "at": "2024-01-01T10:00:00Z", "price": "1.50", "tags": ["x"], "who": {"a": 1}}
ROWS = [ROW, {**ROW, "id": 2, "price": None}]


def found_in(data: Any, content_type: str = "application/json", path: str = "") -> Found:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return find_records(read_body(Answer("http://x/", 200, {"content-type": content_type}, body)), path)


@pytest.mark.parametrize(
    ("data", "shape", "selector"),
    [
        (ROWS, Shape.LIST, "$"),
        ([], Shape.LIST, "$"),
        ({"data": ROWS, "included": [{"id": 9, "type": "t"}] * 9, "meta": {}}, Shape.LIST, "data"),
        ({"errors": [], "users": ROWS}, Shape.LIST, "users"),
        ({"tags": ["a", "b", "c", "d"], "users": ROWS}, Shape.LIST, "users"),
        ({"value": ROWS, "@odata.context": "c"}, Shape.LIST, "value"),
        ({"_embedded": {"people": ROWS}, "_links": {"self": {"href": "/"}}}, Shape.LIST, "_embedded.people"),
        ({"took": 3, "hits": {"total": {"value": 2}, "hits": ROWS}}, Shape.LIST, "hits.hits"),
        ({"data": {"people": {"nodes": ROWS}}}, Shape.LIST, "data.people.nodes"),
        ({"data": {"p": {"edges": [{"node": row} for row in ROWS]}}}, Shape.LIST, "data.p.edges[*].node"),
        ({"type": "FeatureCollection", "features": ROWS, "metadata": {"n": 2}}, Shape.LIST, "features"),
        ({"cod": "200", "cnt": 2, "list": ROWS, "city": {"id": 1, "name": "B"}}, Shape.LIST, "list"),
        ({"items": [], "total": 0}, Shape.LIST, "items"),
        ({"country": "DE", "year": 2024, "holidays": [ROW] * 9}, Shape.LIST, "holidays"),
        ({"result list": ROWS}, Shape.LIST, "'result list'"),
        (ROW, Shape.SINGLE, "$"),
        ({"id": 1, "customer": "x", "lines": ROWS}, Shape.SINGLE, "$"),
        ({"data": {"id": 1, "name": "a", "age": 3}}, Shape.SINGLE, "data"),
        ({"base": "USD", "date": "2024-01-01", "rates": {"EUR": 0.9, "GBP": 0.8}}, Shape.SINGLE, "$"),
        ({"base": "USD", "rates": {f"C{n}": n / 2 for n in range(9)}}, Shape.SINGLE, "$"),
        ({"latitude": 1.5, "now": {f"m{n}": n for n in range(9)}}, Shape.SINGLE, "$"),
        ({"request": {"id": 1}, "data": {"id": 1, "name": "a", "age": 3, "city": "b"}}, Shape.SINGLE, "data"),
        ({"complete": "", "query": {"pages": ROWS}, "continue": {"apfrom": "x"}}, Shape.LIST, "query.pages"),
        ([{"page": 1, "pages": 3, "total": 5}, ROWS], Shape.LIST, "$[1]"),
        ({"data": {"a": {"b": {"c": {"edges": [{"node": row} for row in ROWS]}}}}}, Shape.LIST,
         "data.a.b.c.edges[*].node"),
        (
            {"latitude": 1.5, "longitude": 2.5, "elevation": 3.0, "hourly_units": {"time": "iso"},
             "hourly": {"time": ["2024-01-01", "2024-01-02"], "temperature": [1.5, None]}},
            Shape.COLUMNAR, "hourly",
        ),
        ({"s": "ok", "t": [1, 2, 3], "c": [1.5, 2.5, 3.5]}, Shape.COLUMNAR, "$"),
        ({"2024-01-01": {"open": 1, "close": 2}, "2024-01-02": {"open": 2, "close": 3}}, Shape.KEYED, "$"),
        (
            {"Meta Data": {"1. Info": "Daily"},
             "Time Series (Daily)": {f"2024-01-0{n}": {"1. open": "1.0"} for n in range(1, 8)}},
            Shape.KEYED, "'Time Series (Daily)'",
        ),
    ],
)  # fmt: skip
def test_records_are_found(data: Any, shape: Shape, selector: str) -> None:
    found = found_in(data)
    assert (found.records.shape, found.records.selector) == (shape, selector), found.problem
    assert found.records.how.value == "seen"


@pytest.mark.parametrize(
    "data",
    [
        {"error": "city is required"},
        [{"errorCode": "MISSING", "message": "city is required"}],
        {"error": {"code": 5, "message": "city is required"}},
        {"errors": [{"detail": "city is required"}], "data": None},
        {"status": "error", "message": "city is required"},
        {"success": False, "result": None, "errors": [{"message": "city is required"}]},
        {"message": "city is required", "documentation_url": "https://x"},
        {"Information": "city is required"},
        {"cod": "400", "message": "city is required"},
    ],
)
def test_an_error_inside_a_200_is_no_record(data: Any) -> None:
    found = found_in(data)
    assert found.records.shape is Shape.UNKNOWN
    assert found.problem == "city is required"


def test_partial_errors_do_not_hide_the_data() -> None:
    assert found_in({"errors": [{"message": "m"}], "data": {"users": ROWS}}).records.selector == "data.users"


def test_fields_have_types_over_all_records() -> None:
    fields = {f.name: (f.types, f.nullable) for f in found_in(ROWS).records.fields}
    assert fields == {
        "id": (("bigint",), False),
        "name": (("text",), False),
        "at": (("timestamp",), False),
        "price": (("decimal_text", "null"), True),
        "tags": (("list",), False),
        "who": (("object",), False),
    }


def test_days_that_no_calendar_has_are_text_and_times_among_texts_are_named_as_such() -> None:
    rows = [{"a": "0000-00-00", "b": "2024-01-01T00:00:00Z"}, {"a": "2024-02-30", "b": "n/a"}]
    assert [f.types for f in found_in(rows).records.fields] == [("text",), ("text", "timestamp")]
    assert json_hints(found_in(rows).records.fields) == {"b": {"data_type": "text"}}


def test_a_number_beyond_every_column_of_whole_numbers_is_told_apart() -> None:
    assert [f.types for f in found_in([{"a": 2**63, "b": -(2**63)}]).records.fields] == [
        ("hugeint",),
        ("bigint",),
    ]


def test_texts_that_are_dates_only_sometimes_are_text() -> None:
    rows = [{"a": "2024-01-01", "zip": "01234"}, {"a": "soon", "zip": "99999"}]
    assert [f.types for f in found_in(rows).records.fields] == [("text",), ("text",)]


def test_lines_of_json_and_csv_are_read() -> None:
    lines = b'{"id": 1}\n{"id": 2}\n'
    assert found_in(lines, "application/x-ndjson").records.shape is Shape.NDJSON
    assert found_in(lines).records.count == 2
    twice = found_in(b"id,name,name\n1,a,b\n", "text/csv")
    assert "two columns named name" in twice.problem
    table = found_in(b"id;name\n1;a\n2;b\n", "text/csv")
    assert (table.records.shape, table.records.count) == (Shape.CSV, 2)
    assert [f.types for f in table.records.fields] == [("bigint",), ("text",)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\x89PNG\x00\x01", "binary"),
        (b'{"a": "\xff\xfe"}', "UTF-8"),
        (b'{"a": 1', "not valid JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b"42", "bare value"),
        (b"{}", "empty"),
        (b'[["a", "b"], ["c", "d"]]', "nothing in the answer names them"),
    ],
)
def test_what_is_no_data_is_said_in_one_line(body: bytes, says: str) -> None:
    found = found_in(body)
    assert says in found.problem
    assert found.records.shape is Shape.UNKNOWN


NAMES = st.text(min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, max_size=3), st.integers(2, 30))
@example(["PAGING"], 2)
def test_a_list_is_found_under_any_names_and_dlt_selects_it(names: list[str], count: int) -> None:
    rows = [{"id": n, "v": "x"} for n in range(count)]
    data: Any = rows
    for name in reversed(names):
        data = {name: data}
    assume(not error_in(data))  # under some names stand errors, and nothing else
    found = found_in(data)
    assert (found.records.shape, found.records.count) == (Shape.LIST, count), found.problem
    assert [match.value for match in parse(found.records.selector).find(data)] == [rows]


@given(st.lists(st.one_of(NAMES, st.integers(0, 3)), min_size=1, max_size=4))
def test_every_trail_is_a_path_that_dlt_understands(trail: list[str | int]) -> None:
    data: Any = "here"
    for part in reversed(trail):
        data = [data] * 4 if isinstance(part, int) else {part: data}
    assert [match.value for match in parse(json_path(tuple(trail))).find(data)] == ["here"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_no_answer_breaks_the_search(data: Any) -> None:
    found = found_in(data)
    assert bool(found.problem) == (found.records.shape is Shape.UNKNOWN)
