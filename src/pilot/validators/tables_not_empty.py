"""A load left tables, and rows in each of them."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.records import is_error_shape
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.warehouse.tables import TableInfo


class TablesNotEmptyValidator(Validator):
    """What was loaded must be there: tables, with rows, that are no stored error."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Judge the tables that the step saw; nothing to say where it did not look."""
        tables = outcome.learned.tables
        if tables is None:
            return ()
        if not tables:
            says = "The load finished, but it left no table: the script found no records where it looks."
            return (Finding(FindingKind.NOTHING_LOADED, says, Remedy.REPAIR),)
        names = {table.name for table in tables}
        judged = (_judge(table, names) for table in tables)
        return tuple(finding for finding in judged if finding)


def _judge(table: TableInfo, names: set[str]) -> Finding | None:
    evidence: dict[str, Json] = {"table": table.name, "columns": [c.name for c in table.columns]}
    if table.rows == 0 and not _is_child(table.name, names):
        says = f"Table {table.name} is empty: no records came for it."
        return Finding(FindingKind.EMPTY_TABLE, says, Remedy.REPAIR, evidence)
    fields = [column.name.partition("__")[0] for column in table.columns]
    if table.rows == 1 and is_error_shape(fields):
        says = f"Table {table.name} holds one row that looks like an error of the API: {', '.join(fields)}."
        return Finding(FindingKind.ERROR_AS_DATA, says, Remedy.REPAIR, evidence)
    return None


def _is_child(name: str, names: set[str]) -> bool:
    """Whether a table holds lists out of another one's records, which may well be empty."""
    return any(name.startswith(f"{other}__") for other in names)
