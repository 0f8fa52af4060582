"""Compares what lies in DuckDB with the truth, row by row and value by value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.apis.case import Rows

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|\+00:00)?\Z")
Loaded = Counter[tuple[str, ...]]


def loaded_rows(database: Path, dataset: str, columns: list[str]) -> Loaded | None:
    """The rows of the table that has these columns; None where there is none."""
    import duckdb

    if not database.exists():
        return None
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        tables = connection.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns() "
            "WHERE schema_name = ? AND NOT starts_with(table_name, '_dlt') GROUP BY 1 ORDER BY 1",
            [dataset],
        ).fetchall()
        best = max(tables, key=lambda table: len(set(columns) & set(table[1])), default=None)
        if best is None:
            return None
        wanted = ", ".join(f'"{name}"' if name in best[1] else "NULL" for name in columns)
        rows = connection.execute(f'SELECT {wanted} FROM "{dataset}"."{best[0]}"').fetchall()
    return Counter(tuple(map(_text, row)) for row in rows)


def true_rows(rows: Rows, columns: list[str]) -> Loaded:
    """The truth in the same form."""
    return Counter(tuple(_text(row.get(name)) for name in columns) for row in rows)


def columns_of(rows: Rows) -> list[str]:
    """Every column that the truth knows."""
    return list(dict.fromkeys(name for row in rows for name in row))


def renamed(rows: Rows, names: Mapping[str, str]) -> Rows:
    """The truth with other column names."""
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def _text(value: Any) -> str:
    """A value so that the same is the same, whatever type a column was given."""
    if isinstance(value, str) and _MOMENT.match(value):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if isinstance(value, datetime):
        whole = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return whole.astimezone(timezone.utc).isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return "" if value is None else f"{float(value):.12g}"
    except (TypeError, ValueError):
        return str(value)
