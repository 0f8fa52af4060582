"""What was loaded into any destination, read through dlt's own client."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pilot.errors import OutOfReach, PilotError
from pilot.names import ProjectNames
from pilot.warehouse.warehouse import DltWarehouse
from tests.warehouse.conftest import load

ANY = ProjectNames("weather", "any")
"""Not called duckdb, so that it is read as every other destination is."""


@pytest.fixture
def warehouse(loaded: Path) -> DltWarehouse:
    return DltWarehouse(loaded, lambda: Path(sys.executable), str)


def test_tables_and_loads_are_those_of_the_pipeline(warehouse: DltWarehouse) -> None:
    tables = {table.name: table for table in warehouse.tables(ANY)}
    assert {name: table.rows for name, table in tables.items()} == {"cities": 2, "cities__tags": 3}
    assert {column.name for column in tables["cities"].columns} == {"id", "name", "seen"}
    assert len(warehouse.finished_loads(ANY)) == 2


def test_a_query_is_answered(warehouse: DltWarehouse) -> None:
    result = warehouse.query(ANY, "SELECT id, name FROM cities ORDER BY id", limit=1)
    assert (result.columns, result.rows, result.more) == (("id", "name"), (("1", "Bern"),), True)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nope FROM cities", "nope"),
        ("SELECT 1; DROP TABLE cities", "One query at a time"),
        ("DELETE FROM cities", "Only queries"),
        ("WITH gone AS (DELETE FROM cities RETURNING *) SELECT * FROM gone", "Only queries"),
        ("CREATE TABLE x AS SELECT 1", "Only queries"),
        ("GRANT ALL ON cities TO me", "Only queries"),
    ],
)
def test_only_one_query_that_reads_is_run(warehouse: DltWarehouse, sql: str, words: str) -> None:
    with pytest.raises(PilotError, match=words):
        warehouse.query(ANY, sql)


def test_nothing_loaded_means_no_tables(tmp_path: Path) -> None:
    warehouse = DltWarehouse(tmp_path, lambda: Path(sys.executable), str)
    other = ProjectNames("climate", "postgres")
    assert warehouse.tables(other) == ()
    with pytest.raises(PilotError, match="Nothing was loaded yet"):
        warehouse.query(other, "SELECT 1")


def test_a_load_that_was_stopped_before_its_first_package_loaded_nothing(tmp_path: Path) -> None:
    begun = 'import dlt; dlt.pipeline("begun", destination="duckdb").sync_destination()'
    subprocess.run([sys.executable, "-c", begun], cwd=tmp_path, check=True)
    warehouse = DltWarehouse(tmp_path, lambda: Path(sys.executable), str)
    assert warehouse.finished_loads(ProjectNames("begun", "any")) == ()


@pytest.mark.parametrize("made", ['duckdb("other/place.db")', 'filesystem("files")'])
def test_a_destination_that_only_the_script_knows_is_told_so_and_not_made(tmp_path: Path, made: str) -> None:
    (tmp_path / "other").mkdir()
    code = f"""import dlt
pipeline = dlt.pipeline("hidden_{made[:4]}", destination=dlt.destinations.{made}, dataset_name="data")
pipeline.run([{{"id": 1}}], table_name="rows")"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    warehouse = DltWarehouse(tmp_path, lambda: Path(sys.executable), str)
    with pytest.raises(OutOfReach, match=r"Only the script|finds no bucket_url"):
        warehouse.tables(ProjectNames(f"hidden_{made[:4]}", "any"))
    assert not list(tmp_path.glob("*.duckdb"))


def test_a_folder_of_files_is_read_with_the_projects_own_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt_data"))
    project = tmp_path / "project"
    (project / ".dlt").mkdir(parents=True)
    (project / ".dlt" / "config.toml").write_text(
        f'[destination.filesystem]\nbucket_url = "{(tmp_path / "bucket").as_uri()}"\n'
    )
    load(project, "filesystem")
    warehouse = DltWarehouse(project, lambda: Path(sys.executable), str)
    names = ProjectNames("weather", "filesystem")
    assert {table.name: table.rows for table in warehouse.tables(names)} == {"cities": 2, "cities__tags": 3}
    assert len(warehouse.finished_loads(names)) == 1

    (project / ".dlt" / "config.toml").write_text("")
    with pytest.raises(PilotError, match="dlt finds no bucket_url"):
        warehouse.tables(names)
