"""Each record is in its table once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.judge.evidence import Evidence
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.warehouse.tables import TableCounts

_IDENTITY = {"id", "_id", "uuid", "guid", "isbn", "sku"}


class RecordsOnceValidator(Validator):
    """No key, and no whole row with an id, is there twice."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Judge what was counted."""
        evidence = outcome.evidence
        return () if evidence is None else tuple(_findings(evidence))


def _findings(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.counts:
        keys = evidence.different_keys.get(table.name, table.rows)
        told: dict[str, Json] = {"table": table.name, "rows": table.rows}
        if keys < table.rows and not _adds_up(table):
            endpoint = evidence.endpoint_of(table)
            key = endpoint.primary_key if endpoint else ()
            held = f"{table.name} holds {table.rows:,} rows"
            says = f"{held}, but only {keys:,} different values of {', '.join(key)}."
            yield Finding(FindingKind.DUPLICATES, says, Remedy.REPAIR, {**told, "key": [*key]})
        elif table.repeated and _are_no_records_of_their_own(table, evidence):
            share = f"{table.repeated:,} of {table.rows:,} rows"
            says = f"{share} of {table.name} are there more than once, equal in every column."
            yield Finding(FindingKind.DUPLICATES, says, Remedy.REPAIR, {**told, "repeated": table.repeated})


def _adds_up(table: TableCounts) -> bool:
    """Whether earlier loads put rows there that this one was to add to, as a row of snapshots does."""
    return table.disposition == "append" and table.new is not None and table.new < table.rows


def _are_no_records_of_their_own(table: TableCounts, evidence: Evidence) -> bool:
    """Equal rows may be equal records, such as readings without an id: an id or the ledger tells."""
    if _IDENTITY & set(table.columns):
        return True
    feed = evidence.main_feed(table)
    if feed is None:
        return False
    came_again = any(chain.again or len(chain.different) < len(chain.pages) for chain in feed.chains)
    added = table.rows if table.new is None else table.new
    return came_again or (feed.total is not None and added > feed.total)
