"""What the two reading children share: their one question and one answer, and values as text.

Imported beside them, in a process of its own: standard library only.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

LONGEST_CELL = 500
LARGEST_RESULT = 1_000_000

OWN_COLUMNS = ("_dlt_id", "_dlt_load_id", "_dlt_parent_id", "_dlt_root_id", "_dlt_list_idx")
"""What dlt adds to every table."""


class Refused(Exception):
    """The question can't be answered; the text says why."""


def question() -> dict[str, Any]:
    """What was asked."""
    asked: dict[str, Any] = json.load(sys.stdin)
    return asked


def answer(value: dict[str, Any]) -> None:
    """Answer it; nothing comes after that."""
    json.dump(value, sys.stdout, ensure_ascii=True)
    gc.freeze()  # or leaving would search every module for garbage


def result(columns: Sequence[str], rows: Iterable[Sequence[object]], limit: int) -> dict[str, Any]:
    """A query's rows as text, bounded in number and size."""
    kept: list[list[str | None]] = []
    size = 0
    more = False
    for row in rows:
        cells = [as_text(value) for value in row]
        size += sum(len(cell or "") for cell in cells)
        if len(kept) == limit or size > LARGEST_RESULT:
            more = True
            break
        kept.append(cells)
    return {"columns": list(columns), "rows": kept, "more": more}


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
