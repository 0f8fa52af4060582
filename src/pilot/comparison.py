"""What differs between two cells: the project's files after the one and after the other."""

from __future__ import annotations

from pilot.errors import PilotError
from pilot.screen import Block, Diff, Line
from pilot.session.cell import CellState, FileChange
from pilot.session.session import WITHHELD, Session


def diff_blocks(session: Session, first: int, second: int | None = None) -> tuple[Block, ...]:
    """The files after one cell against those after another (the newest one). Raises PilotError."""
    if second is None:
        second = max((cell.id for cell in session.cells), default=0)
    before, after = _files_after(session, first), _files_after(session, second)
    paths = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    if not paths:
        return (Line(f"No file differs between cell {first} and cell {second}."),)
    return tuple(change_block(session, FileChange(p, before.get(p), after.get(p))) for p in paths)


def change_block(session: Session, change: FileChange) -> Block:
    """One file's change as it is shown."""
    if WITHHELD in (change.before, change.after):
        return Line(f"{change.path} changed; it holds secrets, so its content is not in the session", "quiet")
    before, after = session.content(change.before), session.content(change.after)
    texts = [None if kept is None else kept[0].decode("utf-8", "replace") for kept in (before, after)]
    if texts[0] == texts[1] and before and after:
        return Line(f"{change.path}: mode {before[1]:o} became {after[1]:o}", "quiet")
    return Diff(change.path, texts[0], texts[1] or "")


def _files_after(session: Session, number: int) -> dict[str, str | None]:
    """Each file that was ever changed, as it was once a cell and all below it had ended."""
    if number not in {cell.id for cell in session.cells}:
        raise PilotError(f"There is no cell {number}.", "pilot log shows the cells.")
    inside = {cell.id for cell in session.below(number)}
    undone = any(cell.state is CellState.UNDONE for cell in session.cells if cell.id == number)
    files: dict[str, str | None] = {}
    for cell in session.cells:
        if cell.state is CellState.UNDONE and not undone:
            continue
        for change in cell.changes:
            if cell.id <= number or cell.id in inside:
                files[change.path] = change.after
            else:
                files.setdefault(change.path, change.before)
    return files
