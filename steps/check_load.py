"""Look at what was loaded: tables, rows, and how complete each of them is proven to be."""

from collections.abc import Mapping

from pilot.api.profile import ApiProfile
from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.judge.evidence import Evidence
from pilot.judge.feeds import feeds_of
from pilot.judge.show import summary, verdict_blocks
from pilot.judge.verdicts import verdicts
from pilot.kit import Kit
from pilot.run.traffic import Exchange
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.step import Outcome, Step
from pilot.verdict import LoadRecord
from pilot.warehouse.keys import count_by_key, key_columns
from pilot.warehouse.tables import TableInfo


class CheckLoad(Step):
    """Every table: its rows, and whether it is complete, incomplete, or neither can be proven."""

    title = "Check load"
    needs = ("names", "loaded")
    gives = ("tables", "verdicts")

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Count, compare with what the API was seen to answer, and judge."""
        names = names_of(session.facts)
        with kit.host.working("Counting rows"):
            tables = kit.warehouse.tables(names)
            evidence = _evidence(session, kit, tables)
        judged = verdicts(evidence)
        return Outcome(
            says=summary(judged),
            learned=Facts(tables=tables, verdicts=judged),
            shows=verdict_blocks(judged),
            evidence=evidence,
        )


def _evidence(session: Session, kit: Kit, tables: tuple[TableInfo, ...]) -> Evidence:
    """All that the newest load is judged by."""
    facts, names = session.facts, names_of(session.facts)
    record = facts.load or LoadRecord()
    cell = _load_cell(session)
    finished = kit.warehouse.finished_loads(names)
    began = cell.started if cell else 0.0
    loads = record.ids or tuple(load for load, when in finished if when >= began)
    return Evidence(
        counts=kit.warehouse.counts(names, loads),
        feeds=feeds_of(_traffic(session)),
        profile=facts.profile or ApiProfile(),
        unfilled=record.unfilled,
        different_keys=_different_keys(session, kit, tables),
        script=kit.project.read(names.script) or "",
        words=" ".join(filter(None, (facts.goal, facts.request))),
    )


def _load_cell(session: Session) -> Cell | None:
    own = [cell for cell in session.cells if cell.step == "load" and cell.state is not CellState.UNDONE]
    return own[-1] if own else None


def _traffic(session: Session) -> tuple[Exchange, ...]:
    cell = _load_cell(session)
    return () if cell is None else session.newest_traffic(cell.id)


def _different_keys(session: Session, kit: Kit, tables: tuple[TableInfo, ...]) -> Mapping[str, int]:
    """How many different keys each table holds, where the API's records were seen to have one."""
    # a child's key may come again with another parent
    endpoints = (session.facts.profile or ApiProfile()).endpoints
    fields = {e.name: e.primary_key for e in endpoints if e.parent is None}
    keys = [(info, key_columns(info, fields.get(info.name, ()))) for info in tables]
    keys = [(info, key) for info, key in keys if key]
    if not keys:
        return {}
    try:
        counted = kit.warehouse.query(names_of(session.facts), count_by_key(keys), limit=len(keys)).rows
    except PilotError:
        return {}  # a destination with other SQL: what can't be counted is not judged
    return {str(row[0]): int(row[1] or 0) for row in counted}
