"""The values of a query's rows, for programs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from pilot.warehouse.cells import as_json, result


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (2**100, 2**100),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (Decimal("3"), 3),
        (Decimal("1.10"), 1.1),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("NaN"), "NaN"),
        ("text", "text"),
        (date(2026, 11, 21), "2026-11-21"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", "0x00ff"),
        ([1, None, Decimal("2.5")], [1, None, 2.5]),
        ({"a": [True]}, {"a": [True]}),
    ],
)
def test_a_value_stays_what_it_is_where_json_has_it(value: object, expected: object) -> None:
    assert as_json(value) == expected
    assert type(as_json(value)) is type(expected)
    json.dumps(as_json(value), allow_nan=False)


def test_what_is_too_long_to_show_is_cut_as_text() -> None:
    assert as_json(list(range(1_000))).endswith("…")


def test_rows_come_both_ways() -> None:
    assert result(["a", "b"], [(1, None), (2.5, "x")], 1) == {
        "columns": ["a", "b"],
        "rows": [["1", None]],
        "values": [[1, None]],
        "more": True,
    }
