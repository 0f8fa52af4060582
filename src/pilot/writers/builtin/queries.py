"""A first query worth asking, from the tables' schema alone."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind
from pilot.warehouse.tables import Column, TableInfo, quoted
from pilot.writers.writer import SqlAttempt, SqlDraft

DATES = ("TIMESTAMP", "DATE")
NUMBERS = ("BIGINT", "DOUBLE", "DECIMAL", "INTEGER", "HUGEINT", "FLOAT", "REAL", "SMALLINT", "NUMERIC", "INT")
FRACTIONS = ("DOUBLE", "DECIMAL", "FLOAT", "REAL")
TEXTS = ("VARCHAR", "TEXT", "STRING", "BOOL")

IDENTIFIERS = frozenset(
    {"id", "key", "uuid", "url", "uri", "href", "email", "lat", "lon", "latitude", "longitude"}
)
"""Parts of the names of columns that are neither a group nor a number to add up."""

GROUPS = ("status", "state", "type", "kind", "category", "country", "city", "name", "group", "role", "lang")
"""Parts of the names of text columns that usually hold few different values, the likeliest first."""

MOMENTS = ("created", "time", "date", "started", "published", "updated")
"""Parts of the names of date columns that say when a record came to be, the likeliest first."""


def first_query(tables: Sequence[TableInfo], failed: Sequence[SqlAttempt] = ()) -> SqlDraft:
    """The first of the possible queries that has not failed yet."""
    table = _most_interesting(tables)
    if table is None:
        raise StepFailed(Finding(FindingKind.BEYOND_WRITER, "There is no table to query."))
    tried = {attempt.sql for attempt in failed}
    for draft in _drafts(table):
        if draft.sql not in tried:
            return draft
    raise StepFailed(
        Finding(
            FindingKind.BEYOND_WRITER, f"Every query on {table.name} that the built-in writer knows failed."
        ),
        "Type one of your own with /sql, or set OPENAI_API_KEY / --model.",
    )


def _most_interesting(tables: Sequence[TableInfo]) -> TableInfo | None:
    """The one with the most rows; a child table only where there is nothing else."""
    roots = [table for table in tables if "__" not in table.name]
    return max(roots or tables, key=lambda table: table.rows, default=None)


def _drafts(table: TableInfo) -> list[SqlDraft]:
    """Queries on the table, the most telling first."""
    columns = [c for c in table.columns if not c.name.startswith("_dlt")]
    drafts = []
    if moment := _pick(columns, DATES, MOMENTS):
        drafts.append(_over_time(table, moment, _measure(columns)))
    if group := _pick([c for c in columns if not _identifies(c)], TEXTS, GROUPS):
        drafts.append(_top_groups(table, group))
    if numbers := [c for c in columns if _is(c, NUMBERS) and not _identifies(c)]:
        drafts.append(_ranges(table, numbers[:3]))
    return [
        *drafts,
        SqlDraft(f"SELECT count(*) AS rows_loaded\nFROM {_from(table)}", f"How many {table.name}?"),
    ]


def _over_time(table: TableInfo, moment: Column, measure: Column | None) -> SqlDraft:
    day = f"CAST({quoted(moment.name)} AS DATE)"
    average = (
        f",\n       avg({quoted(measure.name)}) AS {quoted('average_' + measure.name)}" if measure else ""
    )
    sql = (
        f'SELECT {day} AS "day",\n       count(*) AS records{average}\n'
        f"FROM {_from(table)}\nGROUP BY {day}\nORDER BY {day} DESC\nLIMIT 20"
    )
    return SqlDraft(sql, f"{table.name} per day, by {moment.name}, the latest first")


def _top_groups(table: TableInfo, group: Column) -> SqlDraft:
    name = quoted(group.name)
    sql = (
        f"SELECT {name},\n       count(*) AS records\n"
        f"FROM {_from(table)}\nGROUP BY {name}\nORDER BY count(*) DESC, {name}\nLIMIT 10"
    )
    return SqlDraft(sql, f"The most frequent {group.name} in {table.name}")


def _ranges(table: TableInfo, numbers: Sequence[Column]) -> SqlDraft:
    parts = ["count(*) AS records"]
    for column in numbers:
        name = quoted(column.name)
        parts += [
            f"min({name}) AS {quoted('lowest_' + column.name)}",
            f"max({name}) AS {quoted('highest_' + column.name)}",
        ]
    says = f"How many {table.name}, and the range of " + ", ".join(c.name for c in numbers)
    return SqlDraft("SELECT " + ",\n       ".join(parts) + f"\nFROM {_from(table)}", says)


def _measure(columns: Sequence[Column]) -> Column | None:
    """A number worth an average: whole numbers are mostly counts and codes."""
    return next((c for c in columns if _is(c, FRACTIONS) and not _identifies(c)), None)


def _pick(columns: Sequence[Column], types: Sequence[str], likely: Sequence[str]) -> Column | None:
    """The column of such a type whose name is the likeliest, else the first."""
    fitting = [column for column in columns if _is(column, types)]

    def rank(column: Column) -> int:
        return next((i for i, part in enumerate(likely) if part in column.name.lower()), len(likely))

    return min(fitting, key=rank, default=None)


def _is(column: Column, types: Sequence[str]) -> bool:
    return column.type.upper().startswith(tuple(types))


def _identifies(column: Column) -> bool:
    """It tells records apart."""
    return not IDENTIFIERS.isdisjoint(column.name.lower().split("_"))


def _from(table: TableInfo) -> str:
    return f"{quoted(table.schema)}.{quoted(table.name)}"
