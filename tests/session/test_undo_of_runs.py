"""Undo without a number, after runs: the newest that left rows, however it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.session.cell import Cell, CellState
from pilot.session.copies import Copies
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.session.undo import undo
from tests.support.rooms import PlainRedactor

DATABASE = "own.duckdb"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session in which nothing was done."""
    with closing(Store.open(tmp_path)) as store:
        yield Session.start(store, PlainRedactor(), "check_pipeline", Facts(name="own"))


def run(session: Session, root: Path, rows: str, state: CellState = CellState.DONE) -> int:
    """A run of its own whose load ends so and adds rows; the number of its cell."""
    part = session.begin(Cell(0, "run_pipeline", "Run"))
    load = session.begin(Cell(0, "load", "Load", "run_pipeline", 0, part.id))
    copies = Copies(root)
    assert copies.take(load.id, DATABASE)
    if rows:
        file = root / DATABASE
        file.write_text((file.read_text() if file.exists() else "") + rows)
    copies.seal(DATABASE)
    session.finish(replace(load, state=state))
    session.finish(replace(part, state=state))
    return part.id


@pytest.mark.parametrize("state", [CellState.DONE, CellState.FAILED, CellState.INTERRUPTED])
def test_the_newest_run_alone_is_taken_back(session: Session, tmp_path: Path, state: CellState) -> None:
    run(session, tmp_path, "first,")
    newest = run(session, tmp_path, "second,", state)
    assert undo(session, tmp_path).cell.id == newest
    assert (tmp_path / DATABASE).read_text() == "first,"


def test_a_run_that_failed_after_it_had_loaded_is_taken_back(session: Session, tmp_path: Path) -> None:
    failed = run(session, tmp_path, "rows", CellState.FAILED)
    assert undo(session, tmp_path).cell.id == failed
    assert not (tmp_path / DATABASE).exists()


def test_a_run_that_failed_and_left_nothing_is_passed_over(session: Session, tmp_path: Path) -> None:
    good = run(session, tmp_path, "rows")
    run(session, tmp_path, "", CellState.FAILED)
    assert undo(session, tmp_path).cell.id == good
    with pytest.raises(PilotError, match="nothing to undo"):
        undo(session, tmp_path)
