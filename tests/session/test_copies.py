"""Copies of a database from before a load, and the way back and forth between them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pilot.errors import UsageError
from pilot.session.cell import DatabaseMove
from pilot.session.copies import FOLDER, Copies, largest_copy

DATABASE = "weather.duckdb"


def _loaded(root: Path, copies: Copies, cell: int, rows: bytes) -> None:
    """What a load does, as far as copies see it."""
    assert copies.take(cell, DATABASE)
    (root / DATABASE).write_bytes(rows)
    copies.seal(DATABASE)


def _back(copies: Copies, *loads: int) -> DatabaseMove:
    move = copies.way_back(loads)
    assert move is not None
    copies.bring_back(move)
    return move


def test_the_database_goes_back_to_before_a_load_and_forth_again(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    _loaded(tmp_path, copies, 9, b"first")
    _loaded(tmp_path, copies, 14, b"first and second")
    move = _back(copies, 14)
    assert (tmp_path / DATABASE).read_bytes() == b"first"
    copies.bring_forth(move)
    assert (tmp_path / DATABASE).read_bytes() == b"first and second"
    _back(copies, 9, 14)
    assert not (tmp_path / DATABASE).exists()


def test_a_database_in_a_folder_of_its_own_goes_back_there(tmp_path: Path) -> None:
    copies, database = Copies(tmp_path), "db/weather.duckdb"
    (tmp_path / "db").mkdir()
    (tmp_path / database).write_bytes(b"first")
    assert copies.take(1, database)
    (tmp_path / database).write_bytes(b"second")
    copies.seal(database)
    _back(copies, 1)
    assert (tmp_path / database).read_bytes() == b"first"


def test_going_back_twice_changes_nothing_more(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    _loaded(tmp_path, copies, 1, b"first")
    _loaded(tmp_path, copies, 2, b"second")
    move = _back(copies, 2)
    copies.bring_back(move)
    assert (tmp_path / DATABASE).read_bytes() == b"first"
    copies.bring_forth(move)
    copies.bring_forth(move)
    assert (tmp_path / DATABASE).read_bytes() == b"second"


def test_what_somebody_else_wrote_into_the_database_is_not_taken_back(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    _loaded(tmp_path, copies, 1, b"first")
    (tmp_path / DATABASE).write_bytes(b"theirs")
    os.utime(tmp_path / DATABASE, (1, 1))
    assert copies.way_back([1]) is None


def test_a_second_try_of_a_load_keeps_the_copy_of_the_first(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    _loaded(tmp_path, copies, 1, b"first")
    _loaded(tmp_path, copies, 2, b"half of it")
    _loaded(tmp_path, copies, 2, b"all of it")
    _back(copies, 2)
    assert (tmp_path / DATABASE).read_bytes() == b"first"


def test_a_database_that_is_too_large_is_not_copied(tmp_path: Path) -> None:
    copies = Copies(tmp_path, largest=3)
    _loaded(tmp_path, copies, 1, b"first")
    if copies.take(2, DATABASE):
        pytest.skip("this disk shares blocks, so no copy is too large")
    assert copies.way_back([2]) is None


def test_old_copies_make_room(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    for cell in range(1, 9):
        _loaded(tmp_path, copies, cell, b"x" * cell)
    kept = [file.name for file in (tmp_path / FOLDER).glob("*-weather.duckdb")]
    assert len(kept) == 3 and copies.way_back([3]) is None


def test_a_load_begins_anew_from_what_was_there_as_often_as_it_is_killed(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    _loaded(tmp_path, copies, 1, b"first")
    for cell, rows in ((2, b"half"), (3, b"another half")):
        copies.take(cell, DATABASE)
        copies.begins(cell, DATABASE)
        (tmp_path / DATABASE).write_bytes(rows)
        assert copies.touched(cell, DATABASE) and copies.can_begin_anew(cell, DATABASE)
        copies.begin_anew(cell, DATABASE)
        assert (tmp_path / DATABASE).read_bytes() == b"first" and not copies.touched(cell, DATABASE)
        assert (tmp_path / FOLDER / f"broken-off-{DATABASE}").read_bytes() == rows


def test_what_others_wrote_after_a_failed_load_is_not_put_back(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    _loaded(tmp_path, copies, 1, b"first")
    assert copies.can_begin_anew(1, DATABASE)
    (tmp_path / DATABASE).write_bytes(b"theirs")
    os.utime(tmp_path / DATABASE, (1, 1))
    assert not copies.can_begin_anew(1, DATABASE)


def test_how_large_a_copy_may_be_is_a_setting(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert largest_copy(tmp_path, environ) == 200_000_000
    (tmp_path / ".pilot").mkdir()
    (tmp_path / ".pilot" / "config.toml").write_text("[undo]\nlargest_copy_mb = 5\n")
    assert largest_copy(tmp_path, environ) == 5_000_000
    (tmp_path / ".pilot" / "config.toml").write_text("[undo]\nlargest_copy_mb = 'much'\n")
    with pytest.raises(UsageError, match="largest_copy_mb"):
        largest_copy(tmp_path, environ)
