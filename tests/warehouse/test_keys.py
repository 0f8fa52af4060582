"""Counting by key: the columns that hold it, and SQL that any name survives."""

from pilot.warehouse.keys import count_by_key, key_columns
from pilot.warehouse.tables import Column, TableInfo


def _table(*columns: str) -> TableInfo:
    return TableInfo("data", "things", 3, tuple(Column(name, "VARCHAR") for name in columns))


def test_fields_are_found_under_the_names_that_dlt_gives_their_columns() -> None:
    table = _table("id", "station_id", "wind__speed_ms")
    assert key_columns(table, ("id",)) == ("id",)
    assert key_columns(table, ("stationId", "wind.speedMs")) == ("station_id", "wind__speed_ms")


def test_a_key_with_a_missing_column_is_no_key() -> None:
    assert key_columns(_table("id"), ("id", "day")) == ()
    assert key_columns(_table("id"), ()) == ()


def test_names_are_quoted() -> None:
    sql = count_by_key([(_table('a"b'), ('a"b',))])
    assert sql == """SELECT 'things', count(*) FROM (SELECT DISTINCT "a""b" FROM "data"."things") AS keys"""
