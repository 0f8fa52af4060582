"""The first query, run on real tables."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pilot.errors import StepFailed
from pilot.finding import FindingKind
from pilot.warehouse.tables import Column, TableInfo
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import SqlAttempt

WRITER = BuiltinWriter()


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def table(name: str, rows: int, /, **columns: str) -> TableInfo:
    return TableInfo("my data", name, rows, tuple(Column(n, t) for n, t in columns.items()))


def create(connection: duckdb.DuckDBPyConnection, info: TableInfo) -> None:
    columns = ", ".join('"' + c.name.replace('"', '""') + f'" {c.type}' for c in info.columns)
    name = info.name.replace('"', '""')
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "my data"; CREATE TABLE "my data"."{name}" ({columns})')


READINGS = table(
    "readings",
    50,
    updated_at="TIMESTAMP WITH TIME ZONE",
    time="TIMESTAMP",
    station_id="BIGINT",
    city="VARCHAR",
    temperature="DOUBLE",
    _dlt_load_id="VARCHAR",
)


def test_the_busiest_table_is_counted_over_time(database: duckdb.DuckDBPyConnection) -> None:
    create(database, READINGS)
    database.execute("""INSERT INTO "my data".readings VALUES ('2026-01-02', '2026-01-01', 1, 'a', 2.0, ''),
                     ('2026-01-02', '2026-01-01', 2, 'b', 4.0, '')""")
    child = table("readings__lines", 500, value="VARCHAR")
    draft = WRITER.query([table("small", 2, day="DATE"), READINGS, child])
    assert database.execute(draft.sql).fetchall()[0][1:] == (2, 3.0)
    assert "per day, by time" in draft.says


@pytest.mark.parametrize(
    "info",
    [
        READINGS,
        table("groups", 5, id="BIGINT", url="VARCHAR", status="VARCHAR", name="VARCHAR"),
        table("numbers", 5, id="BIGINT", height="BIGINT", weight="DECIMAL(38,9)"),
        table('od"d name', 5, **{'da"y': "DATE", "select": "VARCHAR", "from": "DOUBLE", "lists": "JSON"}),
        table("nothing", 0),
        table("only__children", 3, value="VARCHAR"),
        table("internal", 3, _dlt_id="VARCHAR"),
    ],
    ids=lambda info: info.name,
)
def test_every_query_that_it_knows_is_valid_and_each_failure_brings_another(
    info: TableInfo, database: duckdb.DuckDBPyConnection
) -> None:
    create(database, info if info.columns else table(info.name, 0, x="BIGINT"))
    failed: list[SqlAttempt] = []
    while True:
        try:
            draft = WRITER.query([info], failed=failed)
        except StepFailed as end:
            assert end.finding.kind is FindingKind.BEYOND_WRITER
            break
        database.execute(draft.sql).fetchall()
        assert draft.says
        assert draft.sql not in [attempt.sql for attempt in failed]
        failed.append(SqlAttempt(draft.sql, "failed"))
    assert 1 <= len(failed) <= 4


def test_text_that_has_few_values_is_grouped_rather_than_a_name() -> None:
    draft = WRITER.query([table("orders", 5, id="BIGINT", name="VARCHAR", status="VARCHAR")])
    assert 'GROUP BY "status"' in draft.sql


def test_words_need_a_model_and_no_table_is_told() -> None:
    with pytest.raises(StepFailed, match="words"):
        WRITER.query([READINGS], "the warmest city")
    with pytest.raises(StepFailed, match="no table"):
        WRITER.query([])
