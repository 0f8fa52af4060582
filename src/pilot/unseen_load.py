"""What became of a load whose end pilot did not see, because it was stopped meanwhile.

Told by dlt's load ids, not by times: a clock may go backwards.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.project.load_calls import loads_once
from pilot.run.environment import child_environment
from pilot.run.local_state import data_folder, packages_in
from pilot.session.cell import CellState
from pilot.session.session import Session
from pilot.verdict import LoadBegun, LoadRecord


@dataclass(frozen=True)
class HalfDone:
    """Some of its loads are finished, perhaps not all, and doing them again would append rows twice."""

    loads: tuple[str, ...]


def load_begins(session: Session, kit: Kit) -> LoadBegun | None:
    """What is there before the running cell loads; None outside a cell."""
    cell = session.running
    if cell is None:
        return None
    try:
        finished = tuple(load for load, _ in kit.warehouse.finished_loads(names_of(session.facts)))
    except PilotError:
        return LoadBegun(cell.id, None)  # the load itself says what is wrong with the destination
    return LoadBegun(cell.id, finished)


def what_became(session: Session, kit: Kit) -> LoadRecord | HalfDone | None:
    """The record of the newest load where it was broken off and got to its end; None: it is to be run."""
    begun, record = session.facts.load_begun, session.facts.load
    if begun is None or not broken_off(session):
        return None
    if record is not None and record.cell == begun.cell:
        return record
    names = names_of(session.facts)
    there = tuple(load for load, _ in kit.warehouse.finished_loads(names))
    new = tuple(load for load in there if load not in (begun.finished or ()))
    if not new:
        return None
    once = loads_once(kit.project.read(names.script) or "") and not _pending(names)
    if once and begun.finished is not None:
        return LoadRecord(new, cell=begun.cell)
    return HalfDone(new) if _appends(kit, names, new) else None


def loads_of_run(session: Session, kit: Kit, seen: tuple[str, ...]) -> tuple[str, ...]:
    """The loads of a run that ended well; `seen` is what its own report says, which knows the last ones."""
    names, begun = names_of(session.facts), session.facts.load_begun
    if begun is None or begun.finished is None or loads_once(kit.project.read(names.script) or ""):
        return seen
    try:
        there = kit.warehouse.finished_loads(names)
    except PilotError:
        return seen
    return tuple(load for load, _ in there if load not in begun.finished)


def broken_off(session: Session) -> bool:
    """Whether the newest load that began was stopped; later ones may have been before they looked back."""
    begun = session.facts.load_begun
    if begun is None:
        return False
    since = [cell for cell in session.cells if cell.step == "load" and cell.id >= begun.cell]
    ended = [cell.state for cell in since if cell.state is not CellState.RUNNING]
    return bool(ended) and all(state is CellState.INTERRUPTED for state in ended)


def _pending(names: ProjectNames) -> bool:
    """Whether dlt has packages that are not loaded yet."""
    return packages_in(data_folder(child_environment(os.environ, {})) / "pipelines" / names.pipeline)


def _appends(kit: Kit, names: ProjectNames, loads: tuple[str, ...]) -> bool:
    """Whether these loads added rows that the same load would add again."""
    tables = kit.warehouse.counts(names, loads)
    return any(table.disposition not in ("replace", "merge") and table.new for table in tables)
