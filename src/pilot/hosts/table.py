"""Tables that fit: columns shrink first, then the last ones are only named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilot.hosts.paper import indented, prose
from pilot.hosts.text import counted
from pilot.screen import Table

if TYPE_CHECKING:
    from rich.text import Text

    from pilot.hosts.paper import Paper

TONES = {"plain": "", "quiet": "dim", "good": "green", "warn": "yellow", "bad": "red"}
_SPACE = 2
_LEAST = 8
"""Columns are not made narrower than this."""
_MOST, _MOST_IN_PIPE = 60, 200
"""A value longer than this is cut even where there is room."""
_WORDS, _FEWEST = 20, 3
"""With fewer characters than this left, a row's words go below it, in a table of so many columns."""
_NUMBER = re.compile(r"[-+]?\d[\d ,._]*(?:[eE][-+]?\d+)?%?")


def table_lines(table: Table, paper: Paper, width: int | None) -> list[Text]:
    """Title, headings, a rule, rows, and the names of the columns that there was no room for."""
    from rich.text import Text

    names = [_cell(paper, name) for name in table.columns]
    rows = [[_cell(paper, value) for value in row] for row in table.rows]
    words = [row[-1] for row in rows] if table.wraps and _crowded(names, rows, width) else []
    if words:
        names, rows = names[:-1], [row[:-1] for row in rows]
    widths = _widths(names, rows, width, table.wraps and not words)
    tones = [TONES.get(tone, "") for tone in table.tones] or [""] * len(rows)
    right = [_numeric([row[n] for row in rows]) for n in range(len(widths))]
    lines = prose(_cell(paper, table.title), "bold", width, paper) if table.title else []
    if widths:
        lines += [
            _row(names, widths, right, paper, "bold"),
            Text(paper.glyph("rule") * _total(widths), "dim"),
        ]
        for number, (row, tone) in enumerate(zip(rows, tones, strict=True)):
            parts = _wrapped(row, widths) if table.wraps else [row]
            lines += [_row(part, widths, right, paper, tone) for part in parts]
            if words and width is not None:
                lines += indented(prose(words[number], tone, width - _SPACE, paper), _SPACE)
    left_out = names[len(widths) :]
    if left_out:
        told = f"{counted(len(left_out), 'more column')}: {', '.join(left_out)}"
        lines += prose(told, "dim", width, paper)
    return lines


def _crowded(names: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> bool:
    """Whether the words of the last column have so little room beside the others that they go below."""
    from rich.cells import cell_len

    if width is None or len(names) < _FEWEST:
        return False
    columns = [[name, *(row[n] for row in rows)] for n, name in enumerate(names)]
    *others, words = [max(map(cell_len, column)) for column in columns]
    return width - _total(others) - _SPACE < min(words, _WORDS)


def _cell(paper: Paper, value: str) -> str:
    return paper.clean(value.strip("\n").replace("\r\n", "\n").replace("\n", "\\n"))


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """A row as several, where its last value is too long for one."""
    import textwrap

    parts = textwrap.wrap(row[-1], widths[-1]) if len(widths) == len(row) else []
    first = [*row[:-1], *(parts[:1] or row[-1:])]
    return [first, *([*[""] * (len(row) - 1), part] for part in parts[1:])]


def _numeric(values: Sequence[str]) -> bool:
    """Whether a column holds numbers: those stand at the right."""
    present = [value for value in values if value]
    return bool(present) and all(_NUMBER.fullmatch(value) for value in present)


def _widths(
    names: Sequence[str], rows: Sequence[Sequence[str]], width: int | None, worded: bool
) -> list[int]:
    """How wide each column becomes; fewer numbers than columns where not all of them fit.

    Where words end the rows (`worded`), they take what room there is.
    """
    from rich.cells import cell_len

    most = _MOST_IN_PIPE if width is None else _MOST
    columns = [[name, *(row[n] for row in rows)] for n, name in enumerate(names)]
    whole = [max(map(cell_len, column)) or 1 for column in columns]
    natural = [min(wide, most) for wide in whole]
    if worded:
        natural[-1:] = whole[-1:]
    if width is None:
        return natural
    while natural and _total([min(wide, _LEAST) for wide in natural]) > width and len(natural) > 1:
        natural.pop()
    while natural and _total(natural) > width:
        # the first column names the row: it gives way only when it is twice as wide as the others
        widest = max(range(len(natural)), key=lambda n: natural[n] // 2 if n == 0 else natural[n])
        natural[widest] -= 1
        if natural[widest] < 1:
            return [width]
    return natural


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _SPACE * (len(widths) - 1)


def _row(
    values: Sequence[str], widths: Sequence[int], right: Sequence[bool], paper: Paper, style: str
) -> Text:
    from rich.text import Text

    cells = [_set(values[n], width, right[n], paper) for n, width in enumerate(widths)]
    return Text((" " * _SPACE).join(cells).rstrip(), style=style)


def _set(value: str, width: int, right: bool, paper: Paper) -> str:
    """A value in its column, cut with a mark where it is too long."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(value) > width:
        return set_cell_size(value, width - 1) + paper.glyph("more")
    space = " " * (width - cell_len(value))
    return space + value if right else value + space
