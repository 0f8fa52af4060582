"""The notebook as blocks: a line per cell, and one cell in full."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pilot.errors import PilotError
from pilot.money import cost_of
from pilot.screen import Block, Diff, Line, table
from pilot.session.cell import Cell, FileChange
from pilot.session.session import WITHHELD, Session

_LONGEST = 60


def log_blocks(session: Session) -> tuple[Block, ...]:
    """Every cell: number, state, title, result, time; tokens and money where a model was asked."""
    depth = _depths(session.cells)
    asked = session.usage.requests > 0
    rows = [
        (
            cell.id,
            cell.state.value,
            "  " * depth[cell.id] + cell.title,
            _shortened(cell.says),
            f"{cell.seconds:.1f} s",
            *((cell.usage.tokens or "", cost_of(cell.usage) if cell.usage.requests else "") if asked else ()),
        )
        for cell in session.cells
    ]
    if not rows:
        return (Line("Nothing has run here yet. Start: pilot init NAME"),)
    titles = ("cell", "state", "title", "result", "time", *(("tokens", "cost") if asked else ()))
    return (table(titles, rows),)


def cell_blocks(session: Session, number: int | None) -> tuple[Block, ...]:
    """A cell in full; without a number the newest one. Raises PilotError when there is none."""
    cells = {cell.id: cell for cell in session.cells}
    if not cells or (number is not None and number not in cells):
        raise PilotError(f"There is no cell {number or ''}".rstrip() + ".", "pilot log shows the cells.")
    cell = cells[number] if number is not None else session.cells[-1]
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(cell.started))
    head = [Line(f"Cell {cell.id}: {cell.title} ({cell.state.value}, {cell.seconds:.1f} s, {when})")]
    if cell.input:
        head.append(Line(f"asked: {cell.input}"))
    if cell.says:
        head.append(Line(cell.says))
    if cell.usage.requests:
        usage = cell.usage
        told = f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out, cost {cost_of(usage)}"
        head.append(Line(told, "quiet"))
    return (*head, *cell.shown, *(_change(session, change) for change in cell.changes))


def _depths(cells: Sequence[Cell]) -> dict[int, int]:
    depth: dict[int, int] = {}
    for cell in cells:
        depth[cell.id] = 0 if cell.parent is None else depth.get(cell.parent, 0) + 1
    return depth


def _change(session: Session, change: FileChange) -> Block:
    if WITHHELD in (change.before, change.after):
        return Line(f"{change.path} changed; it holds secrets, so its content is not in the session", "quiet")
    before, after = session.content(change.before), session.content(change.after)
    texts = [None if kept is None else kept[0].decode("utf-8", "replace") for kept in (before, after)]
    return Diff(change.path, texts[0], texts[1] or "")


def _shortened(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
