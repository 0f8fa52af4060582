"""A rehearsal loads as the script would, and nothing of it reaches the destination that the script names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pilot.names import ProjectNames
from pilot.run.rehearsal import database_of, rehearsal_environment
from pilot.run.result import RunMode
from pilot.warehouse.warehouse import DltWarehouse
from tests.run.scripts import SCRIPT, Scripts

LOAD = """
import dlt

if __name__ == "__main__":
    pipeline = dlt.pipeline("crm", dataset_name="crm_data", {options})
    pipeline.run([{{"id": 1}}, {{"id": 2}}], table_name="people", {run})
    print(pipeline.destination.destination_type, pipeline.pipelines_dir)
"""


@pytest.mark.parametrize(
    ("options", "run"),
    [
        ('destination="duckdb"', ""),
        ('destination=dlt.destinations.duckdb("own.duckdb")', ""),
        ('destination="filesystem", pipelines_dir="own"', ""),
        ('staging="filesystem", destination="postgres"', ""),
        ("", 'destination="snowflake", dataset_name="crm_data"'),
    ],
)
def test_whatever_destination_a_script_names_only_the_throwaway_one_is_written(
    scripts: Scripts, tmp_path: Path, options: str, run: str
) -> None:
    folder = tmp_path / "rehearsal"
    environment = {
        **rehearsal_environment(folder),
        "DESTINATION__FILESYSTEM__BUCKET_URL": str(scripts.root / "bucket"),
        "DESTINATION__DUCKDB__CREDENTIALS": str(scripts.root / "configured.duckdb"),
    }
    result = scripts.run(LOAD.format(options=options, run=run), RunMode.LOAD, environment=environment)
    assert result.ok, result.stderr
    assert result.stdout.split()[-2:] == ["dlt.destinations.duckdb", str(folder / "pipelines")]
    assert [path.name for path in scripts.root.iterdir()] == [SCRIPT]
    warehouse = DltWarehouse(scripts.root, lambda: Path(sys.executable), str)
    found = warehouse.at(database_of(folder, "crm")).tables(ProjectNames("crm"))
    assert [(table.name, table.rows) for table in found] == [("people", 2)]


def test_pipelines_of_one_script_are_kept_apart(scripts: Scripts, tmp_path: Path) -> None:
    code = """
        import dlt
        for name in ("one", "two"):
            dlt.pipeline(name, destination="duckdb", dataset_name="data").run([{"id": 1}], table_name=name)
    """
    result = scripts.run(code, RunMode.LOAD, environment=rehearsal_environment(tmp_path / "rehearsal"))
    assert result.ok, result.stderr
    for name in ("one", "two"):
        database = database_of(tmp_path / "rehearsal", name)
        warehouse = DltWarehouse(scripts.root, lambda: Path(sys.executable), str).at(database)
        assert [table.name for table in warehouse.tables(ProjectNames(name))] == [name]
