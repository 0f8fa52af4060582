"""Parameters that leave records out by default: found, and proven by what comes without the default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pilot.api.look import Look, Page, Verdict, first_look
from pilot.api.profile import How, Narrowing, Shape
from pilot.api.trails import folded
from pilot.api.vocabulary import word_set
from pilot.finding import Json

_EVERYTHING = word_set("all any both everything every")
_STATES = word_set("state status")
"""What lists leave out by, where nobody says so: closed issues, drafts, archived orders."""
_FEWEST = 3
"""Records that must agree before it is taken for more than chance."""
_MOST_ASKED = 3
_MOST_PARAMETERS = 2


@dataclass(frozen=True)
class Widened:
    """An endpoint as looked at with everything in it, and what narrows it."""

    look: Look
    narrowings: tuple[Narrowing, ...] = ()

    @property
    def walked(self) -> bool:
        """Whether one request shows a part only."""
        return any(narrowing.walked for narrowing in self.narrowings)


def widened(look: Look, choices: Sequence[Narrowing], said: Sequence[str], words: str) -> Widened:
    """The look at everything that the endpoint has.

    `said` are parameters that the person set. Where their words name one value, that is what they want.
    """
    if look.found.records.shape is not Shape.LIST or look.body is not None or not look.rows:
        return Widened(look)
    found: list[Narrowing] = []
    for choice in list(_suspects(look, choices, said))[:_MOST_PARAMETERS]:
        named = [value for value in choice.values if re.search(rf"\b{re.escape(value)}\b", words, re.I)]
        if len(named) == 1 and folded(named[0]) not in _EVERYTHING:
            look = _wanted(look, choice, named[0])
            continue
        if any(narrowing.walked for narrowing in found):
            found.append(choice)  # one can be walked, so this one is only told
            continue
        look, known = _asked(look, choice)
        found += known
    return Widened(look, tuple(found))


def _suspects(look: Look, choices: Sequence[Narrowing], said: Sequence[str]) -> Iterator[Narrowing]:
    """Parameters whose default, as far as it is known, is all that the records have."""
    known = {folded(choice.param) for choice in choices}
    for choice in choices:
        default = choice.default or _only_value(look, choice)
        if choice.param not in said and default and _agree(look, choice.param, default):
            values = dict.fromkeys([default, *choice.values])
            yield replace(choice, default=default, values=tuple(values))
    for field in _fields(look, _STATES):
        value = _constant(look, field)
        if value and folded(field) not in known and field not in look.params:
            yield Narrowing(field, value, (value, "all"), how=How.SEEN)


def _only_value(look: Look, choice: Narrowing) -> str:
    """The one value that the field of the parameter's name has in all records, if it is one of its values."""
    values = [_constant(look, field) for field in _fields(look, {folded(choice.param)})]
    allowed = {value.lower(): value for value in choice.values}
    return next((allowed[value.lower()] for value in values if value.lower() in allowed), "")


def _agree(look: Look, param: str, default: str) -> bool:
    """No record of a field of the parameter's name speaks against the default."""
    fields = _fields(look, {folded(param)})
    return all(_has_only(look.rows, field, default) for field in fields)


def _wanted(look: Look, choice: Narrowing, value: str) -> Look:
    """The look at the records of the one value that the person wants."""
    if value == choice.default:
        return look
    page = look.page({choice.param: value})
    other = page.rows and _is_other(look, page, _telling(look, choice), value)
    return _as_first(look, page, {choice.param: value}) if other else look


def _asked(look: Look, choice: Narrowing) -> tuple[Look, list[Narrowing]]:
    """What other values give: the one that gives everything, else the one that gives most."""
    field, most, doubt = _telling(look, choice), look, choice.how is How.SPEC
    for value in _others(choice)[:_MOST_ASKED]:
        page = look.page({choice.param: value})
        if page.verdict is Verdict.FAILED or not page.rows:
            continue
        other = _as_first(look, page, {choice.param: value})
        if folded(value) in _EVERYTHING and _is_wider(look, other, field, choice):
            return other, [replace(choice, whole=value, proven=True)]
        if _is_other(look, page, field, value):
            choice = replace(choice, proven=True)
            most = max(most, other, key=_size)
        elif page.verdict is Verdict.SAME:
            doubt = False  # it makes no difference
    return most, [choice] if choice.proven or doubt else []


def _others(choice: Narrowing) -> list[str]:
    """The other values, one for everything first."""
    others = [value for value in choice.values if value != choice.default]
    return sorted(others, key=lambda value: folded(value) not in _EVERYTHING)


def _telling(look: Look, choice: Narrowing) -> str | None:
    """The field that shows which value a record belongs to."""
    fields = [field.name for field in look.found.records.fields]
    fits = [field for field in fields if _has_only(look.rows, field, choice.default)]
    return min(fits, key=lambda field: folded(field) != folded(choice.param), default=None)


def _is_wider(look: Look, other: Look, field: str | None, choice: Narrowing) -> bool:
    """Other records came besides; a spec's word is taken where the first page can't tell."""
    if field and not _has_only(other.rows, field, choice.default):
        return True
    return _size(other) > _size(look) or choice.how is How.SPEC


def _is_other(look: Look, page: Page, field: str | None, value: str) -> bool:
    """Every record has the value, or the API states another total of wholly other records."""
    if field is not None and _has_only(page.rows, field, value):
        return True
    first, other = look.first.envelope.total(len(look.rows)), page.envelope.total(len(page.rows))
    differs = first is not None and other is not None and first[0] != other[0]
    return field is None and differs and not look.shares(page)


def _as_first(look: Look, page: Page, params: dict[str, str]) -> Look:
    wide = first_look(look.ask, look.url, {**look.params, **params}, page.answer)
    wide.hints, wide.filters = look.hints, look.filters
    return wide


def _size(look: Look) -> int:
    total = look.first.envelope.total(len(look.rows))
    return total[0] if total else len(look.rows)


def _fields(look: Look, names: frozenset[str] | set[str]) -> list[str]:
    return [field.name for field in look.found.records.fields if folded(field.name) in names]


def _constant(look: Look, field: str) -> str:
    """The text that all records have there; "" where they differ, or are too few to tell."""
    values = {row.get(field) for row in look.rows if isinstance(row, dict) and _is_text(row.get(field))}
    if len(values) != 1 or len(look.rows) < _FEWEST:
        return ""
    value = str(next(iter(values)))
    return value if _has_only(look.rows, field, value) else ""


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) < 40


def _has_only(rows: Sequence[Json], field: str, value: str) -> bool:
    return all(isinstance(row, dict) and str(row.get(field)).lower() == value.lower() for row in rows)
