"""A column holds something where the API's records did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.judge.evidence import Evidence
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.warehouse.keys import column_name
from pilot.warehouse.tables import TableCounts


class ColumnsFilledValidator(Validator):
    """No column is empty whose field had values in the answers."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Compare columns with fields."""
        evidence = outcome.evidence
        return () if evidence is None else tuple(_findings(evidence))


def _findings(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.counts:
        lost = _lost(table, evidence)
        if lost:
            columns = ", ".join(lost)
            says = f"{table.name} has nothing in {columns}, though the API's records do."
            told: dict[str, Json] = {
                "table": table.name,
                "columns": [*lost],
                "fields": _fields(table, evidence),
            }
            yield Finding(FindingKind.ALL_NULL, says, Remedy.REPAIR, told)


def _lost(table: TableCounts, evidence: Evidence) -> list[str]:
    empty = {*table.empty, *evidence.unfilled.get(table.name, ())}
    filled = {column_name(str(field)) for field in _fields(table, evidence)}
    return sorted(column for column in empty & filled if not _meant(column, table, evidence))


def _fields(table: TableCounts, evidence: Evidence) -> list[Json]:
    """The fields that had values in what was stored, as the ledger or a look at the API tells."""
    feed = evidence.main_feed(table)
    if feed is not None and feed.filled:
        # of records that were left out nobody knows which fields they had
        return [*sorted(feed.filled)] if feed.records in (table.new, table.rows) else []
    endpoint = evidence.endpoint_of(table)
    fields = endpoint.records.fields if endpoint else ()
    return [field.name for field in fields if not field.nullable and "null" not in field.types]


def _meant(column: str, table: TableCounts, evidence: Evidence) -> bool:
    """Whether the values are in a column for another type, or the script empties the field on purpose."""
    variant = any(other.startswith(f"{column}__v_") for other in table.columns)
    emptied = re.search(rf"""['"]{re.escape(column)}['"](\]\s*=|\s*:)\s*None""", evidence.script)
    return variant or emptied is not None
