"""How far a run got: what makes one state of the script better or worse than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.result import RunResult
from pilot.warehouse.tables import TableInfo


class Reached(IntEnum):
    """What a run failed at, from the most fundamental on."""

    SYNTAX = 0
    IMPORT = 1
    CONFIGURATION = 2
    """Nothing was asked of the API yet."""
    API = 3
    """The API was asked, and gave no answer of use."""
    RECORDS = 4
    """The API answered; its records were not found, or could not be read."""
    LOAD = 5
    """There were records; the destination or the schema refused them."""
    CHECK = 6
    """They were loaded; what came is not what should have come."""
    COMPLETE = 7
    """Nothing was found wrong."""


_K = FindingKind
_FAILED_AT = {
    Reached.SYNTAX: (_K.SYNTAX_ERROR,),
    Reached.IMPORT: (_K.IMPORT_MISSING,),
    Reached.CONFIGURATION: (
        _K.CONFIGURATION,
        _K.SECRET_MISSING,
        _K.SECRET_PLACEHOLDER,
        _K.SECRET_IN_CODE,
        _K.PROFILE_MISMATCH,
    ),
    Reached.API: (
        _K.SECRET_REFUSED,
        _K.UNREACHABLE,
        _K.NOT_FOUND,
        _K.BAD_REQUEST,
        _K.API_ERROR,
        _K.FENCED,
    ),
    Reached.RECORDS: (_K.UNEXPECTED_ANSWER, _K.NO_RECORDS, _K.TEMPLATE_ROWS, _K.ENDLESS_PAGING),
    Reached.LOAD: (
        _K.LIMIT_LEFT,
        _K.SCHEMA_CONFLICT,
        _K.DESTINATION,
        _K.DESTINATION_REFUSED,
        _K.PENDING_PACKAGES,
    ),
    Reached.CHECK: (
        _K.NOTHING_LOADED,
        _K.EMPTY_TABLE,
        _K.INCOMPLETE,
        _K.DUPLICATES,
        _K.ALL_NULL,
        _K.CHILD_ROWS_LOST,
        _K.UNSTABLE_COUNTS,
    ),
}
_BY_KIND = {kind: reached for reached, kinds in _FAILED_AT.items() for kind in kinds}
_BY_RUN = (_K.CODE_ERROR, _K.FAILED, _K.TIME_LIMIT, _K.MEMORY_LIMIT)
"""Kinds that can happen anywhere: what the run had done by then tells."""
_OF_DLT = {"extract": Reached.RECORDS, "normalize": Reached.LOAD, "load": Reached.LOAD, "sync": Reached.LOAD}
_DRIFT = 0.99
_FEWER_ARE_RIGHT = (_K.DUPLICATES, _K.UNSTABLE_COUNTS, _K.ERROR_AS_DATA, _K.TEMPLATE_ROWS)
"""Kinds whose repair takes rows out of a table."""


def reached(finding: Finding | None, run: RunResult | None = None) -> Reached | None:
    """What a run failed at; None where the finding says nothing about the script."""
    if finding is None:
        return Reached.COMPLETE
    if finding.kind is FindingKind.ERROR_AS_DATA:
        return Reached.CHECK if "table" in finding.evidence else Reached.RECORDS
    if finding.kind in _BY_RUN:
        return _by_run(finding, run)
    return None if finding.remedy is Remedy.WAIT else _BY_KIND.get(finding.kind)


def _by_run(finding: Finding, run: RunResult | None) -> Reached:
    told = _OF_DLT.get(str(finding.evidence.get("dlt_step")))
    answers = [exchange.status for exchange in run.traffic if exchange.status] if run else []
    if any(status < 400 for status in answers):
        return max(told or Reached.RECORDS, Reached.RECORDS)
    if answers:
        return Reached.API
    return told or Reached.CONFIGURATION


@dataclass(frozen=True)
class Standing:
    """How one state of the script did: what it failed at, and what was loaded with it."""

    findings: tuple[Finding, ...] = ()
    """The most important first; empty where all is well."""
    reached: Reached | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows by table; empty where nobody counted."""

    @classmethod
    def of(
        cls,
        findings: Sequence[Finding],
        run: RunResult | None = None,
        tables: Sequence[TableInfo] | None = None,
    ) -> Standing:
        """The standing after a run, or after a look at what was loaded."""
        first = findings[0] if findings else None
        return cls(tuple(findings), reached(first, run), {table.name: table.rows for table in tables or ()})

    @property
    def finding(self) -> Finding | None:
        """What is to be repaired."""
        return self.findings[0] if self.findings else None

    def worse_than(self, other: Standing) -> str:
        """Why this is worse than the other, in one line; "" where it is not."""
        if self.reached is None or other.reached is None:
            return ""
        if self.finding is not None and self.reached < other.reached:
            return self.finding.says
        return self._lost(other) if self.rows else ""

    def _lost(self, other: Standing) -> str:
        """Rows that were there before; a few may be gone from the API itself since then."""
        for table, before in other.rows.items():
            least = min([before, *(_least(table, before, finding) for finding in other.findings)])
            now = self.rows.get(table, 0)
            if now < least * _DRIFT:
                return f"{table} holds {now:,} rows, where there were {before:,}."
        return ""


def _least(table: str, rows: int, finding: Finding) -> int:
    """How many rows a table must still have once a finding was repaired."""
    if finding.kind not in _FEWER_ARE_RIGHT:
        return rows
    of = str(finding.evidence.get("table", table))
    if table != of and not table.startswith(f"{of}__"):
        return rows
    distinct = finding.evidence.get("distinct")
    if table == of and isinstance(distinct, int):
        return distinct
    return min(rows, 1) if finding.kind in (FindingKind.DUPLICATES, FindingKind.UNSTABLE_COUNTS) else 0
