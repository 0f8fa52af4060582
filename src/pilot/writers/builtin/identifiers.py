"""Names for Python, dlt and tables, from whatever an API calls its things."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

LONGEST = 40
"""Characters of a resource's name: child tables and destinations with short names need the rest."""
LONGEST_FUNCTION = 32

TAKEN = frozenset(
    {
        "dlt",
        "pa",
        "csv",
        "io",
        "json",
        "chunks",
        "urljoin",
        "name",
        "resource",
        "record",
        "names",
        "page",
        "pages",
        "rows",
        "pipeline",
        "load_info",
    }
    | {
        "RESTClient",
        "NextLinks",
        "Response",
        "RESTAPIConfig",
        "rest_api_source",
        "api_client",
        "as_table",
        "as_column",
        "as_moments",
        "ensure_datetime",
        "columnar_rows",
        "keyed_rows",
        "named_values",
        "find_values",
    }
    | set(dir(builtins))
    | set(keyword.kwlist)
    | set(keyword.softkwlist)
)
"""Names that a script uses itself."""


def snake(text: str, fallback: str = "records") -> str:
    """A valid name for a resource and its table: what dlt would make of it, so that none change later."""
    humps = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    plain = re.sub(r"[^a-z0-9]+", "_", humps.lower()).strip("_")[:LONGEST].rstrip("_")
    if plain.startswith("dlt_"):
        plain = f"api_{plain}"
    return f"n{plain}" if plain[:1].isdigit() else plain or fallback


def unique(text: str, taken: Collection[str]) -> str:
    """The name, numbered when it is taken."""
    name, number = text, 2
    while name in taken:
        name, number = f"{text}_{number}", number + 1
    return name


def function_name(resource: str) -> str:
    """A name for the function of a resource that hides nothing the script uses."""
    return f"{resource}_records" if resource in TAKEN else resource


def source_name(pipeline: str) -> str:
    """The name of the source and its schema."""
    plain = re.sub(r"\W", "_", pipeline)[:64]
    return plain if plain.isidentifier() else f"api_{plain}"[:64]


def source_function(pipeline: str) -> str:
    """The name of the function that makes the source."""
    stem = source_name(pipeline)[:LONGEST_FUNCTION]
    return f"{stem}_api_source" if f"{stem}_source" in TAKEN else f"{stem}_source"
