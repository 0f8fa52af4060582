"""What is seen of a cell: a heading when it has more to show, and one line when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilot.hosts.paper import indented, prose
from pilot.hosts.text import counted, duration, number
from pilot.money import cost_of
from pilot.session.cell import Cell, CellState

if TYPE_CHECKING:
    from rich.text import Text

    from pilot.hosts.paper import Paper

_COLOURS = {
    CellState.DONE: "green",
    CellState.FAILED: "red",
    CellState.DECLINED: "yellow",
    CellState.INTERRUPTED: "yellow",
}
_TITLES = 20
"""Columns for titles: results stand below each other."""
_RESULT = 24
"""With fewer columns than this left, a result goes onto lines of its own."""
_STEP_IN = 2


def heading(cell: Cell, depth: int, paper: Paper) -> list[Text]:
    """A cell that begins, with the words that it began with."""
    from rich.text import Text

    lead = _lead(cell, depth, paper)
    if not cell.input:
        return [lead]
    words = Text(paper.clean(f"  {cell.input}").replace("\n", " "), style="dim")
    if paper.width is not None:
        words.truncate(max(paper.width - lead.cell_len, 1), overflow="ellipsis" if paper.unicode else "crop")
    return [Text.assemble(lead, words)]


def closing(cell: Cell, depth: int, paper: Paper) -> list[Text]:
    """A cell that has ended: mark, number, title, result, time; below it what it took."""
    from rich.text import Text

    lead = _lead(cell, depth, paper)
    time = duration(cell.seconds)
    style = "red" if cell.state is CellState.FAILED else ""
    result = paper.clean(_result(cell))
    margin = max(_margin(cell, depth) + _TITLES, lead.cell_len + 2)
    room = None if paper.measure is None else paper.measure - margin - len(time) - 2
    if room is not None and room < _RESULT:
        return _stacked(cell, depth, paper, result, style)
    told = prose(result, style, room, paper)
    first = Text.assemble(_padded(lead, margin), told[0])
    end = Text.assemble(first if room is None else _padded(first, margin + room), "  ", (time, "dim"))
    below = indented([*told[1:], *(Text(paper.clean(line), "dim") for line in _details(cell))], margin)
    return [end, *below]


def _stacked(cell: Cell, depth: int, paper: Paper, result: str, style: str) -> list[Text]:
    """The same on a narrow screen: title and time, then the result below."""
    from rich.text import Text

    margin = _margin(cell, depth)
    room = max((paper.measure or 0) - margin, 8)
    title = Text.assemble(_lead(cell, depth, paper), "  ", (duration(cell.seconds), "dim"))
    told = prose(result, style, room, paper)
    for line in _details(cell):
        told += prose(paper.clean(line), "dim", room, paper)
    return [title, *indented(told, margin)]


def _lead(cell: Cell, depth: int, paper: Paper) -> Text:
    from rich.text import Text

    return Text.assemble(
        " " * (_STEP_IN * depth),
        (paper.glyph(cell.state.value), _COLOURS.get(cell.state, "dim")),
        (f" {cell.id:>2} ", "dim"),
        (paper.clean(cell.title), "bold" if cell.state is not CellState.SKIPPED else ""),
    )


def _margin(cell: Cell, depth: int) -> int:
    """Where titles begin."""
    return _STEP_IN * depth + 2 + max(2, len(str(cell.id))) + 1


def _padded(line: Text, width: int) -> Text:
    line = line.copy()
    line.pad_right(max(width - line.cell_len, 0))
    return line


def _result(cell: Cell) -> str:
    """The result in words; a failure in those of its finding."""
    if cell.state is CellState.FAILED and cell.failure is not None:
        return cell.failure.says
    return cell.says or ("" if cell.state is CellState.DONE else cell.state.value)


def _details(cell: Cell) -> list[str]:
    """What it took beyond time: one quiet line, or none."""
    parts = []
    if cell.repairs:
        parts.append(counted(cell.repairs, "repair"))
    if cell.usage.input_tokens or cell.usage.output_tokens:
        parts.append(f"{number(cell.usage.input_tokens)} in, {number(cell.usage.output_tokens)} out tokens")
    if cell.usage.cost != 0:
        parts.append(f"cost {cost_of(cell.usage)}")
    return [" · ".join(parts)] if parts else []
