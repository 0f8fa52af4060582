"""A load whose end pilot did not see: told by dlt's load ids, whatever the clocks say."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import duckdb
import pytest

from pilot.consent import Consent
from pilot.facts import Facts
from pilot.kit import Kit, Policies, Prober, Runner, Writers
from pilot.kit import Project as ProjectContract
from pilot.names import ProjectNames
from pilot.options import Options
from pilot.session.cell import Cell
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.testing import ScriptedHost
from pilot.unseen_load import HalfDone, load_begins, what_became
from pilot.verdict import LoadRecord
from pilot.warehouse.warehouse import DltWarehouse
from tests.support.rooms import Folder, PlainRedactor

NAMES = ProjectNames("weather")
ONCE = "pipeline.run(stations())\n"
TWICE = ONCE + "pipeline.run(sensors())\n"
AN_HOUR = 3600.0


class Room:
    """A project with a session and a database, both on disk."""

    def __init__(self, root: Path, disposition: str) -> None:
        self.root = root
        self.store = Store.open(root)
        self.session = Session.start(self.store, PlainRedactor(), "create_pipeline", Facts(names=NAMES))
        with duckdb.connect(str(root / "weather.duckdb")) as database:
            database.execute("CREATE SCHEMA weather_data; USE weather_data")
            database.execute("CREATE TABLE stations(id INT, _dlt_load_id TEXT, _dlt_id TEXT)")
            database.execute(
                "CREATE TABLE _dlt_loads(load_id TEXT, schema_name TEXT, status INT, inserted_at TIMESTAMPTZ)"
            )
            database.execute(
                "CREATE TABLE _dlt_version(schema_name TEXT, version INT, schema TEXT,"
                " inserted_at TIMESTAMPTZ)"
            )
            table = {"resource": "stations", "write_disposition": disposition, "columns": {}}
            schema = json.dumps({"name": "weather", "tables": {"stations": table}})
            database.execute("INSERT INTO _dlt_version VALUES ('weather', 1, ?, now())", [schema])

    def load(self, load: str, hours: float = 0) -> None:
        """dlt finishes a load, by a clock that is that far off."""
        with duckdb.connect(str(self.root / "weather.duckdb")) as database:
            database.execute("INSERT INTO weather_data.stations VALUES (1, ?, ?)", [load, load])
            at = f"now() + to_hours({hours})"
            database.execute(f"INSERT INTO weather_data._dlt_loads VALUES (?, 'weather', 0, {at})", [load])

    def begin(self) -> Cell:
        """A load begins."""
        cell = self.session.begin(Cell(0, "load", "Load", "create_pipeline", 0))
        self.session.learn(Facts(load_begun=load_begins(self.session, self.kit)))
        return cell

    def killed(self) -> None:
        """pilot is killed, and started again."""
        self.store.close()
        self.store = Store.open(self.root)
        again = Session.newest(self.store, PlainRedactor())
        assert again is not None
        self.session = again

    def became(self) -> LoadRecord | HalfDone | None:
        """What became of the load."""
        return what_became(self.session, self.kit)

    @property
    def kit(self) -> Kit:
        host = ScriptedHost()
        return Kit(
            host=host,
            consent=Consent(host, Folder(self.root), yes=True, record=lambda what, answer: None),
            project=cast(ProjectContract, Folder(self.root)),
            prober=cast(Prober, None),
            writers=cast(Writers, None),
            runner=cast(Runner, None),
            warehouse=DltWarehouse(self.root, lambda: Path(sys.executable), str),
            policies=cast(Policies, None),
            options=Options(),
        )


@pytest.fixture
def room(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / NAMES.script).write_text(ONCE)
    room = Room(tmp_path, getattr(request, "param", "append"))
    yield room
    room.store.close()


@pytest.mark.parametrize("hours", [-2, 0, 2])
def test_a_load_that_got_to_its_end_is_known_by_its_id_whatever_the_clocks_say(
    room: Room, hours: int
) -> None:
    room.load("1.0")
    cell = room.begin()
    room.load("2.0", hours)
    room.killed()
    assert room.became() == LoadRecord(("2.0",), cell=cell.id)


def test_an_earlier_load_is_not_taken_for_this_one_when_the_clock_went_back(room: Room) -> None:
    room.load("1.0", hours=2)
    cell = room.begin()
    room.session.settle(replace(cell, started=cell.started - AN_HOUR))
    room.killed()
    assert room.became() is None


def test_a_script_that_loads_twice_is_not_called_finished_after_its_first(room: Room) -> None:
    (room.root / NAMES.script).write_text(TWICE)
    room.begin()
    room.load("1.0")
    room.killed()
    assert room.became() == HalfDone(("1.0",))


@pytest.mark.parametrize("room", ["replace", "merge"], indirect=True)
def test_what_replaces_or_merges_is_loaded_again_when_in_doubt(room: Room) -> None:
    (room.root / NAMES.script).write_text(TWICE)
    room.begin()
    room.load("1.0")
    room.killed()
    assert room.became() is None


def test_what_the_run_itself_reported_counts_however_often_it_loaded(room: Room) -> None:
    (room.root / NAMES.script).write_text(TWICE)
    cell = room.begin()
    room.load("1.0")
    room.load("2.0")
    room.session.learn(Facts(load=LoadRecord(("2.0",), cell=cell.id)))
    room.killed()
    assert room.became() == LoadRecord(("2.0",), cell=cell.id)


def test_a_second_kill_before_a_look_back_does_not_hide_a_finished_load(room: Room) -> None:
    first = room.begin()
    room.load("1.0")
    room.killed()
    room.session.settle(room.session.broken[0])
    room.session.begin(Cell(0, "load", "Load", "create_pipeline", 0))
    room.killed()
    assert room.became() == LoadRecord(("1.0",), cell=first.id)


def test_a_load_that_was_killed_before_it_began_runs(room: Room) -> None:
    room.load("1.0")
    room.session.begin(Cell(0, "load", "Load", "create_pipeline", 0))
    room.killed()
    assert room.became() is None
