"""A model's SQL is code too: statements that try to read, write, call out or unlock."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from pilot.errors import PilotError
from pilot.names import ProjectNames
from pilot.warehouse.warehouse import DltWarehouse

NAMES = ProjectNames("weather", "duckdb")
STATEMENTS = (
    "SELECT content FROM read_text('{file}')",
    "SELECT content FROM read_blob('{file}')",
    "SELECT * FROM read_csv('{file}', header = false)",
    "SELECT * FROM '{file}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{file}')",
    "WITH stolen AS (SELECT content FROM read_text('{file}')) SELECT * FROM stolen",
    "SELECT * FROM query('SELECT content FROM read_text(''{file}'')')",
    "SELECT * FROM query_table('{file}')",
    "EXPLAIN ANALYZE SELECT content FROM read_text('{file}')",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/written.csv'",
    "EXPLAIN ANALYZE DELETE FROM cities",
    "COPY cities TO '{folder}/written.csv'",
    "EXPORT DATABASE '{folder}/written'",
    "ATTACH '{folder}/written.db'",
    "INSTALL httpfs",
    "LOAD '{file}'",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "PRAGMA enable_external_access = true",
    "SELECT 1; SET lock_configuration = false",
    "CREATE TABLE written AS SELECT 1",
    "INSERT INTO cities VALUES (3)",
    "DROP TABLE cities",
    "CALL pragma_database_size()",
    "SELECT * FROM sqlite_scan('{file}', 't')",
    "SELECT * FROM postgres_scan('host=127.0.0.1', 'a', 'b')",
    "SELECT * FROM asked",
    "SELECT getenv('OPENAI_API_KEY')",
    "SELECT * FROM repeat_row('x', num_rows = 100000000000)",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a loaded database, and something to steal beside it."""
    root = tmp_path_factory.mktemp("sql")
    (root / "secret.txt").write_text("stolen")
    with duckdb.connect(str(root / "weather.duckdb")) as connection:
        connection.execute("CREATE SCHEMA weather_data")
        connection.execute("CREATE TABLE weather_data.cities AS SELECT 1 AS id UNION SELECT 2")
        connection.execute(
            "CREATE TABLE weather_data._dlt_loads AS SELECT 'x' AS load_id, 0 AS status, now() AS inserted_at"
        )
    return root


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_reads_or_changes_anything_but_the_loaded_tables(
    project: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "stolen")
    before = {file.name: file.read_bytes() for file in project.iterdir()}
    warehouse = DltWarehouse(project, lambda: Path(sys.executable), str, time_limit=20)
    try:
        told = str(warehouse.query(NAMES, statement.format(file=project / "secret.txt", folder=project)))
    except PilotError as refused:
        told = refused.message
    assert "stolen" not in told.replace("WITH stolen AS", "").replace("FROM stolen", "")
    assert {file.name: file.read_bytes() for file in project.iterdir()} == before


def test_what_only_reads_the_tables_works(project: Path) -> None:
    warehouse = DltWarehouse(project, lambda: Path(sys.executable), str)
    assert warehouse.query(NAMES, "SELECT count(*) FROM cities").rows == (("2",),)
