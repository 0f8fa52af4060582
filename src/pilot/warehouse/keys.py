"""Counting by key: whether a table holds each record once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.warehouse.tables import TableInfo, quoted


def key_columns(table: TableInfo, key: Sequence[str]) -> tuple[str, ...]:
    """The columns that hold a key's fields, by dlt's naming; empty where one of them is missing."""
    known = {column.name for column in table.columns}
    found = tuple(next((n for n in (name, column_name(name)) if n in known), "") for name in key)
    return found if all(found) else ()


def count_by_key(keys: Sequence[tuple[TableInfo, Sequence[str]]]) -> str:
    """SQL that gives each table's name and how many different keys it holds, in any dialect."""
    return " UNION ALL ".join(_count(table, columns) for table, columns in keys)


def _count(table: TableInfo, columns: Sequence[str]) -> str:
    listed = ", ".join(map(quoted, columns))
    name = table.name.replace("'", "''")
    return f"SELECT '{name}', count(*) FROM (SELECT DISTINCT {listed} FROM {table.qualified}) AS keys"


def column_name(name: str) -> str:
    """dlt's default naming: `stationId` becomes `station_id`, `wind.speed` becomes `wind__speed`."""
    parts = (re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part) for part in name.split("."))
    return "__".join(re.sub(r"\W+", "_", part).lower() for part in parts)
