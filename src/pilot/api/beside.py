"""Fields that stand beside the records of an answer, and belong to each of them."""

from __future__ import annotations

from dataclasses import replace

from pilot.api.fields import fields_of
from pilot.api.profile import Field, Records, Shape
from pilot.api.records import Found
from pilot.api.trails import at, folded
from pilot.api.vocabulary import (
    ASIDE,
    CURSOR,
    ENVELOPE,
    HAS_MORE,
    IS_LAST,
    MAYBE_TOTAL,
    NEXT_LINK,
    OFFSET,
    PAGE,
    SIZE,
    TOTAL,
    TOTAL_PAGES,
    word_set,
)
from pilot.finding import Json

_SAYS_NOTHING = (
    ENVELOPE | ASIDE | NEXT_LINK | HAS_MORE | IS_LAST | TOTAL | MAYBE_TOTAL | TOTAL_PAGES | PAGE | OFFSET
    | SIZE | word_set("""id requestid traceid correlationid result error detail description title name
    generated generatedat generationtimems duration elapsed servertime now lastupdated updated updatedat
    date_generated terms disclaimer documentation docs source provider help info href uri path method""")
)  # fmt: skip
_MOST = 5
_LONGEST = 60


def with_beside(found: Found, body: Json) -> Records:
    """The records, with what stands right beside their list."""
    records = found.records
    if records.shape not in (Shape.LIST, Shape.COLUMNAR) or not found.trail or found.inner:
        return records
    around = at(body, found.trail[:-1])
    if not isinstance(around, dict) or not isinstance(found.trail[-1], str):
        return records
    own = {field.name for field in records.fields}
    said = {key: value for key, value in around.items() if key not in own and _says_something(key, value)}
    beside: tuple[Field, ...] = fields_of([said]) if 0 < len(said) <= _MOST else ()
    return replace(records, beside=beside)


def _says_something(key: str, value: Json) -> bool:
    """A short plain value of a name that answers do not have for themselves."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value == "":
        return False
    name = folded(key)
    technical = name in _SAYS_NOTHING or any(mark in name for mark in CURSOR)
    return not technical and len(str(value)) <= _LONGEST and "://" not in str(value)
