"""Answers whose rows are lists of values, under names that stand once: beside them, or in the first row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pilot.api.fields import type_of
from pilot.api.trails import Trail, at, folded, json_path
from pilot.api.vocabulary import HEADS, NAMING
from pilot.finding import Json

_DEEPEST = 3
_LOOKED_AT = 50
_LIKE_A_NAME = re.compile(r"[^\W\d][^\n]{0,99}\Z")


@dataclass(frozen=True)
class Table:
    """Rows as records, and where the names of their fields are."""

    names: tuple[str, ...] = field(repr=False)
    rows: tuple[Json, ...] = field(repr=False)
    trail: Trail | None = None
    """Of the list of names; None where the first row holds them."""
    inner: Trail = ()
    """Leads from an item of that list to the name."""

    @property
    def path(self) -> str:
        """Where the names are, as JSONPath; "" for the first row."""
        return "" if self.trail is None else json_path(self.trail, self.inner) + "[*]" * (not self.inner)

    def again(self, body: Json, rows: Sequence[Json]) -> tuple[Json, ...] | None:
        """The records of a further page, whose names may be left out; None where they don't fit."""
        said = None if self.trail is None else _names(at(body, self.trail), self.inner)
        names = said or self.names
        rows = [row for row in rows if row != [*self.names]] if self.trail is None else rows
        return tuple(_records(names, rows)) if _fits(names, rows) else None


def table_in(body: Json, trail: Trail) -> Table | None:
    """The table whose rows are at the trail; None where nothing names the values."""
    rows = at(body, trail)
    if not isinstance(rows, list) or not rows:
        return None
    for depth in range(len(trail) - 1, -1, -1):
        for place, inner, names in _heads(at(body, trail[:depth]), trail[:depth]):
            if place != trail and _fits(names, rows):
                return Table(names, tuple(_records(names, rows)), place, inner)
    first, *others = rows
    names = _names(first, ())
    if names and _fits(names, others) and _is_head(names, others):
        return Table(names, tuple(_records(names, others)))
    return None


def _heads(around: Json, trail: Trail) -> Iterator[tuple[Trail, Trail, tuple[str, ...]]]:
    """Lists of names in an object, the nearest first: plain texts, or objects that have a name each."""
    if not isinstance(around, dict) or len(trail) > _DEEPEST:
        return
    for key, value in around.items():
        if folded(key).endswith(HEADS) and isinstance(value, list):
            for inner in ((), *((name,) for name in NAMING)):
                if names := _names(value, inner):
                    yield (*trail, key), inner, names
                    break
    for key, value in around.items():
        if isinstance(value, dict):
            yield from _heads(value, (*trail, key))


def _names(listed: Json, inner: Trail) -> tuple[str, ...]:
    """The texts in a list, where there is nothing else in it, and none twice."""
    found = [at(item, inner) for item in listed] if isinstance(listed, list) else []
    names = tuple(name for name in found if isinstance(name, str) and name.strip())
    return names if len(set(names)) == len(found) else ()


def _fits(names: Sequence[str], rows: Sequence[Json]) -> bool:
    """Rows may end early, where their last values are empty; none is longer than the names."""
    widths = {len(row) if isinstance(row, list) else len(names) + 1 for row in rows}
    return not widths or max(widths) == len(names)


def _is_head(names: Sequence[str], rows: Sequence[Json]) -> bool:
    """Whether a row of texts is no record itself: below one of them there is something else than words."""
    if not rows or not all(_LIKE_A_NAME.match(name) for name in names):
        return False
    columns = zip(*_padded(names, rows[:_LOOKED_AT]), strict=True)
    kinds = ({type_of(value) for value in column} - {"null"} for column in columns)
    return any(found and "text" not in found for found in kinds)


def _records(names: Sequence[str], rows: Sequence[Json]) -> Iterator[Json]:
    return (dict(zip(names, row, strict=True)) for row in _padded(names, rows))


def _padded(names: Sequence[str], rows: Sequence[Json]) -> Iterator[list[Json]]:
    return ([*row, *[None] * (len(names) - len(row))] for row in rows if isinstance(row, list))
