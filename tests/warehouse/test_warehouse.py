"""What was loaded, read back from DuckDB files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from pilot.errors import PilotError
from pilot.names import ProjectNames
from pilot.warehouse.tables import Column
from pilot.warehouse.warehouse import DltWarehouse

NAMES = ProjectNames("weather")


def open_warehouse(root: Path, time_limit: float = 60) -> DltWarehouse:
    return DltWarehouse(root, lambda: Path(sys.executable), str, time_limit=time_limit)


@pytest.fixture
def warehouse(loaded: Path) -> DltWarehouse:
    return open_warehouse(loaded)


def test_tables_have_rows_and_data_columns_and_dlts_own_are_not_shown(warehouse: DltWarehouse) -> None:
    tables = {table.name: table for table in warehouse.tables(NAMES)}
    assert {name: table.rows for name, table in tables.items()} == {"cities": 2, "cities__tags": 3}
    assert tables["cities"].qualified == '"weather_data"."cities"'
    assert tables["cities"].columns == (
        Column("id", "BIGINT"),
        Column("name", "VARCHAR"),
        Column("seen", "TIMESTAMP WITH TIME ZONE"),
    )
    assert [column.name for column in tables["cities__tags"].columns] == ["value"]


def test_finished_loads_come_with_their_times_oldest_first(warehouse: DltWarehouse) -> None:
    loads = warehouse.finished_loads(NAMES)
    assert len(loads) == 2
    assert loads[0][1] < loads[1][1]
    assert all(abs(when - float(load_id)) < 60 for load_id, when in loads)


@pytest.mark.parametrize("table", ["cities", "weather_data.cities", '"weather"."weather_data"."cities"'])
def test_a_query_gives_text_under_headings(warehouse: DltWarehouse, table: str) -> None:
    result = warehouse.query(NAMES, f"SELECT id, name, seen, NULL AS nothing FROM {table} ORDER BY id")
    assert result.columns == ("id", "name", "seen", "nothing")
    assert result.rows[1] == ("2", "Zürich", "2026-01-02 03:04:06+00:00", None)
    assert not result.more


def test_results_are_bounded(warehouse: DltWarehouse) -> None:
    result = warehouse.query(NAMES, "SELECT repeat('x', 9999) AS long FROM range(1000000000)", limit=3)
    assert (len(result.rows), result.more) == (3, True)
    assert len(result.rows[0][0] or "") == 500
    wide = warehouse.query(NAMES, "SELECT repeat('x', 499) FROM range(100000)", limit=50_000)
    assert wide.more and len(wide.rows) < 3000


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE cities",
        "SUMMARIZE cities",
        "SHOW TABLES",
        "FROM cities",
        "EXPLAIN SELECT 1",
        "PIVOT cities ON name USING count(*)",
        "WITH a AS (SELECT 1) SELECT * FROM a -- the end",
        "SELECT 1;",
    ],
)
def test_everything_that_reads_can_be_asked(warehouse: DltWarehouse, sql: str) -> None:
    assert warehouse.query(NAMES, sql).columns


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nope FROM cities", 'column "nope" not found'),
        ("SELECT * FROM no_table", "no_table does not exist"),
        ("SELCT 1", "syntax error"),
        ("", "One query at a time"),
        ("SELECT 1; SELECT 2", "One query at a time"),
        ("INSERT INTO cities VALUES (1)", "Only queries"),
        ("DROP TABLE cities", "Only queries"),
        ("SET threads = 1", "Only queries"),
        ("ATTACH '/tmp/other.duckdb'", "Only queries"),
        ("COPY cities TO 'out.csv'", "Only queries"),
        ("INSTALL httpfs", "Only queries"),
        ("PRAGMA enable_external_access", "Only queries"),
        ("SELECT * FROM read_text('/etc/passwd')", "disabled by configuration"),
        ("SELECT * FROM '/etc/passwd'", "does not exist"),
        ("SELECT * FROM glob('/etc/*')", "disabled by configuration"),
        ("SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')", ""),
        ("SELECT * FROM asked", "does not exist"),
        ("SELECT repeat('x', 3000000000)", "Out of Memory"),
    ],
)
def test_what_fails_or_does_more_than_read_is_told_in_duckdbs_words(
    loaded: Path, warehouse: DltWarehouse, sql: str, words: str
) -> None:
    with pytest.raises(PilotError) as told:
        warehouse.query(NAMES, sql)
    assert words.lower() in told.value.message.lower()
    assert len(told.value.message.splitlines()) <= 8
    assert sorted(path.name for path in loaded.iterdir()) == ["weather.duckdb"]


def test_a_query_that_takes_too_long_is_stopped(loaded: Path) -> None:
    started = time.monotonic()
    with pytest.raises(PilotError, match="within 1 s"):
        open_warehouse(loaded, time_limit=1).query(
            NAMES, "SELECT count(*) FROM range(1000000000000) WHERE random() < 2"
        )
    assert time.monotonic() - started < 5


def test_nothing_loaded_means_no_tables_and_a_clear_word(tmp_path: Path) -> None:
    warehouse = open_warehouse(tmp_path)
    assert warehouse.tables(NAMES) == ()
    assert warehouse.finished_loads(NAMES) == ()
    with pytest.raises(PilotError, match="Nothing was loaded yet"):
        warehouse.query(NAMES, "SELECT 1")


def test_a_script_that_names_database_and_dataset_otherwise_is_understood(
    loaded: Path, tmp_path: Path
) -> None:
    shutil.copy(loaded / "weather.duckdb", tmp_path / "weather.duckdb")
    other = ProjectNames("climate")
    warehouse = open_warehouse(tmp_path)
    assert [table.schema for table in warehouse.tables(other)] == ["weather_data", "weather_data"]
    assert warehouse.query(other, "SELECT count(*) FROM cities").rows == (("2",),)


@pytest.mark.parametrize("dataset", ["memory", "system", "attached_by_pilot", "it's"])
def test_names_that_mean_something_to_duckdb_are_names(tmp_path: Path, dataset: str) -> None:
    place, load = f'"it\'s"."{dataset}"', "'1' AS load_id, 0 AS status, now() AS inserted_at"
    with duckdb.connect(str(tmp_path / "it's.duckdb")) as connection:
        connection.execute(f"CREATE SCHEMA {place}")
        connection.execute(f"CREATE TABLE {place}.memory AS SELECT 1 AS id")
        connection.execute(f"CREATE TABLE {place}._dlt_loads AS SELECT {load}")
    names = ProjectNames("it's", dataset_name=dataset)
    assert [(table.name, table.rows) for table in open_warehouse(tmp_path).tables(names)] == [("memory", 1)]


def test_of_runs_with_datasets_of_their_own_the_newest_is_read(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "weather.duckdb")) as connection:
        for suffix, rows, hours in (("20260101115900", 1, 0), ("20260101010000", 2, 1), ("other", 3, 2)):
            place = f"weather_data_{suffix}"
            connection.execute(f"CREATE SCHEMA {place}")
            connection.execute(f"CREATE TABLE {place}.cities AS SELECT * FROM range({rows})")
            load = f"'1' AS load_id, 0 AS status, now() + to_hours({hours}) AS inserted_at"
            connection.execute(f"CREATE TABLE {place}._dlt_loads AS SELECT {load}")
    assert [(table.name, table.rows) for table in open_warehouse(tmp_path).tables(NAMES)] == [("cities", 2)]


def test_the_overview_is_read_again_when_the_file_has_changed(loaded: Path, tmp_path: Path) -> None:
    shutil.copy(loaded / "weather.duckdb", tmp_path / "weather.duckdb")
    warehouse = open_warehouse(tmp_path)
    assert len(warehouse.tables(NAMES)) == 2
    with duckdb.connect(str(tmp_path / "weather.duckdb")) as connection:
        connection.execute("CREATE TABLE weather_data.hours AS FROM range(7)")
    assert {table.name: table.rows for table in warehouse.tables(NAMES)}["hours"] == 7


HOLDER = (
    "import duckdb, time; c = duckdb.connect('weather.duckdb'); print(1, flush=True); time.sleep({seconds})"
)


@pytest.mark.parametrize(("seconds", "waits"), [(0.5, True), (30, False)])
def test_a_lock_is_waited_for_but_not_for_long(
    loaded: Path, tmp_path: Path, seconds: float, waits: bool
) -> None:
    shutil.copy(loaded / "weather.duckdb", tmp_path / "weather.duckdb")
    command = [sys.executable, "-c", HOLDER.format(seconds=seconds)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            if waits:
                assert len(open_warehouse(tmp_path).tables(NAMES)) == 2
            else:
                with pytest.raises(PilotError, match=rf"open in another program \(process {holder.pid}\)"):
                    open_warehouse(tmp_path).tables(NAMES)
        finally:
            holder.kill()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "weather.duckdb").write_text("no database" * 1000)
    with pytest.raises(PilotError, match="not a valid DuckDB database"):
        open_warehouse(tmp_path).tables(NAMES)


def test_secrets_and_control_characters_are_not_in_results(loaded: Path) -> None:
    warehouse = DltWarehouse(loaded, lambda: Path(sys.executable), lambda text: text.replace("Bern", "[key]"))
    result = warehouse.query(NAMES, "SELECT name || chr(27) || '[2J' FROM cities WHERE id = 1")
    assert result.rows == (("[key]␛[2J",),)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for children")
def test_questions_together_are_answered_by_one_child_with_nothing_open_in_between(
    loaded: Path, warehouse: DltWarehouse
) -> None:
    before = children()
    with warehouse.together():
        assert {table.name for table in warehouse.tables(NAMES)} == {"cities", "cities__tags"}
        (child,) = children() - before
        with pytest.raises(PilotError):
            warehouse.query(NAMES, "SELECT nope FROM cities")
        assert warehouse.query(NAMES, "SELECT count(*) FROM cities").rows == (("2",),)
        assert children() - before == {child}
        with duckdb.connect(str(loaded / "weather.duckdb")):
            pass  # open for writing: nobody else has it
    assert children() == before


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for children")
def test_a_child_that_is_gone_is_replaced(warehouse: DltWarehouse) -> None:
    before = children()
    with warehouse.together():
        warehouse.query(NAMES, "SELECT 1")
        (child,) = children() - before
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert warehouse.query(NAMES, "SELECT 2").rows == (("2",),)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for children")
def test_a_child_begun_ahead_answers_what_was_loaded_since(warehouse: DltWarehouse) -> None:
    before = children()
    warehouse.prepare(NAMES)
    assert children() == before  # a question on its own gets a child of its own
    with warehouse.together():
        warehouse.prepare(NAMES)
        (child,) = children() - before
        assert warehouse.query(NAMES, "SELECT 1").rows == (("1",),)
        assert children() - before == {child}


def children() -> set[int]:
    """The processes that this one began and that live."""
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # another test's thread that has just ended
            found.update(map(int, task.read_text().split()))
    return found
