"""The shape of the session's file: every version of it, and the way from each to the next."""

from __future__ import annotations

import sqlite3

from pilot.errors import PilotError

_FIRST = (
    """CREATE TABLE IF NOT EXISTS session(
        id INTEGER PRIMARY KEY, created REAL NOT NULL, policy TEXT NOT NULL,
        initial BLOB NOT NULL, facts BLOB NOT NULL, ended TEXT)""",
    """CREATE TABLE IF NOT EXISTS cell(
        id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session(id),
        data BLOB NOT NULL, facts BLOB)""",
    """CREATE TABLE IF NOT EXISTS consent(
        session INTEGER NOT NULL, cell INTEGER, at REAL NOT NULL, act TEXT NOT NULL, answer TEXT NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS blob(hash TEXT PRIMARY KEY, mode INTEGER NOT NULL, data BLOB NOT NULL)",
)
_LEDGERS = (
    "ALTER TABLE session ADD COLUMN name TEXT",
    # what was known after a cell is kept when the cell is taken back, so that it can be done again
    "ALTER TABLE cell ADD COLUMN live INTEGER NOT NULL DEFAULT 1",
    # what was known when a cell began, compressed; older cells have only what was known after them
    "ALTER TABLE cell ADD COLUMN before BLOB",
    "CREATE INDEX cell_of_session ON cell(session, id)",
    """CREATE TABLE traffic(
        id INTEGER PRIMARY KEY, session INTEGER NOT NULL, cell INTEGER, at REAL NOT NULL,
        data BLOB NOT NULL)""",
    "CREATE INDEX traffic_of_cell ON traffic(session, cell)",
    """CREATE TABLE exchange(
        id INTEGER PRIMARY KEY, session INTEGER NOT NULL, cell INTEGER, used INTEGER, key TEXT NOT NULL,
        data BLOB NOT NULL)""",
    "CREATE INDEX exchange_of_key ON exchange(session, key)",
    """CREATE TABLE answer(
        id INTEGER PRIMARY KEY, session INTEGER NOT NULL, cell INTEGER, used INTEGER, key TEXT NOT NULL,
        data BLOB NOT NULL)""",
    "CREATE INDEX answer_of_key ON answer(session, key)",
    """CREATE TABLE undone(
        id INTEGER PRIMARY KEY, session INTEGER NOT NULL, data BLOB NOT NULL, pending TEXT)""",
    # each file as pilot left it, so that what the person changed since can be told
    "CREATE TABLE left(path TEXT PRIMARY KEY, hash TEXT)",
)
MIGRATIONS = (_FIRST, _LEDGERS)
"""What leads from version N to N + 1, in order. One that was shipped is never changed again."""
VERSION = len(MIGRATIONS)


def migrate(db: sqlite3.Connection) -> None:
    """Bring a file to this version, in one transaction. Raises PilotError for one from a newer pilot."""
    if version_of(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    with db:
        # asked again: another pilot may have been faster
        version = version_of(db)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")


def version_of(db: sqlite3.Connection) -> int:
    """The version of a file; 0 for a new one. Raises PilotError for one from a newer pilot."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise PilotError(
            f"This session was written by a newer pilot (format {version}, here {VERSION}).",
            "Update pilot, or set .pilot/state aside.",
        )
    return version
