"""Rows that are lists of values get the names that stand beside them, or in the first row."""

from __future__ import annotations

from typing import Any

import pytest
from dlt.common.jsonpath import find_values
from hypothesis import given
from hypothesis import strategies as st

from pilot.api.body import Body
from pilot.api.profile import Shape
from pilot.api.records import Found, find_records, records_at
from pilot.finding import Json

COLUMNS: list[Json] = [{"name": "id", "type": "int"}, {"name": "city", "type": "text"}]
ROWS: list[Json] = [[1, "Rome"], [2, "Oslo"]]
CITIES = ({"id": 1, "city": "Rome"}, {"id": 2, "city": "Oslo"})


def found_in(data: Any) -> Found:
    return find_records(Body(data, Shape.LIST), "/cities")


@pytest.mark.parametrize(
    ("data", "selector", "names"),
    [
        ({"columns": COLUMNS, "rows": ROWS}, "rows", "columns[*].name"),
        ({"fields": ["id", "city"], "data": ROWS, "total": 2}, "data", "fields[*]"),
        ({"meta": COLUMNS, "data": ROWS, "rows": 2, "statistics": {"read": 9}}, "data", "meta[*].name"),
        ({"schema": {"fields": COLUMNS}, "values": ROWS}, "values", "schema.fields[*].name"),
        ({"set": {"id": 7, "column_names": ["id", "city"], "data": ROWS}}, "set.data", "set.column_names[*]"),
        ({"header": [{"title": "id"}, {"title": "city"}], "rows": ROWS}, "rows", "header[*].title"),
        ([["id", "city"], *ROWS], "$", ""),
        ({"range": "A1:B3", "values": [["id", "city"], *ROWS]}, "values", ""),
    ],
)  # fmt: skip
def test_rows_of_values_become_records_with_the_names_of_the_answer(
    data: Any, selector: str, names: str
) -> None:
    found = found_in(data)
    assert (found.records.shape, found.records.selector) == (Shape.TABLE, selector)
    assert (found.records.names, found.rows) == (names, CITIES)
    if names:
        assert find_values(names, data) == ["id", "city"]


@pytest.mark.parametrize(
    "data",
    [
        ROWS,
        [["a", "b"], ["c", "d"]],
        [["id", "id"], *ROWS],
        [["id"], *ROWS],
        {"columns": ["id"], "rows": ROWS},
        {"columns": ["id", "id"], "rows": ROWS},
        {"tags": ["id", "city"], "rows": ROWS},
    ],
)
def test_values_that_nothing_surely_names_are_said_to_be_so(data: Any) -> None:
    assert "nothing in the answer names them" in found_in(data).problem


def test_an_object_with_coordinates_stays_one_record() -> None:
    assert found_in({"id": 1, "name": "x", "tags": ["a", "b"], "path": ROWS}).records.shape is Shape.SINGLE


def test_rows_that_end_early_have_no_values_there() -> None:
    assert found_in([["id", "city"], [1, "Rome"], [2]]).rows[1] == {"id": 2, "city": None}


def test_a_further_page_may_leave_the_names_out_or_repeat_them() -> None:
    first = found_in({"columns": COLUMNS, "rows": ROWS})
    assert records_at(Body({"rows": ROWS}, Shape.LIST), first) == CITIES
    assert records_at(Body({"rows": []}, Shape.LIST), first) == ()
    assert records_at(Body({"rows": [[1, 2, 3]]}, Shape.LIST), first) is None
    headed = found_in([["id", "city"], *ROWS])
    pages: list[Json] = [[["id", "city"], *ROWS], ROWS]
    for page in pages:
        assert records_at(Body(page, Shape.LIST), headed) == CITIES
    assert records_at(Body([["id", "city"]], Shape.LIST), headed) == ()


@given(st.lists(st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=4), max_size=5))
def test_whatever_lists_come_each_record_has_each_name_once(rows: list[list[Any]]) -> None:
    found = found_in({"columns": ["a", "b", "c"], "rows": rows})
    for record in found.rows if found.records.shape is Shape.TABLE else ():
        assert isinstance(record, dict)
        assert [*record] == ["a", "b", "c"]
