"""Names and types of the fields of records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice

from pilot.api.profile import Field
from pilot.finding import Json

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_TIMESTAMP = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s?(Z|UTC|[+-]\d{2}:?(\d{2})?)?\Z"
)
# No leading zeros (postal codes), and not longer than a number that is worth calculating with.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,18})?\Z")
# DuckDB reads "10:00" from JSON as 10:00:00, and a UUID in capitals in small letters
_REWRITTEN = re.compile(
    r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\Z|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z"
)
_BEYOND = 2**63
"""No column of whole numbers has more than 64 bits."""
_MOST_FIELDS = 300
_MOST_ROWS = 500
_DEEPEST, _MOST_INNER = 8, 100
_SPECIAL_TEXT = ("timestamp", "date", "decimal_text")


def fields_of(rows: Sequence[Json], as_text: bool = False) -> tuple[Field, ...]:
    """Every field seen in the rows, in order of first sight. `as_text`: all values are text (CSV)."""
    rows = rows[:_MOST_ROWS]
    types: dict[str, list[str]] = {}
    present: dict[str, int] = {}
    rewritten: set[str] = set()
    for row in rows:
        for name, value in row.items() if isinstance(row, dict) else [("value", row)]:
            seen = types.setdefault(name, [])
            kind = _type_in_text(value) if as_text else type_of(value)
            if kind not in seen:
                seen.append(kind)
            present[name] = present.get(name, 0) + 1
            if name not in rewritten and _is_rewritten(value):
                rewritten.add(name)
    return tuple(
        Field(name, _settled(kinds), "null" in kinds or present[name] < len(rows), name in rewritten)
        for name, kinds in list(types.items())[:_MOST_FIELDS]
    )


def _is_rewritten(value: Json, depth: int = 0) -> bool:
    """Whether DuckDB would write some text in it otherwise, however deep: nested fields become columns."""
    if isinstance(value, str):
        return bool(_REWRITTEN.match(value)) and not value.islower()
    if depth == _DEEPEST or not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return any(_is_rewritten(item, depth + 1) for item in islice(inner, _MOST_INNER))


def type_of(value: Json) -> str:
    """The type's name as profiles know it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "bigint" if -_BEYOND <= value < _BEYOND else "hugeint"
    if isinstance(value, float):
        return "double"
    if isinstance(value, str):
        return _type_of_text(value)
    return "list" if isinstance(value, list) else "object"


def _type_in_text(value: Json) -> str:
    """What a value would be if not everything were text, as it is in CSV."""
    kind = "null" if value == "" else type_of(value)
    if kind != "decimal_text":
        return kind
    return "double" if "." in str(value) else "bigint"


def _type_of_text(text: str) -> str:
    if _DATE.match(text):
        return "date" if _is_in_calendar(text) else "text"
    if _TIMESTAMP.match(text):
        return "timestamp" if _is_in_calendar(text[:10]) else "text"
    return "decimal_text" if _NUMBER.match(text) else "text"


def _is_in_calendar(text: str) -> bool:
    """Databases write 0000-00-00 where there is no date."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _settled(kinds: Sequence[str]) -> tuple[str, ...]:
    """Texts of several kinds are just text; one text that is no date makes a field no date.

    Times among other texts are still named, last: dlt would make times of those, and variants of the others.
    """
    special = [kind for kind in kinds if kind in _SPECIAL_TEXT]
    if "text" in kinds or len(special) > 1:
        plain = ["text" if kind in _SPECIAL_TEXT else kind for kind in kinds]
        times = ["timestamp"] if "timestamp" in kinds and {"text", "decimal_text"} & {*kinds} else []
        return tuple(dict.fromkeys([*plain, *times]))
    return tuple(kinds)
