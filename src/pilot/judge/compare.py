"""Compares a rehearsal with what the destination has, and with a second rehearsal on top of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.judge.evidence import Evidence
from pilot.verdict import Judged, TableVerdict
from pilot.warehouse.tables import TableCounts, TableInfo


def compared(rehearsed: Sequence[TableVerdict], tables: Sequence[TableInfo]) -> tuple[TableVerdict, ...]:
    """What is proven of the destination's tables, where `rehearsed` is what the script does now."""
    loaded = {table.name: table.rows for table in tables}
    told = [_compared(verdict, loaded.get(verdict.table)) for verdict in rehearsed]
    known = {verdict.table for verdict in rehearsed}
    gone = "the script brings no such table now"
    others = [
        TableVerdict(n, r, Judged.NOT_PROVABLE, gone, earlier=True)
        for n, r in loaded.items()
        if n not in known
    ]
    return (*told, *others)


def _compared(verdict: TableVerdict, rows: int | None) -> TableVerdict:
    """A rehearsal brings `verdict.rows`; `rows` are there, None: no such table."""
    table, brought, judged, reason = verdict.table, verdict.rows, verdict.judged, verdict.reason
    if judged is Judged.INCOMPLETE and rows is None and brought:
        return replace(verdict, rows=0, reason=f"{reason}; a load would bring {brought:,} rows")
    if judged is Judged.INCOMPLETE or rows == brought:
        return replace(verdict, rows=rows or 0)
    if rows is None:
        told = f"not in the destination; a load would bring {brought:,} rows ({reason})"
        return TableVerdict(table, 0, Judged.NOT_PROVABLE if brought else judged, told if brought else reason)
    if rows > brought:
        return replace(verdict, rows=rows, reason=f"{reason}; {rows - brought:,} rows are of earlier loads")
    told = f"a load would bring {brought:,} rows now, {rows:,} are here"
    return TableVerdict(table, rows, Judged.INCOMPLETE, told)


def kept(
    judged: Sequence[TableVerdict], before: Sequence[TableVerdict], day: str
) -> tuple[TableVerdict, ...]:
    """A look's verdicts; where it proves nothing, what was proven on that day of a table with these rows."""
    known = {(v.table, v.rows): v for v in before if v.judged is not Judged.NOT_PROVABLE}

    def dated(verdict: TableVerdict) -> TableVerdict:
        told = verdict.reason if _PROVEN in verdict.reason or not day else f"{verdict.reason}{_PROVEN}{day}"
        return replace(verdict, reason=told)

    names = {verdict.table for verdict in judged}
    told = [
        dated(known[v.table, v.rows]) if v.judged is Judged.NOT_PROVABLE and (v.table, v.rows) in known else v
        for v in judged
    ]
    nowhere = (v for v in known.values() if v.table not in names and not v.rows)
    return (*told, *map(dated, nowhere))


_PROVEN = "; proven on "


def behind(rehearsed: Sequence[TableVerdict], tables: Sequence[TableInfo]) -> Iterator[Finding]:
    """Tables that a load would fill up: nothing is wrong with the script."""
    loaded = {table.name: table.rows for table in tables}
    for verdict in rehearsed:
        rows = loaded.get(verdict.table, verdict.rows)
        if verdict.judged is not Judged.INCOMPLETE and rows < verdict.rows:
            says = f"Table {verdict.table} is incomplete: {_compared(verdict, rows).reason}."
            told: dict[str, Json] = {"table": verdict.table, "rows": rows, "rehearsed": verdict.rows}
            hint = "Load again: pilot run, or the script itself."
            yield Finding(FindingKind.INCOMPLETE, says, Remedy.STOP, told, hint)


def unstable(first: Evidence, second: Evidence) -> Iterator[Finding]:
    """Tables that a second run changed though the API answered the same."""
    for was, table in _grown(first, second):
        told: dict[str, Json] = {"table": table.name, "once": was.rows, "twice": table.rows}
        if table.disposition in ("merge", "replace") and _answered_alike(was, first, table, second):
            counts = f"{was.rows:,} rows after one run and {table.rows:,} after two"
            says = f"{table.name} had {counts}, of the same answers."
            yield Finding(FindingKind.UNSTABLE_COUNTS, says, Remedy.REPAIR, told)
        elif table.disposition == "append" and (same := _same_rows(was, first, table, second)):
            says = f"{table.name}: a second run adds {same:,} rows of the same records."
            yield Finding(FindingKind.UNSTABLE_COUNTS, says, Remedy.REPAIR, told, _INSTEAD)


_INSTEAD = 'Its write_disposition "replace", or "merge" with a primary key, keeps each record once.'


def second_run(first: Evidence, second: Evidence) -> str:
    """What a second run did to the tables' rows, in one line."""
    changes = [f"{table.name} {table.rows - was.rows:+,}" for was, table in _grown(first, second)]
    return f"a second run: {', '.join(changes)} rows" if changes else "a second run changed no counts"


def _grown(first: Evidence, second: Evidence) -> Iterator[tuple[TableCounts, TableCounts]]:
    """Tables whose rows a second run changed, before and after it."""
    before = {table.name: table for table in first.counts}
    for table in second.counts:
        was = before.get(table.name, TableCounts(table.name, 0))
        if was.rows != table.rows:
            yield was, table


def _same_rows(was: TableCounts, first: Evidence, table: TableCounts, second: Evidence) -> int:
    """How many of the rows that were added were there: equal in all columns, else by the key."""
    added = table.rows - was.rows
    if table.parent or added <= 0:
        return 0
    if table.repeated is not None and was.repeated is not None:
        return max(table.repeated - was.repeated, 0)
    once, twice = (evidence.different_keys.get(table.name) for evidence in (first, second))
    return max(added - (twice - once), 0) if once is not None and twice is not None else 0


def _answered_alike(was: TableCounts, first: Evidence, table: TableCounts, second: Evidence) -> bool:
    """Whether as many records came both times; where nobody counted, they are taken for the same."""
    return first.read_by(was) == second.read_by(table)
