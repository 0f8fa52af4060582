"""Gathers all that a load is judged by: the destination's counts, the ledger, the look at the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pilot.api.profile import ApiProfile
from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.judge.evidence import Evidence
from pilot.judge.feeds import Feed, feeds_of
from pilot.judge.warnings import unfilled_columns
from pilot.kit import Kit, Warehouse
from pilot.names import ProjectNames
from pilot.run.result import RunResult
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.verdict import LoadRecord
from pilot.warehouse.keys import count_by_key, key_columns
from pilot.warehouse.tables import TableCounts, TableInfo


def load_evidence(session: Session, kit: Kit, tables: Sequence[TableInfo]) -> Evidence:
    """What the newest load is judged by."""
    names, record = names_of(session.facts), session.facts.load or LoadRecord()
    finished = [load for load, _ in kit.warehouse.finished_loads(names)]
    begun = session.facts.load_begun
    before = set(finished[:-1] if begun is None or begun.finished is None else begun.finished)
    # a script may load more than once, and the harness sees the last time only
    loads = {*record.ids, *(load for load in finished if load not in before)}
    return replace(
        _known(session, kit, kit.warehouse, tables),
        counts=_counts(kit.warehouse, names, sorted(loads), tables),
        feeds=newest_feeds(session),
        unfilled=record.unfilled,
    )


def newest_feeds(session: Session) -> tuple[Feed, ...]:
    """What the newest load read."""
    cell = _load_cell(session)
    return feeds_of(() if cell is None else session.newest_traffic(cell.id))


def rehearsal_evidence(session: Session, kit: Kit, warehouse: Warehouse, run: RunResult) -> Evidence:
    """What a rehearsal is judged by; `warehouse` is where it loaded into."""
    names = names_of(session.facts)
    loads = [load for load, _ in warehouse.finished_loads(names)]
    return replace(
        _known(session, kit, warehouse, warehouse.tables(names)),
        counts=_counts(warehouse, names, loads, warehouse.tables(names)),
        feeds=feeds_of(run.traffic),
        unfilled=unfilled_columns(run.stderr),
    )


def _known(session: Session, kit: Kit, warehouse: Warehouse, tables: Sequence[TableInfo]) -> Evidence:
    """What does not come from the run."""
    facts = session.facts
    return Evidence(
        counts=(),
        profile=facts.profile or ApiProfile(),
        different_keys=_different_keys(session, warehouse, tables),
        script=kit.project.read(names_of(facts).script) or "",
        words=" ".join(filter(None, (facts.goal, facts.request))),
    )


def _counts(
    warehouse: Warehouse, names: ProjectNames, loads: Sequence[str], tables: Sequence[TableInfo]
) -> tuple[TableCounts, ...]:
    """What is counted; where that takes too long, the rows alone."""
    try:
        return warehouse.counts(names, loads)
    except PilotError:
        return tuple(TableCounts(info.name, info.rows) for info in tables)


def _load_cell(session: Session) -> Cell | None:
    own = [cell for cell in session.cells if cell.step == "load" and cell.state is not CellState.UNDONE]
    return own[-1] if own else None


def _different_keys(session: Session, warehouse: Warehouse, tables: Sequence[TableInfo]) -> Mapping[str, int]:
    """How many different keys each table holds, where the API's records were seen to have one."""
    # a child's key may come again with another parent
    endpoints = (session.facts.profile or ApiProfile()).endpoints
    fields = {e.name: e.primary_key for e in endpoints if e.parent is None}
    keys = [(info, key_columns(info, fields.get(info.name, ()))) for info in tables]
    keys = [(info, key) for info, key in keys if key]
    if not keys:
        return {}
    try:
        counted = warehouse.query(names_of(session.facts), count_by_key(keys), limit=len(keys)).rows
    except PilotError:
        return {}  # a destination with other SQL: what can't be counted is not judged
    return {str(row[0]): int(row[1] or 0) for row in counted}
