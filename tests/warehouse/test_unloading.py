"""What loads appended is taken out again; what they replaced or merged is not touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pilot.names import ProjectNames
from pilot.run.environment import child_environment
from pilot.warehouse.unloading import Unloading

NAMES = ProjectNames("weather")
LOAD = """
import dlt

pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
for number in (1, 2):
    cities = [{"id": number, "tags": [{"name": "old", "by": [1, 2]}, {"name": "small"}]}]
    pipeline.run(cities, table_name="cities", write_disposition="append")
"""


def rows(root: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(root / "weather.duckdb"), read_only=True) as database:
        return database.execute(f"USE weather_data; {sql}").fetchall()


def loaded(root: Path, code: str) -> list[str]:
    """Run it; the loads that are there then."""
    subprocess.run([sys.executable, "-c", code], cwd=root, env=child_environment(os.environ, {}), check=True)
    return [str(row[0]) for row in rows(root, "SELECT load_id FROM _dlt_loads ORDER BY inserted_at")]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt_data"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_the_rows_of_a_load_and_of_its_child_tables_go_and_others_stay(root: Path) -> None:
    newest = loaded(root, LOAD)[-1]
    unloading = Unloading(root, lambda: Path(sys.executable), str)
    expected = {"cities": 1, "cities__tags": 2, "cities__tags__by": 2}
    assert unloading.appended(NAMES, [newest]).rows == expected
    assert rows(root, "SELECT count(*) FROM cities") == [(2,)]
    assert unloading.take_out(NAMES, [newest]).rows == expected
    assert rows(root, "SELECT id FROM cities") == [(1,)]
    assert rows(root, "SELECT count(*) FROM cities__tags") == [(2,)]
    assert rows(root, "SELECT count(*) FROM cities__tags__by") == [(2,)]
    assert rows(root, "SELECT count(*) FROM _dlt_loads") == [(1,)]


def test_what_was_merged_stays_as_it_is_and_all_that_came_with_it(root: Path) -> None:
    merging = "pipeline.run([{'id': 7}], table_name='towns', write_disposition='merge', primary_key='id')"
    found = loaded(root, f"{LOAD}\n{merging}\n")
    unloading = Unloading(root, lambda: Path(sys.executable), str)
    assert unloading.take_out(NAMES, found).standing == ("towns",)
    assert rows(root, "SELECT count(*) FROM cities") == [(2,)]
