"""Column hints, where the values alone would not give a column its type."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.api.profile import Field
from pilot.writers.builtin.literals import Block, Literal

SCALARS = {"text", "bigint", "hugeint", "double", "bool", "timestamp", "date", "decimal_text"}
PLAIN_TEXT = {"text", "date", "decimal_text"}
"""What dlt leaves as text by itself."""
TYPED_TEXT = {"bigint", "double", "bool", "timestamp", "date"}


def json_hints(fields: Sequence[Field]) -> Block:
    """Hints for fields that dlt would split into several columns, or leave as text."""
    return _hints({field.name: _json_type(set(field.types) - {"null"}) for field in fields})


def csv_hints(fields: Sequence[Field]) -> Block:
    """Hints for every field that is more than text: in CSV all values are text."""
    return _hints({field.name: _csv_type(set(field.types) - {"null"}) for field in fields})


def _hints(types: dict[str, str | None]) -> Block:
    hints: dict[str, Literal] = {name: {"data_type": kind} for name, kind in types.items() if kind}
    return Block(hints)


def _json_type(types: set[str]) -> str | None:
    if types == {"date"}:
        return "date"  # dlt knows timestamps by itself, but not dates
    if types == {"hugeint"}:
        return "text"
    if len(types) < 2 or not types <= SCALARS or types <= PLAIN_TEXT:
        return None
    if types == {"bigint", "double"}:
        return "double"
    # a timestamp column takes dates, a text column takes them all; else dlt makes one column per type
    return "timestamp" if types == {"timestamp", "date"} else "text"


def _csv_type(types: set[str]) -> str | None:
    if types == {"bigint", "double"}:
        return "double"
    if types == {"text", "timestamp"}:
        return "text"
    return next(iter(types)) if len(types) == 1 and types <= TYPED_TEXT else None
