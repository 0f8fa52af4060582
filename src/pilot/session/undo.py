"""Undo and redo: put files back as they were, exactly, and know again what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pilot.errors import PilotError
from pilot.session.cell import Cell, CellState, DatabaseMove, FileChange, Undone
from pilot.session.copies import Copies
from pilot.session.session import WITHHELD, Session
from pilot.session.snapshots import holds, put_back

EDITED = "edited"
"""The step of a cell that holds what the person changed by hand."""
_BRANCHING = "refine"
"""Cells right below a cell of this step are requests of their own, undone each for itself."""


@dataclass(frozen=True)
class Done:
    """What an undo or a redo did."""

    cell: Cell
    restored: tuple[str, ...]
    kept: tuple[str, ...]
    """Files whose earlier content is not in the session, because it holds secrets."""
    loads: tuple[int, ...]
    """Cells among them that loaded rows."""
    database: DatabaseMove | None = None
    """The database that went back (or forth) with them."""


def undo(session: Session, root: Path, number: int | None = None) -> Done:
    """Take back a cell and everything after it; without a number the newest that changed a file, or a run.

    While a policy runs below a cell, without a number that is a step of this policy. Raises PilotError
    when there is nothing to undo, or the person's own work would be lost; then nothing is restored.
    """
    copies = Copies(root)
    unit = _unit(session, number, copies)
    cells = _from(session, unit)
    _refuse_own_work(unit, cells, number)
    net = _net_changes(cells)
    _refuse_conflicts(root, net, unit)
    files = tuple(change for change in net if WITHHELD not in (change.before, change.after))
    loads = tuple(c.id for c in cells if _loaded(c.step, c.state))
    left_rows = any(_left_rows(cell, copies) for cell in cells)
    database = copies.way_back([c.id for c in cells if c.step == "load"]) if left_rows else None
    states = tuple((cell.id, cell.state) for cell in cells)
    undone = Undone(unit.id, states, files, database=database)
    number = session.undo(undone)
    carry_out(session, root, number, undone, back=True)
    kept = tuple(change.path for change in net if change not in files)
    paths = tuple(change.path for change in files)
    return Done(unit, paths, kept, loads, database)


def redo(session: Session, root: Path) -> Done:
    """Give again what was taken back last. Raises PilotError when there is nothing, or it would lose work."""
    found = session.last_undone()
    if found is None:
        raise PilotError("There is nothing to redo.", "Redo follows an undo, with nothing done between.")
    number, undone, _ = found
    unit = next(cell for cell in session.cells if cell.id == undone.unit)
    conflicts = [change.path for change in undone.files if not holds(root / change.path, change.before)]
    if conflicts:
        raise PilotError(
            f"{', '.join(conflicts)} changed since the undo; redo would lose that.",
            "Keep your change elsewhere, or go on from here: pilot resume.",
        )
    session.redo(number, undone)
    carry_out(session, root, number, undone, back=False)
    steps = {cell.id: cell.step for cell in session.cells}
    loads = tuple(cell for cell, state in undone.cells if _loaded(steps[cell], state))
    paths = tuple(change.path for change in undone.files)
    return Done(unit, paths, (), loads, undone.database)


def carry_out(session: Session, root: Path, number: int, undone: Undone, *, back: bool) -> None:
    """Have the files follow what was written down; a second time changes nothing."""
    for change in undone.files:
        there, wanted = (change.after, change.before) if back else (change.before, change.after)
        if holds(root / change.path, there):
            put_back(root / change.path, session.content(wanted))
    if undone.database is not None:
        _move(Copies(root), undone.database, back=back)
    session.settle_undone(number)


def _move(copies: Copies, move: DatabaseMove, *, back: bool) -> None:
    if back:
        copies.bring_back(move)
    else:
        copies.bring_forth(move)


def _loaded(step: str, state: CellState) -> bool:
    return step == "load" and state in (CellState.DONE, CellState.STALE)


def _left_rows(cell: Cell, copies: Copies) -> bool:
    """Whether a load left rows: also one that failed may have, before it did."""
    return _loaded(cell.step, cell.state) or (cell.step == "load" and copies.changed_by(cell.id))


def _is_run(cell: Cell, parts: Sequence[int], copies: Copies) -> bool:
    """Whether a cell left rows in a run or a request of its own, which has ended."""
    return not parts and cell.parent is not None and _left_rows(cell, copies)


def _unit(session: Session, number: int | None, copies: Copies) -> Cell:
    """The cell that is taken back as one: a step of the policy, a request in words, or an edit by hand."""
    by_id = {cell.id: cell for cell in session.cells}
    parts = [part.id for part in session.parts]
    live = [c for c in session.cells if c.state not in (CellState.UNDONE, CellState.RUNNING)]
    if number is None:
        own = {cell.id for cell in session.below(parts[0])} if parts else by_id.keys()
        found = next(
            (c for c in reversed(live) if c.id in own and (c.changes or _is_run(c, parts, copies))), None
        )
    else:
        found = next((cell for cell in live if cell.id == number), None)
    if found is None and number is None and parts:
        what = f"This {by_id[parts[0]].title.lower()} has changed no file."
        raise PilotError(what, "/undo N goes further back, and ends it; /log lists the cells.")
    if found is None:
        what = "There is nothing to undo." if number is None else f"There is no cell {number} to undo."
        raise PilotError(what, "pilot log shows the cells.")
    while found.step != EDITED and found.parent is not None and found.parent not in parts:
        if by_id[found.parent].step == _BRANCHING:
            break
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


def _refuse_own_work(unit: Cell, cells: Sequence[Cell], number: int | None) -> None:
    """What the person changed by hand is undone by itself, and only when they name it."""
    own = [cell for cell in cells if cell.step == EDITED]
    if not own or (number is not None and own == [unit]):
        return
    newest = own[-1]
    files = ", ".join(change.path for change in newest.changes)
    raise PilotError(
        f"{files} changed since by your own hand (cell {newest.id}); undo would lose that.",
        f"To take your own change back: pilot undo {newest.id}",
    )


def _refuse_conflicts(root: Path, net: Iterable[FileChange], unit: Cell) -> None:
    conflicts = [change.path for change in net if not holds(root / change.path, change.after)]
    if conflicts:
        raise PilotError(
            f"{', '.join(conflicts)} changed since cell {unit.id}; undo would lose that.",
            "Keep your change elsewhere, or go on from here: pilot resume.",
        )


def _net_changes(cells: Sequence[Cell]) -> list[FileChange]:
    """For each file from how it was before the first change to how it was after the last."""
    net: dict[str, FileChange] = {}
    for cell in cells:
        for change in cell.changes:
            first = net.get(change.path)
            before = first.before if first else change.before
            net[change.path] = FileChange(change.path, before, change.after)
    return list(net.values())
