"""Paging that nothing in an answer speaks of, under names that are less usual."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.api.counting import first_offset, offsets_by, pages_by
from pilot.api.look import Look, Verdict
from pilot.api.profile import Paging
from pilot.api.several import narrowed
from pilot.api.vocabulary import OTHER_OFFSETS, OTHER_PAGES
from pilot.finding import Json


def by_other_names(look: Look) -> Paging | None:
    """Pages or offsets under a less usual name: all at once, as most APIs ignore what they do not know."""
    if look.body is not None or look.by_spec:
        return None
    offsets: dict[str, Json] = dict.fromkeys(OTHER_OFFSETS, max(1, len(look.rows) - 1))
    together = look.page({**offsets, **dict.fromkeys(OTHER_PAGES, 2)})
    if len(look.rows) > 1 and first_offset(look, together) is not None:
        return offsets_by(look, narrowed(OTHER_OFFSETS, lambda some: _continues(look, offsets, some)))
    if together.verdict is not Verdict.OTHER or look.shares(together):
        return None
    return pages_by(look, narrowed(OTHER_PAGES, lambda some: _turns(look, some)))


def _continues(look: Look, offsets: dict[str, Json], names: Sequence[str]) -> bool:
    return first_offset(look, look.page({name: offsets[name] for name in names})) is not None


def _turns(look: Look, names: Sequence[str]) -> bool:
    return look.page(dict.fromkeys(names, 2)).verdict is Verdict.OTHER
