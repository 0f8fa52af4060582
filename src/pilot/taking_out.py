"""Takes back the rows of undone loads where no copy of the database could be put back."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.screen import Block, Line
from pilot.session.session import Session
from pilot.session.undo import Done

_STAY = "Rows that were loaded stay in the destination"


def rows_taken_back(session: Session, kit: Kit, done: Done) -> Sequence[Block]:
    """Take out what the loads of an undo appended, when that is agreed to; what became of their rows."""
    if not done.loads or done.database is not None:
        return ()
    known = [session.facts_after(cell) for cell in done.loads]
    names, loads = _loads(done.loads, known)
    if kit.unloading is None or names is None or not _can_be_asked(kit, names):
        return (Line(f"{_STAY}.", "warn"),)
    try:
        found = kit.unloading.appended(names, loads)
        if found.standing:
            what = ", ".join(found.standing)
            return (Line(f"{_STAY}: what was replaced or merged ({what}) can't be taken back.", "warn"),)
        if not found.rows:
            return (Line(f"{_STAY}, if there are any: none is known by its load.", "warn"),)
        rows = ", ".join(f"{count:,} rows of {table}" for table, count in found.rows.items())
        if not kit.consent.take_out(rows, names.destination):
            return (Line(f"{_STAY}: {rows}; pilot undo --rows takes out what was appended.", "warn"),)
        # dlt must not go on from a place in the data that the rows are taken back before
        kit.runner.forget(names.pipeline)
        kit.unloading.take_out(names, loads)
    except PilotError as error:
        return (Line(f"{_STAY}: {error.message}", "warn"),)
    session.forget_undone()
    return (Line(f"Taken out of {names.destination}: {rows}.", "good"),)


def _loads(cells: Sequence[int], known: Sequence[Facts | None]) -> tuple[ProjectNames | None, list[str]]:
    """The pipeline and dlt's ids of the loads of these cells; no pipeline where one of them is not known."""
    names: ProjectNames | None = None
    ids: list[str] = []
    for cell, facts in zip(cells, known, strict=True):
        if facts is None or facts.load is None or facts.load.cell != cell or not facts.load.ids:
            return None, []
        names = facts.names
        ids += facts.load.ids
    return names, ids


def _can_be_asked(kit: Kit, names: ProjectNames) -> bool:
    """Whether asking finds what was loaded; DuckDB would make a file that is not there."""
    if names.destination != "duckdb":
        return True
    return names.database is not None and (kit.project.root / names.database).is_file()
