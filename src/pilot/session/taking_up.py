"""Taking a session up: finish what a killed pilot had begun, and note what the person changed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pilot.session.cell import COMING, Cell, CellState, FileChange
from pilot.session.session import WITHHELD, Session
from pilot.session.snapshots import clear_halves, hash_of, put_back
from pilot.session.undo import EDITED, carry_out
from pilot.writers.writer import Usage

_SECRETS = ".dlt/secrets.toml"


def finish_broken(session: Session, root: Path) -> None:
    """Leave no trace of cells that a kill broke off, so that they run again as if for the first time.

    A file that somebody changed since then stays as it is. An undo that was begun is brought to its end.
    """
    if session.broken:
        clear_halves(root / _SECRETS)
    for cell in reversed(session.broken):
        changes = [change for change in cell.changes if not _roll_back(session, root, change)]
        asked = sum((exchange.usage for exchange in session.exchanges(cell.id)), Usage())
        session.settle(replace(cell, changes=tuple(changes), usage=asked))
    found = session.last_undone()
    if found is not None and (pending := found[2]) is not None:
        carry_out(session, root, found[0], found[1], back=pending == "undo")


def note_edits(session: Session, root: Path) -> Cell | None:
    """A cell of its own for what the person changed by hand since pilot left the files; None for nothing."""
    changes = session.edited(root)
    if not changes:
        return None
    running = session.running
    blank = Cell(0, EDITED, "Edited by you", parent=running.id if running else None)
    cell = session.begin(blank)
    for change in changes:
        session.record_found(change)
    says = ", ".join(change.path for change in changes)
    return session.finish(replace(cell, state=CellState.DONE, says=says))


def _roll_back(session: Session, root: Path, change: FileChange) -> bool:
    """Undo one change of a broken cell, made or not; whether nothing of it is left."""
    file = root / change.path
    clear_halves(file)
    if WITHHELD in (change.before, change.after):
        return False
    now = hash_of(file)
    if change.after == COMING:
        if now is not None and session.keep(root, change.path) != WITHHELD:
            file.unlink()
    elif now == change.after:
        put_back(file, session.content(change.before))
    elif now != change.before:
        return False
    session.leave(change.path, change.before)
    return True
