"""Long lists as plain text: aligned, in so many columns, with nothing that a terminal would obey."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.hosts.plain_table import plain_table

NAMES = ("cell", "title", "time")


def _lines(*rows: tuple[str, str, str], width: int | None = None, unicode: bool = True) -> list[str]:
    return list(plain_table(NAMES, rows, width, unicode=unicode))


def test_columns_stand_below_each_other_and_numbers_to_the_right() -> None:
    assert _lines(("9", "Load", "1.5 s"), ("10", "Check load", "0.1 s")) == [
        "cell  title       time",
        "───────────────────────",
        "   9  Load        1.5 s",
        "  10  Check load  0.1 s",
    ]


def test_the_widest_column_is_cut_where_there_is_no_room() -> None:
    lines = _lines(("1", "a long result that goes on", "1.5 s"), width=24)
    assert lines[2] == "   1  a long res…  1.5 s"
    plain = _lines(("1", "a long result that goes on", "1.5 s"), width=24, unicode=False)
    assert plain[1:] == ["-" * 24, "   1  a long res~  1.5 s"]


def test_columns_that_have_no_room_at_all_are_named() -> None:
    lines = _lines(("10", "a long result that goes on", "12 min 05 s"), width=16)
    assert lines == ["cell  title", "─" * 16, "  10  a long re…", "not shown: time"]


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\rb", "a\u202eb", "bell\x07"])
def test_nothing_reaches_the_terminal_that_it_would_obey(text: str) -> None:
    assert all(sign.isprintable() for line in _lines(("1", text, "")) for sign in line)


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.text(max_size=9)), max_size=5))
def test_every_row_is_one_line_that_fits(rows: list[tuple[str, str, str]]) -> None:
    lines = _lines(*rows, width=40)
    assert len(lines) == len(rows) + 2
    for line in lines:
        assert sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line) <= 40
