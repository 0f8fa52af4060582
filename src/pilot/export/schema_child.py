"""Reads a pipeline's schema, as dlt keeps it, in a process of its own: run by file path with dlt's Python.

Takes the pipeline's name as its argument; prints a JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Print the tables, and dlt's own diagram of them, in Mermaid."""
    import dlt

    schema = dlt.attach(pipeline_name=sys.argv[1]).default_schema
    tables = [
        {
            "name": table["name"],
            "parent": table.get("parent"),
            "columns": [column_of(column) for column in table["columns"].values()],
        }
        for table in schema.data_tables(seen_data_only=True)
    ]
    print(json.dumps({"tables": tables, "diagram": schema.to_mermaid()}))


def column_of(column: Any) -> dict[str, Any]:
    """Name, type, and whether it is part of the key."""
    return {
        "name": column["name"],
        "type": column.get("data_type", ""),
        "key": bool(column.get("primary_key")),
    }


if __name__ == "__main__":
    main()
