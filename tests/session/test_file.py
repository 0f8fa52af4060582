"""The session's file: looked at without a trace, and what is damaged is kept and read as far as it goes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.session.cell import Cell, CellState
from pilot.session.lock import holder, only_writer
from pilot.session.session import Session
from pilot.session.store import STATE, Store
from tests.support.rooms import PlainRedactor


def _filled(root: Path, cells: int) -> Path:
    """A session with many cells, closed; its file."""
    store = Store.open(root)
    session = Session.start(store, PlainRedactor(), "create_pipeline", Facts(name="weather"))
    for number in range(cells):
        cell = session.begin(Cell(0, "load", f"Load {number}", says="x" * 300))
        session.finish(replace(cell, state=CellState.DONE), Facts(goal=f"goal {number}"))
    store.close()
    return root / STATE / "session.db"


def _looked(root: Path) -> tuple[Session | None, str]:
    store = Store.look(root)
    session = Session.look(store, PlainRedactor())
    store.close()
    return session, store.remark


def test_a_look_leaves_every_byte_and_file_as_it_was(tmp_path: Path) -> None:
    file = _filled(tmp_path, 3)
    db = sqlite3.connect(file)
    db.execute("PRAGMA user_version = 1")
    for column in ("name",):
        db.execute(f"ALTER TABLE session DROP COLUMN {column}")
    db.execute("DROP INDEX cell_of_session")
    for column in ("live", "before"):
        db.execute(f"ALTER TABLE cell DROP COLUMN {column}")
    for table in ("traffic", "exchange", "answer", "undone", "left"):
        db.execute(f"DROP TABLE {table}")
    db.commit()
    db.close()
    before = file.read_bytes()
    session, remark = _looked(tmp_path)
    assert session is not None and len(session.cells) == 3 and remark == ""
    assert file.read_bytes() == before
    assert {path.name for path in file.parent.iterdir()} == {".gitignore", "session.db"}


def test_a_broken_page_costs_only_the_rows_on_it(tmp_path: Path) -> None:
    file = _filled(tmp_path, 200)
    content = bytearray(file.read_bytes())
    leaves = [
        at
        for at in range(4096, len(content), 4096)
        if content[at] == 13 and b"Load 77" in content[at : at + 4096]
    ]
    content[leaves[0] : leaves[0] + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    session, remark = _looked(tmp_path)
    assert session is not None
    assert 150 < len(session.cells) < 200 and session.facts.goal == "goal 199"
    assert f"{len(session.cells)} cells could be read" in remark
    assert file.read_bytes() == content
    store = Store.open(tmp_path)
    again = Session.newest(store, PlainRedactor())
    assert again is not None and again.cells == session.cells
    (aside,) = file.parent.glob("session.damaged-*.db")
    assert aside.read_bytes() == content and aside.name in store.remark
    again.begin(Cell(0, "load", "Load on"))
    store.close()


def test_a_copy_takes_what_is_written_and_forgets_it(tmp_path: Path) -> None:
    file = _filled(tmp_path, 1)
    before = file.read_bytes()
    copy = Store.copy(tmp_path)
    session = Session.newest(copy, PlainRedactor())
    assert session is not None
    session.learn(Facts(goal="other"))
    copy.close()
    assert file.read_bytes() == before


def test_who_holds_the_project_is_told_to_who_asks(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with only_writer(tmp_path):
        told = holder(tmp_path)
        assert told is not None and told.startswith("process ") and "since" in told
    assert holder(tmp_path) is None


def test_who_only_looks_sees_a_cell_of_another_pilot_run(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    Session.start(store, PlainRedactor(), "create_pipeline", Facts()).begin(Cell(0, "load", "Load"))
    other = Store.look(tmp_path)
    states = [Session.look(other, PlainRedactor(), live=live) for live in (True, False)]
    assert [session.cells[0].state.value for session in states if session] == ["running", "interrupted"]
    other.close()
    store.close()


def test_a_file_that_is_no_database_is_told_to_who_looks_and_kept(tmp_path: Path) -> None:
    file = _filled(tmp_path, 1)
    file.write_bytes(b"no database " * 1000)
    with pytest.raises(PilotError, match="damaged"):
        Store.look(tmp_path)
    assert file.read_bytes() == b"no database " * 1000


def test_of_a_file_whose_end_is_missing_the_rest_is_read(tmp_path: Path) -> None:
    file = _filled(tmp_path, 200)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    session, remark = _looked(tmp_path)
    assert session is not None and session.facts.goal == "goal 199"
    assert 50 < len(session.cells) < 150
    assert f"{len(session.cells)} cells could be read" in remark
