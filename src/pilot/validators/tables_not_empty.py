"""A load left tables, and rows in each of them that has rows in the API."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.judge.evidence import Evidence
from pilot.run.records import is_error_shape
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.verdict import Judged
from pilot.warehouse.tables import TableCounts, TableInfo


class TablesNotEmptyValidator(Validator):
    """What was loaded must be there: tables, with rows, that are no stored error."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Judge the tables that the step saw; nothing to say where it did not look."""
        if outcome.learned.tables is None and outcome.evidence is None:
            return ()
        tables, evidence = outcome.learned.tables or (), outcome.evidence or Evidence(())
        if not tables and all(table.absent for table in evidence.counts):
            return (_nothing(evidence),)
        names = {table.name for table in tables}
        really_empty = {
            verdict.table
            for verdict in outcome.learned.verdicts or ()
            if verdict.judged is Judged.COMPLETE and not verdict.rows
        }
        judged = [_judge(table, names, evidence) for table in tables if table.name not in really_empty]
        judged += [_absent(table, evidence) for table in evidence.counts if table.absent]
        judged += [
            _empty(table.name, table.columns)
            for table in evidence.counts  # of a rehearsal
            if not (table.rows or table.absent or table.parent or table.name in names | really_empty)
        ]
        return tuple(finding for finding in judged if finding)


def _nothing(evidence: Evidence) -> Finding:
    """No table at all: what the ledger tells of the reason."""
    failures = [failure for feed in evidence.feeds for failure in feed.failures]
    if evidence.feeds and not failures and all(feed.records == 0 for feed in evidence.feeds):
        says = "The load finished without a table: the API answered with no records."
        hint = "Check the URL and its parameters; once there are records, pilot run."
        return Finding(FindingKind.NO_RECORDS, says, hint=hint)
    says = "The load finished, but it left no table: the script found no records where it looks."
    told: dict[str, Json] = {}
    if came := sum(feed.records or 0 for feed in evidence.feeds):
        says = f"The load finished, but it left no table: {came:,} records came, and the script kept none."
        told["records"] = came
    if failures:
        says = (
            f"The load finished, but it left no table: requests failed ({len(failures):,}), and it went on."
        )
        told["requests"] = [{"url": f.url, "status": f.status, "error": f.error} for f in failures[:3]]
    return Finding(FindingKind.NOTHING_LOADED, says, Remedy.REPAIR, told)


def _absent(table: TableCounts, evidence: Evidence) -> Finding | None:
    """A table that the script knows, and for which nothing came though the API has records."""
    records = evidence.read_by(table)
    if not records:
        return None
    says = f"Table {table.name} is not there: {records:,} records came for it, and none was found."
    told: dict[str, Json] = {"table": table.name, "records": records}
    return Finding(FindingKind.EMPTY_TABLE, says, Remedy.REPAIR, told)


def _judge(table: TableInfo, names: set[str], evidence: Evidence) -> Finding | None:
    told: dict[str, Json] = {"table": table.name, "columns": [c.name for c in table.columns]}
    if table.rows == 0 and not _is_child(table.name, names):
        return _empty(table.name, [column.name for column in table.columns])
    fields = [column.name.partition("__")[0] for column in table.columns]
    if is_error_shape(fields) and _is_one_error(table, evidence):
        held = "one row" if table.rows == 1 else f"{table.rows:,} rows"
        says = f"Table {table.name} holds {held} that looks like an error of the API: {', '.join(fields)}."
        return Finding(FindingKind.ERROR_AS_DATA, says, Remedy.REPAIR, told)
    return None


def _empty(table: str, columns: Sequence[str]) -> Finding:
    says = f"Table {table} is empty: no records came for it."
    return Finding(FindingKind.EMPTY_TABLE, says, Remedy.REPAIR, {"table": table, "columns": [*columns]})


def _is_one_error(table: TableInfo, evidence: Evidence) -> bool:
    """Whether rows of an error's shape are one: a list of an API's error codes has many different ones."""
    counts = next((t for t in evidence.counts if t.name == table.name), None)
    if counts is None:
        return table.rows == 1
    failed = any(feed.failures for feed in evidence.feeds_of(counts))
    return table.rows == 1 or counts.repeated == table.rows - 1 or failed


def _is_child(name: str, names: set[str]) -> bool:
    """Whether a table holds lists out of another one's records, which may well be empty."""
    return any(name.startswith(f"{other}__") for other in names)
