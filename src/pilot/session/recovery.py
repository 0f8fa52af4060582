"""What can still be read of a damaged session file, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from pilot.facts import Facts
from pilot.session.cell import Cell

_TABLES = ("session", "cell", "consent", "blob", "traffic", "exchange", "answer")
_MOST_MISSES = 2_000
"""Numbers in a row without a readable row, after which a table is taken to end."""
Row = dict[str, object]


@dataclass(frozen=True)
class Salvage:
    """A fresh database in memory with everything that could be read."""

    db: sqlite3.Connection
    sessions: int
    cells: int

    @property
    def says(self) -> str:
        """What was saved, in words."""
        return f"{self.cells} cell{'' if self.cells == 1 else 's'} could be read and were kept"


def salvage(damaged: sqlite3.Connection, into: sqlite3.Connection) -> Salvage | None:
    """Copy every row that can be read and understood; None when there is no session among them."""
    kept = {table: _copy(damaged, into, table) for table in _TABLES}
    _mend_facts(into)
    into.commit()
    return Salvage(into, kept["session"], kept["cell"]) if kept["session"] else None


def _copy(damaged: sqlite3.Connection, into: sqlite3.Connection, table: str) -> int:
    known = {row[1] for row in into.execute(f"PRAGMA table_info({table})")}
    understood = _UNDERSTOOD.get(table, _anything)
    kept = 0
    for row in _rows(damaged, table):
        columns = [name for name in row if name in known]
        if not understood(row):
            continue
        marks = ", ".join("?" * len(columns))
        into.execute(
            f"INSERT OR IGNORE INTO {table}({', '.join(columns)}) VALUES ({marks})",
            [row[name] for name in columns],
        )
        kept += 1
    return kept


def _rows(db: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Each readable row, asked for by its number: a broken page costs only the rows on it."""
    last = _last(db, table)
    number = misses = 0
    while misses < _MOST_MISSES if last is None else number < last:
        number += 1
        misses += 1
        try:
            found = db.execute(f"SELECT * FROM {table} WHERE rowid = ?", (number,))
            values = found.fetchone()
        except sqlite3.Error:
            continue
        if values is not None:
            misses = 0
            yield dict(zip((column[0] for column in found.description), values, strict=True))


def _last(db: sqlite3.Connection, table: str) -> int | None:
    try:
        return int(db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0])
    except sqlite3.Error:
        return None


def _mend_facts(db: sqlite3.Connection) -> None:
    """A session whose facts are broken knows what its newest readable cell left."""
    for cell, facts in db.execute("SELECT id, facts FROM cell WHERE facts IS NOT NULL").fetchall():
        if not _is(facts, Facts):
            db.execute("UPDATE cell SET facts = NULL WHERE id = ?", (cell,))
    for session, initial, facts in db.execute("SELECT id, initial, facts FROM session").fetchall():
        start = initial if _is(initial, Facts) else msgspec.json.encode(Facts())
        if not _is(facts, Facts):
            newest = db.execute(
                "SELECT facts FROM cell WHERE session = ? AND facts IS NOT NULL ORDER BY id DESC LIMIT 1",
                (session,),
            ).fetchone()
            facts = newest[0] if newest else start
        db.execute("UPDATE session SET initial = ?, facts = ? WHERE id = ?", (start, facts, session))


def _is(data: object, kind: type) -> bool:
    """Whether stored bytes decode as what they should be."""
    if not isinstance(data, (bytes, str)):
        return False
    try:
        msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


def _anything(row: Row) -> bool:
    return True


_UNDERSTOOD: dict[str, Callable[[Row], bool]] = {
    "session": lambda row: isinstance(row.get("policy"), str),
    "cell": lambda row: _is(row.get("data"), Cell),
}
