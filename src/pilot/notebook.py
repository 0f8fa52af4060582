"""The notebook as blocks: a line per session, a line per cell, and one cell in full."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from pilot.comparison import change_block
from pilot.errors import PilotError
from pilot.money import cost_of
from pilot.screen import Block, Line, Output, table
from pilot.session.cell import Cell
from pilot.session.session import Session
from pilot.session.sessions import SessionLine

_LONGEST = 60


def log_blocks(session: Session) -> tuple[Block, ...]:
    """Every cell: number, state, title, result, time; tokens and money where a model was asked."""
    depth = depths(session.cells)
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
    below = [str(other.id) for other in session.children(cell.id)]
    if below:
        head.append(Line(f"below it: {', '.join(below)}", "quiet"))
    changes = [change_block(session, change) for change in cell.changes]
    return (*head, *cell.shown, *changes, *_exchanges(session, cell), *_traffic(session, cell))


def session_blocks(rows: Sequence[SessionLine]) -> tuple[Block, ...]:
    """A line per session: number, name, when, state, cells."""
    if not rows:
        return (Line("No pipeline was begun in this folder. Start: pilot init NAME"),)
    lines = [(row.number, row.name, _day(row.created), row.state, row.cells, row.pipeline) for row in rows]
    return (table(("session", "name", "begun", "state", "cells", "pipeline"), lines),)


def _exchanges(session: Session, cell: Cell) -> list[Block]:
    """What a model was asked, and what it said."""
    blocks: list[Block] = []
    for exchange in session.exchanges(cell.id):
        messages = msgspec.json.decode(exchange.asked, type=list[dict[str, str]])
        asked = "\n\n".join(m.get("content", "") for m in messages if m.get("role") != "system")
        blocks.append(Output(asked, f"asked of {exchange.model}"))
        ending = "" if exchange.finish == "stop" else f" ({exchange.finish})"
        blocks.append(Output(exchange.answer or exchange.refusal, f"{exchange.model} answered{ending}"))
    return blocks


def _traffic(session: Session, cell: Cell) -> list[Line]:
    sent = len(session.traffic(cell.id))
    if not sent:
        return []
    requests = f"{sent} request{'' if sent == 1 else 's'}"
    return [Line(f"The script made {requests}: pilot log --traffic {cell.id}", "quiet")]


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when))


def depths(cells: Sequence[Cell]) -> dict[int, int]:
    """How deep each cell lies below the policy's own, by its number."""
    depth: dict[int, int] = {}
    for cell in cells:
        depth[cell.id] = 0 if cell.parent is None else depth.get(cell.parent, 0) + 1
    return depth


def _shortened(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
