"""Parameters that take one of a few values: without one, an API may leave records out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.api.openapi.parameters import Parameter, Role
from pilot.api.profile import Narrowing

_MOST_VALUES = 20
_BY_WORDS = re.compile(r"\bdefaults?(?:\s+(?:value|to|is)|\s*[:=])*\s*[`'\"*]*([\w-]+)", re.I)
_PRESENTS = re.compile(
    r"sort|order|direction|\bdir\b|format|field|expand|include|embed|view|lang|locale|unit|currency|tz|zone"
    r"|group|interval|granular|period|resolution|style|accept|output|alt|prettyprint",
    re.I,
)
"""What changes how records look or in which order they come, not which ones."""


def choices_of(parameters: Sequence[Parameter]) -> tuple[Narrowing, ...]:
    """What may narrow an answer by its default; the default is "" where the spec names none."""
    return tuple(_choice(p) for p in parameters if _may_narrow(p))


def _may_narrow(parameter: Parameter) -> bool:
    values = {value.lower() for value in parameter.choices}
    orders = values <= {"asc", "desc", "ascending", "descending"}
    plain = parameter.place == "query" and parameter.role is Role.NONE and parameter.kind != "boolean"
    return plain and 2 <= len(values) <= _MOST_VALUES and not orders and not _PRESENTS.search(parameter.name)


def _choice(parameter: Parameter) -> Narrowing:
    default = _default(parameter)
    others = (value for value in parameter.choices if value != default)
    return Narrowing(parameter.name, default, tuple(filter(None, (default, *others))))


def _default(parameter: Parameter) -> str:
    """The default by the schema, by its words, or what is sent because one has to be sent."""
    said = parameter.default
    said = said[0] if isinstance(said, list) and len(said) == 1 else said
    if isinstance(said, str) and said in parameter.choices:
        return said
    word = _BY_WORDS.search(parameter.words)
    if word and word[1] in parameter.choices:
        return word[1]
    return (parameter.value or "") if parameter.required else ""
