"""Undo: put files back as they were before a cell, exactly, and know again what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pilot.errors import PilotError
from pilot.session.cell import Cell, CellState, FileChange
from pilot.session.session import WITHHELD, Session
from pilot.session.store import content_hash

_BRANCHING = "refine"
"""Cells right below a cell of this step are requests of their own, undone each for itself."""


@dataclass(frozen=True)
class Undone:
    """What an undo did."""

    cell: Cell
    restored: tuple[str, ...]
    kept: tuple[str, ...]
    """Files whose earlier content is not in the session, because it holds secrets."""
    loaded: bool
    """Rows had been loaded meanwhile; they stay."""


def undo(session: Session, root: Path, number: int | None = None) -> Undone:
    """Take back a cell and everything after it; without a number the newest one that changed a file.

    Raises PilotError when there is nothing to undo, or a file was changed by somebody else since; then
    nothing is restored.
    """
    unit = _unit(session, number)
    cells = _from(session, unit)
    first, last = _net_changes(cells)
    conflicts = [path for path, change in last.items() if not _holds(root / path, change.after)]
    if conflicts:
        raise PilotError(
            f"{', '.join(conflicts)} changed since cell {unit.id}; undo would lose that.",
            "Keep your change elsewhere, or go on from here: pilot resume.",
        )
    kept = tuple(path for path, change in first.items() if WITHHELD in (change.before, last[path].after))
    restored = tuple(path for path in first if path not in kept)
    for path in restored:
        _restore(session, root / path, first[path].before)
    session.take_back(cells, facts=True)
    loaded = any(cell.step == "load" and cell.state is CellState.DONE for cell in cells)
    return Undone(unit, restored, kept, loaded)


def _unit(session: Session, number: int | None) -> Cell:
    """The cell that is taken back as one: a step of the policy, or a request in words."""
    by_id = {cell.id: cell for cell in session.cells}
    live = [c for c in session.cells if c.state not in (CellState.UNDONE, CellState.RUNNING)]
    if number is None:
        found = next((cell for cell in reversed(live) if cell.changes), None)
    else:
        found = next((cell for cell in live if cell.id == number), None)
    if found is None:
        what = "There is nothing to undo." if number is None else f"There is no cell {number} to undo."
        raise PilotError(what, "pilot log shows the cells.")
    while found.parent is not None and by_id[found.parent].step != _BRANCHING:
        found = by_id[found.parent]
    return found


def _from(session: Session, unit: Cell) -> list[Cell]:
    """A cell, the later ones beside it, and all that lies below them; running ones left out."""
    taken = {cell.id for cell in session.children(unit.parent) if cell.id >= unit.id}
    for cell in session.cells:
        if cell.parent in taken:
            taken.add(cell.id)
    ended = (c for c in session.cells if c.state not in (CellState.UNDONE, CellState.RUNNING))
    return [cell for cell in ended if cell.id in taken]


def _net_changes(cells: Sequence[Cell]) -> tuple[dict[str, FileChange], dict[str, FileChange]]:
    """For each file the first and the last change."""
    first: dict[str, FileChange] = {}
    last: dict[str, FileChange] = {}
    for cell in cells:
        for change in cell.changes:
            first.setdefault(change.path, change)
            last[change.path] = change
    return first, last


def _holds(file: Path, digest: str | None) -> bool:
    """Whether a file still is as it was left."""
    if digest == WITHHELD:
        return True
    if digest is None or not file.exists():
        return digest is None and not file.exists()
    mode = file.stat().st_mode & 0o7777
    return content_hash(file.read_bytes(), mode) == digest


def _restore(session: Session, file: Path, digest: str | None) -> None:
    kept = session.content(digest)
    if kept is None:
        file.unlink(missing_ok=True)
        return
    content, mode = kept
    fresh = file.with_name(f".{file.name}.pilot")
    fresh.write_bytes(content)
    fresh.chmod(mode)
    fresh.replace(file)
