"""What a query gives back, as a person reads it."""

from __future__ import annotations

import pytest

from pilot.finding import Json
from pilot.warehouse.tables import QueryResult


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("13.137500000000003", 13.137500000000003, "13.1375"),
        ("23.428571428571427", 23.428571428571427, "23.428571"),
        ("-0.00012345678901234", -0.00012345678901234, "-0.000123457"),
        ("0.30000000000000004", 0.30000000000000004, "0.3"),
        ("2.0000000000000004", 2.0000000000000004, "2.0"),
        ("1234567890123.4567", 1234567890123.4567, "1234567890123.4567"),
        ("1e-300", 1e-300, "1e-300"),
        ("0.0", 0.0, "0.0"),
        ("47.123457", 47.123457, "47.123457"),
        ("19.90", 19.9, "19.90"),
        ("12345678901234567890", 12345678901234567890, "12345678901234567890"),
        ("13.137500000000003", "13.137500000000003", "13.137500000000003"),
        (None, None, None),
    ],
)
def test_fractions_are_shown_with_what_tells_something(
    text: str | None, value: Json, shown: str | None
) -> None:
    result = QueryResult(("x",), ((text,),), values=((value,),))
    assert result.shown == ((shown,),)
    assert QueryResult(("x",), ((text,),)).shown == ((text,),)
