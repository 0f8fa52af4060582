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
    """All of them in one line: `3 tables, 264 rows: 2 complete, 1 not provable`.

    Tables with rows of earlier loads alone are told, and their rows not added to those of this one.
    """
    now = [verdict for verdict in verdicts if not verdict.earlier]
    old = len(verdicts) - len(now)
    rows = sum(verdict.rows for verdict in now)
    counts = {judged: sum(v.judged is judged for v in now) for judged in Judged}
    parts = [f"{count} {judged.value}" for judged, count in counts.items() if count]
    if now and counts[Judged.COMPLETE] == len(now):
        parts = ["complete" if len(now) == 1 else "all complete"]
    told = f"{len(now)} table{'' if len(now) == 1 else 's'}, {rows:,} rows"
    beside = f"; beside {'it' if len(now) == 1 else 'them'} {old} of earlier loads" if old else ""
    return f"{told}: {', '.join(parts)}{beside}" if parts else f"{told}{beside}"
