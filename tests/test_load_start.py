"""A load that came to no end begins where it began: database, dlt's state and packages are as they were."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb
import pytest

from pilot.consent import Consent
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.kit import Kit, Policies, Prober, Writers
from pilot.kit import Project as ProjectContract
from pilot.load_start import keep_start
from pilot.names import ProjectNames
from pilot.options import Options
from pilot.run.result import RunMode
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from pilot.session.cell import Cell
from pilot.session.copies import Copies
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.step import Status
from pilot.testing import ScriptedHost
from pilot.warehouse.warehouse import DltWarehouse
from steps.load import Load
from tests.support.rooms import Folder, PlainRedactor

NAMES = ProjectNames("shop")
TABLES, ROWS = 6, 20
SCRIPT = """
import os, sys, threading, time
from glob import glob

import dlt

def end_when_some_jobs_are_done():
    while not glob(os.environ["DLT_DATA_DIR"] + "/pipelines/shop/load/normalized/*/completed_jobs/*.*"):
        time.sleep(0.001)
    os._exit(9)

def rows(table, count):
    if not os.path.exists("calm"):
        threading.Thread(target=end_when_some_jobs_are_done, daemon=True).start()
    yield [{"id": number, "lines": [{"n": number}]} for number in range(count)]

pipeline = dlt.pipeline("shop", destination="duckdb", dataset_name="shop_data")
parts = [dlt.resource(rows(f"t{n}", COUNT), name=f"t{n}", write_disposition="append") for n in range(TABLES)]
pipeline.run(parts)
"""


class Secrets:
    """No secrets."""

    def wanted(self, names: ProjectNames) -> tuple[str, ...]:
        """None."""
        return ()

    def environment(self, wanted: tuple[str, ...]) -> dict[str, str]:
        """None."""
        return {}


class Shop(Folder):
    """The project's files."""

    secrets = Secrets()


@dataclass
class Room:
    """A project with a session, dlt and a database, all real."""

    root: Path
    largest: int = 200_000_000

    def __post_init__(self) -> None:
        self.store = Store.open(self.root)
        self.session = Session.start(
            self.store, PlainRedactor(), "create_pipeline", Facts(names=NAMES, written=True)
        )
        runner = ScriptRunner(self.root, FreshInterpreter(lambda: Path(sys.executable)), str)
        host = ScriptedHost()
        self.runner = runner
        self.kit = Kit(
            host=host,
            consent=Consent(host, Folder(self.root), yes=True, record=lambda what, answer: None),
            project=cast(ProjectContract, Shop(self.root)),
            prober=cast(Prober, None),
            writers=cast(Writers, None),
            runner=runner,
            warehouse=DltWarehouse(self.root, lambda: Path(sys.executable), str),
            policies=cast(Policies, None),
            options=Options(),
            copies=Copies(self.root, self.largest),
        )

    def script(self, count: int, *, calm: bool) -> None:
        """Each table gets so many rows; a calm load comes to its end."""
        text = SCRIPT.replace("COUNT", str(count)).replace("TABLES", str(TABLES))
        (self.root / NAMES.script).write_text(text)
        (self.root / "calm").touch() if calm else (self.root / "calm").unlink(missing_ok=True)

    def load(self) -> Status:
        """The step, in a cell of its own."""
        cell = self.session.begin(Cell(0, "load", "Load", "create_pipeline", 0))
        outcome = Load().run(self.session, self.kit)
        self.session.finish(cell, outcome.learned)
        return outcome.status

    def killed_in_a_load(self) -> None:
        """A load begins, and pilot and the script are killed in the midst of it."""
        self.session.begin(Cell(0, "load", "Load", "create_pipeline", 0))
        keep_start(self.session, self.kit)
        assert not self.runner.run(NAMES.script, RunMode.LOAD, {}, 60, lambda text: None, NAMES.pipeline).ok
        self.store.close()
        self.store = Store.open(self.root)
        again = Session.newest(self.store, PlainRedactor())
        assert again is not None
        self.session = again

    def rows(self) -> dict[str, int]:
        """The rows of every table."""
        with duckdb.connect(str(self.root / "shop.duckdb"), read_only=True) as database:
            tables = database.execute(
                "SELECT table_name FROM duckdb_tables()"
                " WHERE schema_name = 'shop_data' AND NOT starts_with(table_name, '_dlt')"
            ).fetchall()
            return {
                name: database.execute(f'SELECT count(*) FROM shop_data."{name}"').fetchall()[0][0]
                for (name,) in tables
            }


@pytest.fixture
def room(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("LOAD__WORKERS", "1")
    (tmp_path / "project").mkdir()
    room = Room(tmp_path / "project", getattr(request, "param", 200_000_000))
    yield room
    room.store.close()


def _all(rows: int) -> dict[str, int]:
    return {name: rows for n in range(TABLES) for name in (f"t{n}", f"t{n}__lines")}


def test_what_a_killed_load_had_appended_is_not_there_twice(room: Room) -> None:
    room.script(ROWS, calm=True)
    assert room.load() is Status.DONE
    room.script(ROWS, calm=False)
    room.killed_in_a_load()
    assert ROWS in room.rows().values() and 2 * ROWS in room.rows().values()
    room.script(ROWS, calm=True)
    assert room.load() is Status.DONE
    assert room.rows() == _all(2 * ROWS)


def test_a_load_that_failed_half_way_leaves_nothing_of_it(room: Room) -> None:
    room.script(ROWS, calm=False)
    assert room.load() is Status.FAILED
    assert not (room.root / "shop.duckdb").exists()
    room.script(ROWS, calm=True)
    assert room.load() is Status.DONE
    assert room.rows() == _all(ROWS)


@pytest.mark.parametrize("room", [0], indirect=True)
def test_where_no_copy_is_kept_rows_that_would_come_twice_are_told_before_anything_runs(room: Room) -> None:
    room.script(ROWS, calm=True)
    assert room.load() is Status.DONE
    if room.kit.copies is not None and room.kit.copies.take(99, "shop.duckdb"):
        pytest.skip("this disk shares blocks, so no copy is too large")
    room.script(ROWS, calm=False)
    room.killed_in_a_load()
    before = room.rows()
    with pytest.raises(PilotError, match="had appended rows"):
        room.load()
    assert room.rows() == before
