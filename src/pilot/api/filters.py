"""Loading only what is new: the request parameter that filters on a field, proven by what comes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pilot.api.incremental_words import said_filters, wants_incremental
from pilot.api.look import Look, Verdict
from pilot.api.profile import CursorField
from pilot.api.several import which
from pilot.finding import Json

_FEWEST = 4
_AFTER_ALL = ("since", "updated_since", "modified_since", "updated_after", "modified_after")
_FOR_MADE = ("created_after", "created_since", "start_date", "from", "from_date", "date_from", "start_time")
_OF_FIELD = ("{field}[gte]", "{field}_gte", "{field}__gte", "{field}_min", "min_{field}", "{field}_from")
_OF_STEM = ("{stem}_since", "{stem}_after", "{stem}After", "{stem}Since", "{stem}_start")
_SINCE = re.compile(r"since|after|from|start|gte?\Z|newer", re.I)
_CHANGED = re.compile(r"updat|modif|chang", re.I)


def with_filter(look: Look, cursors: Sequence[CursorField], words: str) -> tuple[CursorField, ...]:
    """The fields, the likeliest of them with the parameter that filters on it, where one was proven.

    Names from the person's words and from a spec come first. Names are guessed only for what the person
    asks for, or for a field that speaks of changes: one request that sends them all, and more only if it
    filters.
    """
    asked_for, said = wants_incremental(words), [*said_filters(words), *look.filters]
    named = [cursor for cursor in cursors if re.search(rf"\b{re.escape(cursor.name)}\b", words)]
    ranked = [*named, *(cursor for cursor in cursors if cursor not in named)]
    for cursor in ranked[: 2 if asked_for else 1]:
        middle = _middle(look, cursor.name)
        if middle is None:
            continue
        if look.body is not None:
            said = [*said, *_in_body(look)]
        proven = _among(look, cursor, middle, [name for name in said if name not in look.params])
        if proven is None and look.body is None and (asked_for or _CHANGED.search(cursor.name)):
            proven = _odata(look, cursor, middle) or _among(look, cursor, middle, _guesses(cursor.name))
        if proven:
            return (proven, *(other for other in ranked if other is not cursor))
    return (*cursors,)


def _in_body(look: Look) -> list[str]:
    """Values in the body whose names say that they begin at a time; others are not guessed in there."""
    return [path for path in look.given if _SINCE.search(path.rpartition(".")[2])]


def _among(look: Look, cursor: CursorField, middle: Json, names: Sequence[str]) -> CursorField | None:
    def works(some: Sequence[str]) -> bool:
        return _filters(look, cursor.name, middle, {name: middle for name in some})

    found = which(list(dict.fromkeys(names)), works)
    return replace(cursor, param=found, proven=True) if found else None


def _odata(look: Look, cursor: CursorField, middle: Json) -> CursorField | None:
    if not any(sign.name in ("odatacontext", "odatacount") for sign in look.first.envelope.signs):
        return None
    template = f"{cursor.name} ge {{value}}"
    if not _filters(look, cursor.name, middle, {"$filter": template.format(value=middle)}):
        return None
    return replace(cursor, param="$filter", proven=True, template=template)


def _filters(look: Look, field: str, middle: Json, changes: dict[str, Json]) -> bool:
    """Whether only records from `middle` on came, and later ones among them, with none lost."""
    page = look.page(changes)
    if page.verdict in (Verdict.FAILED, Verdict.EMPTY):
        return False
    values = [row.get(field) for row in page.rows if isinstance(row, dict)]
    if len(values) != len(page.rows) or any(_earlier(value, middle) for value in values):
        return False
    if not any(_earlier(middle, value) for value in values):
        return False  # the same value alone would do for a filter that takes nothing else
    if len(page.rows) >= len(look.rows):
        return True
    came = set(look.marks(page.rows))
    later = [row for row in look.rows if isinstance(row, dict) and _earlier(middle, row.get(field))]
    return all(mark in came for mark in look.marks(later))


def _middle(look: Look, field: str) -> Json:
    """A value with earlier and later ones on the first page; None where there is no such."""
    values = [row.get(field) for row in look.rows if isinstance(row, dict)]
    kinds = {type(value) for value in values}
    if len(values) < _FEWEST or len(kinds) != 1 or not kinds <= {str, int}:
        return None
    distinct = sorted(set(values), key=lambda value: (str(value) if isinstance(value, str) else "", value))
    return distinct[len(distinct) // 2] if len(distinct) >= _FEWEST - 1 else None


def _earlier(one: Json, other: Json) -> bool:
    """Times as text sort like the times, where all are written in the same way."""
    if isinstance(one, str) and isinstance(other, str):
        return one < other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one < other
    return False


def _guesses(field: str) -> list[str]:
    stem = re.sub(r"(_at|_on|_date|_time|At|On|Date|Time|datetime)\Z", "", field) or field
    made = _FOR_MADE if not _CHANGED.search(field) else ()
    own = [name.format(field=field, stem=stem) for name in (*_OF_STEM, *_OF_FIELD)]
    return list(dict.fromkeys([*_AFTER_ALL, *made, *own]))
