"""Verdicts as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.screen import Block, Line, Table
from pilot.verdict import Judged, TableVerdict

_TONES = {Judged.COMPLETE: "good", Judged.INCOMPLETE: "bad", Judged.NOT_PROVABLE: "warn"}


def verdict_blocks(verdicts: Sequence[TableVerdict]) -> tuple[Block, ...]:
    """A row per table, with the reason."""
    if not verdicts:
        return (Line("No tables are loaded yet."),)
    rows = tuple((v.table, f"{v.rows:,}", v.judged.value, v.reason) for v in verdicts)
    tones = tuple(_TONES[verdict.judged] for verdict in verdicts)
    return (Table(("table", "rows", "verdict", "because"), rows, tones=tones, wraps=True),)


def summary(verdicts: Sequence[TableVerdict]) -> str:
    """All of them in one line: `3 tables, 264 rows: 2 complete, 1 not provable`."""
    rows = sum(verdict.rows for verdict in verdicts)
    counts = {judged: sum(v.judged is judged for v in verdicts) for judged in Judged}
    told = f"{len(verdicts)} table{'' if len(verdicts) == 1 else 's'}, {rows:,} rows"
    if verdicts and counts[Judged.COMPLETE] == len(verdicts):
        return f"{told}: {'complete' if len(verdicts) == 1 else 'all complete'}"
    parts = [f"{count} {judged.value}" for judged, count in counts.items() if count]
    return f"{told}: {', '.join(parts)}" if parts else told
