"""Running a cell again: which one can be, and what has to follow it."""

from __future__ import annotations

from pilot.errors import PilotError
from pilot.session.cell import Cell
from pilot.session.session import Session


def repeatable(session: Session, number: int) -> Cell:
    """The step of a policy, or the whole policy below a cell, that a cell belongs to.

    Raises PilotError where there is none.
    """
    cells = {cell.id: cell for cell in session.cells}
    cell = cells.get(number)
    if cell is None:
        raise PilotError(f"There is no cell {number}.", "pilot log shows the cells.")
    parts = {child.parent for child in session.cells if child.policy and child.parent is not None}
    while cell.position < 0 and cell.id not in parts and cell.parent is not None:
        cell = cells[cell.parent]
    if cell.position < 0 and cell.id not in parts:
        raise PilotError(f"Cell {cell.id} ({cell.title}) can't be run again.", "pilot log shows the cells.")
    return cell


def go_back(session: Session, policy: str, position: int, parent: int | None) -> None:
    """Everything from an entry of a policy on has to run again."""
    beside = [cell for cell in session.children(parent) if cell.policy == policy]
    session.make_stale(cell for cell in beside if cell.position >= position and cell.state.finished)
