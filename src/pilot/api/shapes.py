"""Answers that hold records in other ways than a list of objects."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.finding import Json

_LOOKED_AT = 50
_DATA_AS_KEY = re.compile(r".*\d|[A-Z]{2,6}\Z|.*[^\w-].*", re.DOTALL)
"""Keys that are values: ids, dates, codes, words with spaces."""


def is_columnar(data: dict[str, Json]) -> bool:
    """An object of at least two equally long lists of plain values: one list per field."""
    lists = [value for value in data.values() if isinstance(value, list)]
    if len(lists) < 2 or any(isinstance(value, dict) for value in data.values()):
        return False
    length = len(lists[0])
    return length > 1 and all(len(column) == length and _is_plain(column) for column in lists)


def rows_of_columns(data: dict[str, Json]) -> list[Json]:
    """The rows that lie in columns."""
    columns = {name: value for name, value in data.items() if isinstance(value, list)}
    return [dict(zip(columns, row, strict=False)) for row in zip(*columns.values(), strict=False)]


def is_keyed(data: dict[str, Json]) -> bool:
    """An object whose values are all objects with the same fields, under keys that are data themselves."""
    values = list(data.values())
    if len(values) < 2 or not all(isinstance(value, dict) and value for value in values):
        return False
    objects = [value for value in values[:_LOOKED_AT] if isinstance(value, dict)]
    first = objects[0].keys()
    alike = all(len(first & o.keys()) >= 0.6 * len(first | o.keys()) for o in objects)
    plain = any(not isinstance(v, (dict, list)) for v in objects[0].values())
    like_data = sum(1 for key in data if _DATA_AS_KEY.match(key)) >= 0.8 * len(data)
    return alike and plain and (like_data or len(values) >= 4)


def is_list_of_lists(data: Sequence[Json]) -> bool:
    """Rows without names: each a list of values."""
    return bool(data) and all(isinstance(row, list) for row in data[:_LOOKED_AT])


def _is_plain(column: Sequence[Json]) -> bool:
    return not any(isinstance(value, (dict, list)) for value in column[:_LOOKED_AT])
