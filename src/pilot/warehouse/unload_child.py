"""Counts the rows that some loads appended, and takes them out, through dlt's own client.

Run by file path with the project's own Python and dlt. All or nothing: where one of these loads replaced or
merged a table, none of their rows is touched.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilot.warehouse.cells import answer, questions
else:
    sys.path.append(str(Path(__file__).parent))
    from cells import answer, questions


def main() -> None:
    """Answer one question."""
    import dlt
    from dlt.common.exceptions import DltException

    asked = next(questions())
    # a working folder of its own: what dlt knows of the pipeline here is not touched
    with TemporaryDirectory(prefix="pilot-") as folder:
        try:
            pipeline = dlt.pipeline(
                asked["pipeline"],
                pipelines_dir=folder,
                destination=asked["destination"],
                dataset_name=asked["dataset"],
            )
            pipeline.sync_destination()
            answer(unloaded(pipeline, asked["loads"], really=asked["really"]))
        except DltException as error:
            answer({"error": str(error)})


def unloaded(pipeline: Any, loads: list[str], *, really: bool) -> dict[str, Any]:
    """Rows per table, and tables that can't be taken back; with `really` the rows are gone."""
    texts = ", ".join("'" + load.replace("'", "''") + "'" for load in loads)
    rows: dict[str, int] = {}
    standing: list[str] = []
    deletes: list[str] = []
    with pipeline.sql_client() as client:
        for schema in pipeline.schemas.values():
            tables = {table["name"]: table for table in schema.data_tables(seen_data_only=True)}
            for name in tables:
                where = (
                    f"{client.make_qualified_table_name(name)} WHERE {condition(client, tables, name, texts)}"
                )
                with client.execute_query(f"SELECT count(1) FROM {where}") as cursor:
                    rows[name] = int(cursor.fetchall()[0][0])
                deletes.insert(0, f"DELETE FROM {where}")  # children before their parents
                if rows[name] and root(tables, name).get("write_disposition") != "append":
                    standing.append(name)
            state = client.make_qualified_table_name(schema.state_table_name)
            done = client.make_qualified_table_name(schema.loads_table_name)
            deletes.append(
                f"DELETE FROM {state} WHERE {client.escape_column_name('_dlt_load_id')} IN ({texts})"
            )
            deletes.append(f"DELETE FROM {done} WHERE {client.escape_column_name('load_id')} IN ({texts})")
        if really and not standing:
            with client.begin_transaction():
                for delete in deletes:
                    client.execute_sql(delete)
    return {"rows": {name: count for name, count in rows.items() if count}, "standing": standing}


def condition(client: Any, tables: dict[str, Any], name: str, loads: str) -> str:
    """SQL for the rows of these loads; a child's are those of its parent's rows."""
    parent = tables[name].get("parent")
    if parent not in tables:
        return f"{client.escape_column_name('_dlt_load_id')} IN ({loads})"
    table, own = client.make_qualified_table_name(parent), client.escape_column_name("_dlt_id")
    above = f"SELECT {own} FROM {table} WHERE {condition(client, tables, parent, loads)}"
    return f"{client.escape_column_name('_dlt_parent_id')} IN ({above})"


def root(tables: dict[str, Any], name: str) -> dict[str, Any]:
    """The table at the top."""
    while tables[name].get("parent") in tables:
        name = tables[name]["parent"]
    table: dict[str, Any] = tables[name]
    return table


if __name__ == "__main__":
    main()
