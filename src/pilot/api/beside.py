"""Fields that stand beside the records of an answer, and belong to each of them."""

from __future__ import annotations

from dataclasses import replace

from pilot.api.fields import fields_of
from pilot.api.profile import Field, Records, Shape
from pilot.api.records import Found
from pilot.api.telling import says_something
from pilot.api.trails import at
from pilot.finding import Json

_MOST = 5


def with_beside(found: Found, body: Json) -> Records:
    """The records, with what stands right beside their list."""
    records = found.records
    if records.shape not in (Shape.LIST, Shape.COLUMNAR) or not found.trail or found.inner:
        return records
    around = at(body, found.trail[:-1])
    if not isinstance(around, dict) or not isinstance(found.trail[-1], str):
        return records
    own = {field.name for field in records.fields}
    said = {key: value for key, value in around.items() if key not in own and says_something(key, value)}
    beside: tuple[Field, ...] = fields_of([said]) if 0 < len(said) <= _MOST else ()
    return replace(records, beside=beside)
