"""Files of earlier versions are brought to this one, whole or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from pilot.facts import Facts
from pilot.session.cell import Cell, CellState
from pilot.session.migrations import MIGRATIONS, VERSION, migrate, version_of
from pilot.session.session import Session
from pilot.session.store import STATE, Store
from tests.support.rooms import PlainRedactor


def _first_version(root: Path) -> Path:
    """A file as the first pilot wrote it: a session with two cells, one of them taken back."""
    path = root / STATE / "session.db"
    path.parent.mkdir(parents=True)
    db = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        db.execute(statement)
    facts = [msgspec.json.encode(Facts(name="weather", goal=goal)) for goal in (None, "stations")]
    with db:
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO session VALUES (1, 10.5, 'create_pipeline', ?, ?, NULL)", facts)
        cells = [
            Cell(1, "ask_api", "Ask API", state=CellState.DONE),
            Cell(2, "load", "Load", state=CellState.UNDONE),
        ]
        for cell, known in zip(cells, (facts[1], None), strict=True):
            db.execute("INSERT INTO cell VALUES (?, 1, ?, ?)", (cell.id, msgspec.json.encode(cell), known))
        db.execute("INSERT INTO consent VALUES (1, 1, 11.5, 'run the script: x.py', 'y')")
        db.execute("INSERT INTO blob VALUES ('abc', 420, x'00')")
    db.close()
    return path


def _shape(db: sqlite3.Connection) -> set[tuple[str, str]]:
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {(name, row[1]) for name in names for row in db.execute(f"PRAGMA table_info({name})")}


def test_a_session_of_the_first_version_is_taken_up_with_everything_in_it(tmp_path: Path) -> None:
    path = _first_version(tmp_path)
    store = Store.open(tmp_path)
    session = Session.newest(store, PlainRedactor())
    assert session is not None
    assert (session.facts.name, session.facts.goal) == ("weather", "stations")
    assert [cell.state for cell in session.cells] == [CellState.DONE, CellState.UNDONE]
    assert store.consents(1) == [(1, 11.5, "run the script: x.py", "y")]
    store.close()
    db = sqlite3.connect(path)
    assert version_of(db) == VERSION
    db.close()


def test_an_old_file_gets_the_shape_of_a_new_one(tmp_path: Path) -> None:
    old = sqlite3.connect(_first_version(tmp_path))
    new = sqlite3.connect(":memory:")
    migrate(old)
    migrate(new)
    assert _shape(old) == _shape(new)
    old.close()
    new.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    db = sqlite3.connect(_first_version(tmp_path))
    db.execute("CREATE TABLE undone(somebody TEXT)")
    before = _shape(db)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(db)
    assert (version_of(db), _shape(db)) == (1, before)
    db.close()
