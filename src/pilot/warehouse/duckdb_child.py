"""Reads a DuckDB file in a short-lived process: read-only, external access off, configuration locked.

Run by file path with pilot's own Python. The SQL may come from a model, so it is as foreign as a script.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    from duckdb import DuckDBPyConnection

    from pilot.warehouse.cells import OWN_COLUMNS, Refused, answer, questions, result
    from pilot.warehouse.counting import Counter, Table, absent, counted, described
else:
    sys.path.append(str(Path(__file__).parent))
    from cells import OWN_COLUMNS, Refused, answer, questions, result
    from counting import Counter, Table, absent, counted, described

    try:
        import _duckdb as duckdb  # the package around it, unneeded here, takes as long again
    except ImportError:
        import duckdb

LOCK_PATIENCE = 2.0
MEMORY = 4 * 1024**3

CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # or a query could read this process's variables as tables
    "max_temp_directory_size": "0B",
    "memory_limit": "1GB",
    "threads": "2",
}

ATTACHED = "attached_by_pilot"

QUERIES = ("SELECT", "EXPLAIN", "MULTI")
"""The statement types that only read; PIVOT is a MULTI."""

DATASETS = """SELECT schema_name FROM duckdb_tables()
WHERE table_name = '_dlt_loads' AND database_name = current_database() ORDER BY 1"""
TABLES = r"""SELECT table_name, column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = ? AND table_name NOT LIKE '\_dlt%' ESCAPE '\'
ORDER BY table_name, column_index"""
SCHEMAS = """SELECT schema FROM {} QUALIFY
row_number() OVER (PARTITION BY schema_name ORDER BY inserted_at DESC, version DESC) = 1"""
LOADS = "SELECT load_id, epoch(inserted_at) FROM {} WHERE status = 0 ORDER BY inserted_at, load_id"


def main() -> None:
    """Answer what is asked; between two questions no database is open."""
    limit_memory()
    desk = duckdb.connect(":memory:", config=CONFIGURATION)
    desk.execute("SET TimeZone = 'UTC'")
    desk.execute(DATASETS).fetchall()  # the first look at a catalog takes as long as a whole answer
    for asked in questions():
        try:
            found = answered(desk, asked)
        except (duckdb.Error, Refused) as error:
            found = {"error": str(error)}
        answer(found)


def answered(desk: DuckDBPyConnection, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question. Foreign SQL gets a connection of its own, which is locked."""
    file, dataset = find_dataset(desk, asked["files"], asked["dataset"])
    if "sql" in asked:
        with closing(connect(file)) as connection:
            return query(connection, dataset, asked)
    with attached(desk, file):
        if "loads" in asked:
            return {"counts": counts(desk, dataset, asked["loads"])}
        return overview(desk, dataset)


