"""What is counted of loaded tables to judge a load: in DuckDB files, and through dlt's client."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pilot.names import ProjectNames
from pilot.run.environment import child_environment
from pilot.warehouse.tables import TableCounts
from pilot.warehouse.warehouse import DltWarehouse

DUCKDB, ANY = ProjectNames("counted"), ProjectNames("counted", "any")
LOAD = """
import dlt
import uuid

@dlt.resource(write_disposition="merge", primary_key="status")
def orders(updated=dlt.sources.incremental("at", initial_value=0)):
    yield [{"id": n, "status": "open", "at": n} for n in range(1, 6)]

@dlt.resource(columns={"note": {"data_type": "text"}})
def people():
    yield [{"name": "Ada", "tags": ["a", "b"], "note": None}] * 2 + [{"name": "Bo", "tags": ["c"]}]

@dlt.resource(write_disposition="merge", primary_key="row")
def days():
    yield [{"row": str(uuid.uuid4()), "day": n} for n in range(3)]

@dlt.resource
def nothing():
    yield []

@dlt.source
def shop():
    return orders, people, days, nothing

pipeline = dlt.pipeline("counted", destination="duckdb", dataset_name="counted_data")
for _ in range(2):
    pipeline.run(shop())
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, dlt_data: Path) -> Path:
    folder = tmp_path_factory.mktemp("counted")
    environment = {**child_environment(os.environ, {}), "DLT_DATA_DIR": str(dlt_data)}
    subprocess.run([sys.executable, "-c", LOAD], cwd=folder, env=environment, check=True, capture_output=True)
    return folder


def counts(root: Path, names: ProjectNames) -> dict[str, TableCounts]:
    warehouse = DltWarehouse(root, lambda: Path(sys.executable), str)
    newest = warehouse.finished_loads(names)[-1][0]
    return {table.name: table for table in warehouse.counts(names, [newest])}


@pytest.mark.parametrize("names", [DUCKDB, ANY])
def test_rows_of_a_load_repeats_empty_columns_and_what_dlt_knows(root: Path, names: ProjectNames) -> None:
    found = counts(root, names)
    people = found["people"]
    assert (people.rows, people.new, people.repeated, people.again) == (6, 3, 1, 2)
    assert (people.empty, people.columns, people.disposition) == (("note",), ("note", "name"), "append")
    assert (people.resource, people.parent, people.keys, people.incremental) == ("people", "", (), False)
    orders = found["orders"]
    assert (orders.disposition, orders.keys, orders.incremental) == ("merge", ("status",), True)
    assert orders.again is None
    tags = found["people__tags"]
    assert (tags.rows, tags.parent, tags.parents, tags.new) == (10, "people", 6, None)


@pytest.mark.parametrize("names", [DUCKDB, ANY])
def test_a_table_that_nothing_ever_came_for_is_absent(root: Path, names: ProjectNames) -> None:
    found = counts(root, names)
    assert [name for name, table in found.items() if table.absent] == ["nothing"]


@pytest.mark.parametrize("names", [DUCKDB, ANY])
def test_rows_that_only_their_key_tells_apart_are_twins(root: Path, names: ProjectNames) -> None:
    found = counts(root, names)
    assert (found["days"].rows, found["days"].new, found["days"].twins) == (6, 3, 3)
    assert found["people"].twins is None


def test_what_came_before_a_merge_is_counted_while_it_is_there(root: Path) -> None:
    days = counts(root, DUCKDB)["days"]
    assert (days.staged, days.staged_different, days.staged_values) == (3, 3, {"": 3})


def test_a_database_elsewhere_is_found_by_dlts_own_state(
    tmp_path: Path, dlt_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = LOAD.replace(
        'destination="duckdb"', f'destination=dlt.destinations.duckdb("{tmp_path}/far/x.duckdb")'
    )
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "far").mkdir()
    own = tmp_path / "dlt"
    monkeypatch.setenv("DLT_DATA_DIR", str(own))
    (project / ".dlt").mkdir()
    credentials = f'[destination.duckdb]\ncredentials = "duckdb:///{tmp_path}/far/x.duckdb"\n'
    (project / ".dlt" / "secrets.toml").write_text(credentials)
    environment = child_environment(os.environ, {})
    subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment, check=True, capture_output=True
    )
    warehouse = DltWarehouse(project, lambda: Path(sys.executable), str)
    assert {table.name for table in warehouse.tables(DUCKDB)} == {"orders", "people", "people__tags", "days"}
    assert warehouse.at(tmp_path / "far" / "x.duckdb").tables(DUCKDB)[0].name == "days"
