"""What became of a load whose end pilot did not see, because it was stopped meanwhile.

Told by dlt's load ids, not by times: a clock may go backwards.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.project.load_calls import loads_once
from pilot.run.environment import child_environment
from pilot.run.local_state import pending_of
from pilot.session.cell import CellState
from pilot.session.session import Session
from pilot.verdict import LoadBegun, LoadRecord
from pilot.warehouse.tables import TableCounts


@dataclass(frozen=True)
class HalfDone:
    """Some of it is loaded, perhaps not all, and doing it again would append rows twice."""

    loads: tuple[str, ...]
    """dlt's load ids, of packages that it loaded in part too."""


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
    new = new_loads(session, kit)
    pending = pending_of(kit.project.root, names.pipeline, child_environment(os.environ, {}))
    once = loads_once(kit.project.read(names.script) or "") and not pending
    if new and once and begun.finished is not None:
        return LoadRecord(new, cell=begun.cell)
    loads = (*new, *pending)
    return HalfDone(loads) if loads and _appends(kit, names, loads) else None


def new_loads(session: Session, kit: Kit) -> tuple[str, ...]:
    """The loads that finished since the newest load began."""
    begun = session.facts.load_begun
    before = begun.finished or () if begun is not None else ()
    there = kit.warehouse.finished_loads(names_of(session.facts))
    return tuple(load for load, _ in there if load not in before)


def unfinished(session: Session) -> bool:
    """Whether the newest load that began came to no good end."""
    begun, record = session.facts.load_begun, session.facts.load
    return begun is not None and (record is None or record.cell != begun.cell)


def appended(session: Session, kit: Kit) -> bool:
    """Whether loads that finished since the newest one began added rows that it would add again."""
    new = new_loads(session, kit)
    return bool(new) and _appends(kit, names_of(session.facts), new)


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


def _appends(kit: Kit, names: ProjectNames, loads: tuple[str, ...]) -> bool:
    """Whether these loads added rows that the same load would add again."""
    appending = [
        table for table in kit.warehouse.counts(names, loads) if table.disposition not in ("replace", "merge")
    ]
    return any(table.new for table in appending) or _without_parents(kit, names, appending)


def _without_parents(kit: Kit, names: ProjectNames, tables: Sequence[TableCounts]) -> bool:
    """Whether child tables have rows whose parents did not come; they don't say of which load they are."""
    called = {table.name: table.qualified for table in kit.warehouse.tables(names)}
    orphans = [
        f"SELECT count(*) FROM {called[own.name]} AS child WHERE NOT EXISTS (SELECT 1 FROM"
        f" {called[own.parent]} AS parent WHERE parent._dlt_id = child._dlt_parent_id)"
        for own in tables
        if own.name in called and own.parent in called
    ]
    try:
        return any(kit.warehouse.query(names, sql).rows[0][0] != "0" for sql in orphans)
    except PilotError:
        return False  # a destination with other SQL
