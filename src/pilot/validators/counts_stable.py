"""A second run of a script that merges or replaces leaves the tables as they are."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.judge.evidence import Evidence
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.warehouse.tables import TableCounts

_WITHOUT_KEY = ("scd2",)


class CountsStableValidator(Validator):
    """No table grows with each run though its rows are merged or replaced."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Judge the tables' keys, and their rows before and after the load."""
        evidence = outcome.evidence
        if evidence is None:
            return ()
        return tuple(f for table in evidence.counts if (f := _finding(table, evidence)))


def _finding(table: TableCounts, evidence: Evidence) -> Finding | None:
    if table.parent or table.absent or table.disposition not in ("merge", "replace"):
        return None
    told: dict[str, Json] = {"table": table.name, "disposition": table.disposition}
    if table.disposition == "merge" and not table.keys and table.strategy not in _WITHOUT_KEY:
        says = f"{table.name} is merged without a key: every run would add the same rows again."
        return Finding(FindingKind.UNSTABLE_COUNTS, says, Remedy.REPAIR, told)
    if _all_new(table, evidence):
        held = f"{table.name} has {table.rows:,} rows"
        says = f"{held}, though {table.new:,} came: every run adds the same rows under another key."
        told |= {"rows": table.rows, "new": table.new, "key": [*table.keys]}
        return Finding(FindingKind.UNSTABLE_COUNTS, says, Remedy.REPAIR, told)
    return None


def _all_new(table: TableCounts, evidence: Evidence) -> bool:
    """Whether all came again, and every row of an earlier load has a twin but for its key."""
    feed = evidence.main_feed(table)
    if feed is None or table.incremental or not table.new or not table.twins:
        return False
    older = table.rows - table.new
    return older >= table.new == feed.records and table.twins >= older and feed.total in (None, feed.records)
