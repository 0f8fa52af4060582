"""What the two reading children share: questions and answers, a line each, and values as text.

Imported beside them, in a process of its own: standard library only.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

LONGEST_CELL = 500
LARGEST_RESULT = 1_000_000
LARGEST_DECIMAL = 10**38

OWN_COLUMNS = ("_dlt_id", "_dlt_load_id", "_dlt_parent_id", "_dlt_root_id", "_dlt_list_idx")
"""What dlt adds to every table."""


class Refused(Exception):
    """The question can't be answered; the text says why."""


def questions() -> Iterator[dict[str, Any]]:
    """What is asked, as it comes."""
    return map(json.loads, sys.stdin)


def answer(value: dict[str, Any]) -> None:
    """Answer the question."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def result(columns: Sequence[str], rows: Iterable[Sequence[object]], limit: int) -> dict[str, Any]:
    """A query's rows as text and as values, bounded in number and size."""
    kept: list[list[str | None]] = []
    values: list[list[Any]] = []
    size = 0
    more = False
    for row in rows:
        cells = [as_text(value) for value in row]
        size += sum(len(cell or "") for cell in cells)
        if len(kept) == limit or size > LARGEST_RESULT:
            more = True
            break
        kept.append(cells)
        values.append([as_json(value) for value in row])
    return {"columns": list(columns), "rows": kept, "more": more, "values": values}


def as_json(value: object) -> Any:
    """One value as JSON has it where that loses nothing, else its text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else as_text(value)
    if isinstance(value, Decimal):
        return _number(value)
    text = as_text(value) or ""
    if isinstance(value, (list, tuple)) and len(text) < LONGEST_CELL:
        return [as_json(item) for item in value]
    if isinstance(value, dict) and len(text) < LONGEST_CELL:
        return {str(name): as_json(item) for name, item in value.items()}
    return text


def _number(value: Decimal) -> Any:
    """A decimal as a number where that is exactly what it says."""
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and abs(value) < LARGEST_DECIMAL:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


def as_text(value: object) -> str | None:
    """One value as SQL would write it, cut where it is long."""
    if value is None:
        return None
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (bytes, bytearray)):
        text = "0x" + bytes(value[: LONGEST_CELL // 2]).hex()
    elif isinstance(value, (list, tuple, dict)):
        text = json.dumps(value, default=str, ensure_ascii=False)
    else:
        text = str(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
