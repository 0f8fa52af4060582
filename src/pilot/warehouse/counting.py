"""What is counted of a table to judge a load: the queries, and what dlt's schema says of the table.

Imported beside the reading children, in a process of its own: standard library only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

ID_LIKE = re.compile(r"(^|_)(id|uuid|guid|key|slug|sku|isbn|code)$")
LOAD, PARENT = "_dlt_load_id", "_dlt_parent_id"
MOST_IDS = 4
MOST_COMPARED = 5_000_000


class Counter:
    """Asks a destination for numbers."""

    def numbers(self, sql: str) -> list[int] | None:
        """The one row of a query; None where the destination can't answer it."""
        raise NotImplementedError

    def quoted(self, name: str) -> str:
        """A column's name for SQL."""
        return '"' + name.replace('"', '""') + '"'

    def different(self, columns: Sequence[str], table: str) -> str:
        """SQL that counts a table's different rows."""
        return f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(columns)} FROM {table}) AS different_rows"

    def count(self, sql: str) -> int | None:
        """The one number of a query."""
        found = self.numbers(sql)
        return found[0] if found else None


class Table:
    """One table of the destination, as SQL names it."""

    def __init__(self, name: str, columns: Sequence[str], full: str, staged: str | None = None) -> None:
        self.name = name
        self.columns = [column for column in columns if not column.startswith("_dlt_")]
        self.own = [column for column in columns if column.startswith("_dlt_")]
        self.full = full
        self.staged = staged
        """The table that held the rows before they were merged."""


def described(schemas: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """What dlt's stored schemas (JSON texts or trees) say of their tables, by table."""
    found: dict[str, dict[str, Any]] = {}
    for schema in schemas:
        tables = (json.loads(schema) if isinstance(schema, str) else schema)["tables"]
        for name, table in tables.items():
            if not name.startswith("_dlt"):
                found[name] = _described(table, _root(table, tables))
    return found


def _root(table: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    while table.get("parent") in tables:
        table = tables[table["parent"]]
    return table


def _described(table: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    columns = table["columns"].values()
    keys = [c["name"] for c in columns if c.get("primary_key")]
    return {
        "resource": table.get("resource") or "",
        "parent": table.get("parent") or "",
        "disposition": root.get("write_disposition") or "",
        "strategy": root.get("x-merge-strategy") or "",
        "keys": keys or [c["name"] for c in columns if c.get("merge_key")],
        "incremental": any(column.get("incremental") for column in columns),
        "absent": not (table.get("x-normalizer") or {}).get("seen-data"),
    }


def absent(known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables that dlt knows of, and never had a record for."""
    return [
        {**told, "name": name, "rows": 0}
        for name, told in known.items()
        if told["absent"] and not told["parent"]
    ]


def counted(table: Table, known: dict[str, Any], loads: Sequence[str], counter: Counter) -> dict[str, Any]:
    """Everything that is counted of one table; `loads` are those whose rows are called new."""
    child = bool(known.get("parent"))
    filter_ = _of_loads(table, loads, counter)
    rows = counter.count(f"SELECT count(*) FROM {table.full}") or 0
    new = counter.count(f"SELECT count(*) FROM {table.full}{filter_}") if filter_ else None
    told: dict[str, Any] = {
        **known,
        "absent": False,
        "name": table.name,
        "rows": rows,
        "new": new,
        "columns": table.columns,
    }
    told["empty"] = _empty(table, counter) if rows else []
    columns = [counter.quoted(column) for column in table.columns]
    if child and PARENT in table.own:
        told["parents"] = counter.count(f"SELECT count(DISTINCT {counter.quoted(PARENT)}) FROM {table.full}")
    elif columns:
        different = counter.count(counter.different(columns, f"{table.full}{filter_}"))
        told["repeated"] = None if different is None else (rows if new is None else new) - different
        told["twins"] = _twins(table, known, rows, new, counter)
        if different and new and known.get("disposition") == "append" and new < rows <= MOST_COMPARED:
            told["again"] = _again(columns, table.full, filter_, different, counter)
        if table.staged and known.get("disposition") == "merge":
            told |= _staged(table, known.get("keys") or (), f"{table.staged}{filter_}", counter)
    return told


def _of_loads(table: Table, loads: Sequence[str], counter: Counter) -> str:
    """The condition that a row is of these loads; empty where rows don't tell."""
    if LOAD not in table.own or not loads:
        return ""
    listed = ", ".join("'" + load.replace("'", "''") + "'" for load in loads)
    return f" WHERE {counter.quoted(LOAD)} IN ({listed})"


def _empty(table: Table, counter: Counter) -> list[str]:
    """The columns that hold nothing."""
    asked = ", ".join(f"count({counter.quoted(column)})" for column in table.columns)
    filled = counter.numbers(f"SELECT {asked} FROM {table.full}") if asked else None
    return [c for c, count in zip(table.columns, filled or (), strict=False) if count == 0]


def _again(columns: list[str], full: str, of_loads: str, different: int, counter: Counter) -> int | None:
    """How many different rows of the loads were there before them."""
    older = counter.count(counter.different(columns, full + of_loads.replace(" IN (", " NOT IN (", 1)))
    all_ = counter.count(counter.different(columns, full))
    return None if older is None or all_ is None else different + older - all_


def _twins(table: Table, known: dict[str, Any], rows: int, new: int | None, counter: Counter) -> int | None:
    """The rows that only their key tells from another one; asked for where older loads left rows."""
    keys = known.get("keys")
    plain = [counter.quoted(column) for column in table.columns if column not in (keys or ())]
    if known.get("disposition") != "merge" or not keys or new in (None, rows) or not plain:
        return None
    different = counter.count(counter.different(plain, table.full))
    return None if different is None else rows - different


def _staged(table: Table, keys: Sequence[str], staged: str, counter: Counter) -> dict[str, Any]:
    """The same for what came, before it was merged."""
    wanted = {column: [column] for column in [c for c in table.columns if ID_LIKE.search(c)][:MOST_IDS]}
    if keys:
        wanted[""] = list(keys)
    values = {
        name: counter.count(counter.different([counter.quoted(c) for c in columns], staged))
        for name, columns in wanted.items()
    }
    every = [counter.quoted(column) for column in table.columns]
    return {
        "staged": counter.count(f"SELECT count(*) FROM {staged}"),
        "staged_different": counter.count(counter.different(every, staged)),
        "staged_values": {name: number for name, number in values.items() if number is not None},
    }