def limit_memory() -> None:
    """One value can be larger than DuckDB's own limit allows for all."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def find_dataset(desk: DuckDBPyConnection, files: list[str], wanted: str) -> tuple[str, str | None]:
    """The first file with the dataset; else the first file, with its dataset if there is a single one."""
    second: tuple[str, str | None] | None = None
    for file in files:
        with attached(desk, file):
            datasets = [row[0] for row in desk.execute(DATASETS).fetchall()]
            own = wanted if wanted in datasets else newest_of_runs(desk, datasets, wanted)
        if own is not None:
            return file, own
        if second is None:
            second = file, datasets[0] if len(datasets) == 1 else None
    if second is None:
        raise Refused("There is no database file.")
    return second


def newest_of_runs(desk: DuckDBPyConnection, datasets: Sequence[str], wanted: str) -> str | None:
    """The dataset of the newest run, where each run gets one of its own (dlt's `dev_mode`)."""
    runs = [name for name in datasets if re.fullmatch(rf"{re.escape(wanted)}_?\d{{14}}", name)]
    # by the clock of the loads: dlt's suffix has hours from 1 to 12
    newest = "SELECT epoch(max(inserted_at)) FROM {}"
    times = [desk.execute(newest.format(qualified(name, "_dlt_loads"))).fetchall()[0][0] for name in runs]
    return max(zip((time or 0 for time in times), runs, strict=True), default=(0, None))[1]


@contextmanager
def attached(desk: DuckDBPyConnection, file: str) -> Iterator[None]:
    """Open a database where a first one is open already: a tenth of the time that another instance takes."""
    path = file.replace("'", "''")
    patiently(lambda: desk.execute(f"ATTACH '{path}' AS {ATTACHED} (READ_ONLY, TYPE duckdb)"))
    try:
        desk.execute(f"USE {ATTACHED}.main")
        yield
    finally:
        desk.execute("USE memory.main")
        desk.execute(f"DETACH {ATTACHED}")


def connect(file: str) -> DuckDBPyConnection:
    """Open a database in an instance of its own."""
    connection = patiently(lambda: duckdb.connect(file, read_only=True, config=CONFIGURATION))
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def patiently(opened: Callable[[], DuckDBPyConnection]) -> DuckDBPyConnection:
    """Open a database; another program may hold it for a moment."""
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            return opened()
        except duckdb.IOException as error:
            if "lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def lock(connection: DuckDBPyConnection) -> None:
    """From here on only the database itself can be read, and no statement can change that."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def overview(connection: DuckDBPyConnection, dataset: str | None) -> dict[str, Any]:
    """The dataset's tables, and its finished loads."""
    if dataset is None:
        return {"tables": [], "loads": []}
    columns: dict[str, list[dict[str, str]]] = {}
    for table, column, kind in connection.execute(TABLES, [dataset]).fetchall():
        own = columns.setdefault(table, [])
        if column not in OWN_COLUMNS:
            own.append({"name": column, "type": kind})
    tables = [
        {"schema": dataset, "name": table, "rows": count(connection, dataset, table), "columns": own}
        for table, own in columns.items()
    ]
    loads = connection.execute(LOADS.format(qualified(dataset, "_dlt_loads"))).fetchall()
    return {"tables": tables, "loads": loads}


class DuckDbCounter(Counter):
    """Asks DuckDB."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection

    def numbers(self, sql: str) -> list[int] | None:
        """The one row of a query."""
        try:
            return list(self._connection.execute(sql).fetchall()[0])
        except duckdb.Error:
            return None

    def different(self, columns: Sequence[str], table: str) -> str:
        """By hashes: whole rows of a large table would not fit into the memory that a query has here."""
        return f"SELECT count(DISTINCT hash({', '.join(columns)})) FROM {table}"


def counts(connection: DuckDBPyConnection, dataset: str | None, loads: list[str]) -> list[dict[str, Any]]:
    """What is counted of every table of the dataset, to judge these loads."""
    if dataset is None:
        return []
    known = described(
        [row[0] for row in connection.execute(SCHEMAS.format(qualified(dataset, "_dlt_version"))).fetchall()]
    )
    staging = f"{dataset}_staging"
    staged = {row[0] for row in connection.execute(TABLES, [staging]).fetchall()}
    columns: dict[str, list[str]] = {}
    for table, column, _ in connection.execute(TABLES, [dataset]).fetchall():
        columns.setdefault(table, []).append(column)
    counter = DuckDbCounter(connection)
    found = []
    for name, own in columns.items():
        staging_name = qualified(staging, name) if name in staged else None
        table = Table(name, own, qualified(dataset, name), staging_name)
        found.append(counted(table, known.get(name, {}), loads, counter))
    return found + [table for table in absent(known) if table["name"] not in columns]


def count(connection: DuckDBPyConnection, dataset: str, table: str) -> int:
    """The number of rows."""
    rows = connection.execute(f"SELECT count(*) FROM {qualified(dataset, table)}").fetchall()
    return int(rows[0][0])


def query(connection: DuckDBPyConnection, dataset: str | None, asked: dict[str, Any]) -> dict[str, Any]:
    """Run the one statement; the dataset's tables go by their plain names too."""
    if dataset is not None:
        connection.execute(f"USE {catalog(connection)}.{quoted(dataset)}")
    lock(connection)
    statements = connection.extract_statements(asked["sql"])
    if len(statements) != 1:
        raise Refused(f"One query at a time: these are {len(statements)} statements.")
    if statements[0].type.name not in QUERIES:
        raise Refused(f"Only queries are run here: this is a {statements[0].type.name} statement.")
    done = connection.execute(statements[0])
    names = [column[0] for column in done.description or []]
    return result(names, done.fetchmany(asked["limit"] + 1), asked["limit"])


def catalog(connection: DuckDBPyConnection) -> str:
    """The name of the database, quoted."""
    return quoted(str(connection.execute("SELECT current_database()").fetchall()[0][0]))


def qualified(dataset: str, table: str) -> str:
    """A table's name for SQL, whole: a dataset may be called what a database is."""
    return f"{ATTACHED}.{quoted(dataset)}.{quoted(table)}"


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    main()
