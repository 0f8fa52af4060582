"""Reads what a pipeline loaded into any destination, through dlt's own client.

Run by file path with the project's own Python and dlt.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilot.warehouse.cells import OWN_COLUMNS, Refused, answer, questions, result
    from pilot.warehouse.counting import Counter, Table, absent, counted, described
else:
    sys.path.append(str(Path(__file__).parent))
    from cells import OWN_COLUMNS, Refused, answer, questions, result
    from counting import Counter, Table, absent, counted, described

WRITING = (
    "Insert",
    "Update",
    "Delete",
    "Merge",
    "Create",
    "Drop",
    "Alter",
    "Command",
    "Copy",
    "Into",
    "TruncateTable",
)


def main() -> None:
    """Answer one question."""
    import dlt
    from dlt.common.configuration.exceptions import ConfigFieldMissingException
    from dlt.common.exceptions import DltException
    from dlt.pipeline.exceptions import CannotRestorePipelineException

    asked = next(questions())
    pipeline: Any = None
    with suppress(CannotRestorePipelineException):
        pipeline = dlt.attach(asked["pipeline"])
    if pipeline is None or pipeline.default_schema_name is None:  # none: stopped before its first package
        answer({"error": "Nothing was loaded yet."} if "sql" in asked else {})
        return
    try:
        if out_of_reach := hidden(pipeline):
            answer({"error": out_of_reach, "hidden": True})
        elif "sql" in asked:
            answer(query(pipeline, asked))
        elif "loads" in asked:
            answer({"counts": counts(pipeline, asked["loads"])})
        else:
            answer(overview(pipeline))
    except ConfigFieldMissingException as error:
        missing = ", ".join(error.fields)
        says = f"dlt finds no {missing} for the destination: .dlt/ or the environment should have it."
        answer({"error": says, "hidden": True})
    except (DltException, Refused) as error:
        answer({"error": str(error)})


def hidden(pipeline: Any) -> str:
    """Why only the script itself reaches what it loaded; "" where dlt does too."""
    kind = str(pipeline.destination.destination_type)
    if kind.endswith(".destination"):
        return "A function of the script's own takes the rows, and can't be asked for them."
    if kind.endswith(".duckdb"):
        file = getattr(pipeline.destination_client().config.credentials, "database", None)
        if (
            isinstance(file, str) and "://" not in file and not Path(file).exists()
        ):  # to open it would make it
            return "Only the script knows where its DuckDB file is."
    return ""


def overview(pipeline: Any) -> dict[str, Any]:
    """The pipeline's tables, and its finished loads."""
    tables = []
    with pipeline.sql_client() as client:
        for schema in pipeline.schemas.values():
            for table in schema.data_tables(seen_data_only=True):
                rows = rows_of(
                    client, f"SELECT count(1) FROM {client.make_qualified_table_name(table['name'])}"
                )
                columns = [
                    {"name": name, "type": column.get("data_type", "")}
                    for name, column in table["columns"].items()
                    if name not in OWN_COLUMNS
                ]
                tables.append(
                    {
                        "schema": client.dataset_name,
                        "name": table["name"],
                        "rows": int(rows[0][0]),
                        "columns": columns,
                    }
                )
        loads = finished_loads(client, pipeline.default_schema.loads_table_name)
    return {"tables": sorted(tables, key=lambda table: str(table["name"])), "loads": loads}


class ClientCounter(Counter):
    """Asks a destination through dlt's client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def numbers(self, sql: str) -> list[int] | None:
        """The one row of a query."""
        from dlt.common.exceptions import DltException

        try:
            return [int(number) for number in rows_of(self._client, sql)[0]]
        except DltException:
            return None

    def quoted(self, name: str) -> str:
        """As the destination quotes it."""
        return str(self._client.escape_column_name(name))


def counts(pipeline: Any, loads: list[str]) -> list[dict[str, Any]]:
    """What is counted of every table, to judge these loads."""
    found = []
    with pipeline.sql_client() as client:
        for schema in pipeline.schemas.values():
            known = described([schema.to_dict()])
            for table in schema.data_tables(seen_data_only=True):
                name = table["name"]
                own = Table(name, list(table["columns"]), client.make_qualified_table_name(name))
                found.append(counted(own, known[name], loads, ClientCounter(client)))
            found += absent(known)
    return found


def finished_loads(client: Any, table: str) -> list[tuple[str, float]]:
    """Finished loads with their times."""
    name = client.make_qualified_table_name(table)
    rows = rows_of(
        client, f"SELECT load_id, inserted_at FROM {name} WHERE status = 0 ORDER BY inserted_at, load_id"
    )
    return [(load, when.timestamp() if isinstance(when, datetime) else float(load)) for load, when in rows]


def rows_of(client: Any, sql: str) -> list[Any]:
    """All rows of a query of our own."""
    return list(client.execute_sql(sql) or ())


def query(pipeline: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Run one statement that only reads."""
    with pipeline.sql_client() as client:
        check_that_it_reads(asked["sql"], client.capabilities.sqlglot_dialect)
        with client.execute_query(asked["sql"]) as cursor:
            names = [column[0] for column in cursor.description or ()]
            return result(names, cursor.fetchmany(asked["limit"] + 1), asked["limit"])


def check_that_it_reads(sql: str, dialect: str | None) -> None:
    """Raise Refused for anything but one query. dlt's client would run whatever it is given."""
    import sqlglot
    from sqlglot import expressions

    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect=dialect) if statement]
    except sqlglot.errors.SqlglotError as error:
        raise Refused(str(error)) from None
    if len(statements) != 1:
        raise Refused(f"One query at a time: these are {len(statements)} statements.")
    writing = tuple(getattr(expressions, name) for name in WRITING if hasattr(expressions, name))
    if not isinstance(statements[0], expressions.Query) or statements[0].find(*writing):
        raise Refused("Only queries are run here: this statement could change something.")


if __name__ == "__main__":
    main()
