"""A table as plain text, for lists of any length: at once, and without loading what draws the screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_NUMBER = re.compile(r"\$?\d[\d,.]*")
_SPACE = "  "
_LEAST = 8
"""Columns are not made narrower than this."""


def plain_table(
    names: Sequence[str], rows: Sequence[Sequence[str]], width: int | None, *, unicode: bool
) -> Iterator[str]:
    """Headings, a rule and rows, in so many columns of the screen (None: as they come).

    What has no room is cut in the widest column; a column of numbers stands to the right. Where that is
    not enough, the last columns are only named.
    """
    cells = [tuple(_clean(value) for value in row) for row in (names, *rows)]
    columns = list(zip(*cells, strict=True))
    widths = _fitting([max(map(_width, column)) for column in columns], width)
    right = [_numeric(column[1:]) for column in columns[: len(widths)]]
    yield _line(cells[0], widths, right, unicode)
    yield ("─" if unicode else "-") * _total(widths)
    for row in cells[1:]:
        yield _line(row, widths, right, unicode)
    if left_out := cells[0][len(widths) :]:
        yield f"not shown: {', '.join(left_out)}"


def _fitting(widths: list[int], width: int | None) -> list[int]:
    """The widths of as many columns as there is room for."""
    if width is None:
        return widths
    while len(widths) > 1 and _total([min(wide, _LEAST) for wide in widths]) > width:
        widths = widths[:-1]
    while (over := _total(widths) - width) > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _LEAST:
            break
        widths[widest] = max(widths[widest] - over, _LEAST)
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_SPACE) * (len(widths) - 1)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool], unicode: bool) -> str:
    parts = []
    for value, width, to_right in zip(row[: len(widths)], widths, right, strict=True):
        size = _width(value)
        if size > width:
            value = _cut(value, width, "…" if unicode else "~")
            size = _width(value)
        space = " " * (width - size)
        parts.append(space + value if to_right else value + space)
    return _SPACE.join(parts).rstrip()


def _cut(value: str, width: int, mark: str) -> str:
    value = value[: width - 1]
    while _width(value) > width - 1:
        value = value[:-1]
    return value + mark


def _width(value: str) -> int:
    if value.isascii():
        return len(value)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in value)


def _clean(value: str) -> str:
    """One line, without what a terminal would take for a command."""
    if value.isprintable():
        return value
    line = value.strip("\n").replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _numeric(column: Sequence[str]) -> bool:
    return all(not value or _NUMBER.fullmatch(value) for value in column)
