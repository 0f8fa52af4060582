"""Which fields can identify a record, and which can serve to load only what is new."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.api.profile import CursorField, Field
from pilot.api.trails import folded
from pilot.api.vocabulary import word_list
from pilot.finding import Json

_BEST = word_list("id uuid guid key _id code slug number name symbol")
_CHANGED = re.compile(r"(updat|modif|chang|edit)", re.I)
_MADE = re.compile(r"(creat|insert|publish|added|start|date|time|timestamp|_at\Z|At\Z)")
_SECONDS = re.compile(r"(_at|At|_time|Time|_?timestamp|created|updated|modified|changed)\Z")
_FEWEST = 2


def primary_key(rows: Sequence[Json], fields: Sequence[Field]) -> tuple[str, ...]:
    """The field (or two) that is unique and present in everything seen and sounds like a key; else empty."""
    objects = [row for row in rows if isinstance(row, dict)]
    if len(objects) < _FEWEST or len(objects) != len(rows):
        return ()
    names = [f.name for f in fields if not f.nullable and _can_be_key(f)]
    unique = [name for name in names if _unique(objects, (name,))]
    likely = sorted((name for name in unique if _rank(name) < len(_BEST) + 2), key=_rank)
    if likely:
        return (likely[0],)
    parts = [name for name in names if _rank(name) <= len(_BEST) + 1 or _is_time(fields, name)][:6]
    pairs = ((a, b) for i, a in enumerate(parts) for b in parts[i + 1 :])
    return next((pair for pair in pairs if _unique(objects, pair)), ())


def identity_of(rows: Sequence[Json]) -> tuple[str, ...]:
    """A key for telling records apart within one probe: one that is surely called so, or nothing."""
    objects = [row for row in rows if isinstance(row, dict)]
    for name in ("id", "uuid", "guid", "_id", "Id", "ID"):
        if len(objects) > 1 and all(name in row for row in objects) and _unique(objects, (name,)):
            return (name,)
    return ()


def cursor_fields(fields: Sequence[Field]) -> tuple[CursorField, ...]:
    """Fields that may serve for incremental loading, the likeliest first; nothing proven."""
    times = [f.name for f in fields if not f.nullable and f.types and _is_moment(f)]
    ranked = sorted(times, key=lambda name: 0 if _CHANGED.search(name) else 1 if _MADE.search(name) else 2)
    return tuple(CursorField(name) for name in ranked[:3])


def _is_moment(field: Field) -> bool:
    """A time as text, or a number that is called like a time: seconds since 1970."""
    counted = field.types[0] == "bigint" and _SECONDS.search(field.name) is not None
    return counted or field.types[0] in ("timestamp", "date")


def _can_be_key(field: Field) -> bool:
    return len(field.types) == 1 and field.types[0] in ("text", "bigint", "decimal_text", "date", "timestamp")


def _unique(rows: Sequence[dict[str, Json]], names: tuple[str, ...]) -> bool:
    values = [tuple(str(row.get(name)) for name in names) for row in rows]
    return len(set(values)) == len(values)


def _rank(name: str) -> int:
    """How much a name sounds like a key; small is much."""
    plain = folded(name)
    if name in _BEST or plain in _BEST:
        return _BEST.index(name if name in _BEST else plain)
    if re.search(r"(_id|Id|ID|_uuid|_key|_code|_no|_number|iata|icao|isbn|sku)\Z", name):
        return len(_BEST) - 5
    return len(_BEST) + 5


def _is_time(fields: Sequence[Field], name: str) -> bool:
    return any(f.name == name and f.types[0] in ("date", "timestamp") for f in fields)
