"""How an endpoint pages, proven by fetching a second page and seeing other records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pilot.api.counting import by_offset, by_page, counts_pages, first_names, speaks_of_offset
from pilot.api.links import by_cursor, by_header, by_last_id, by_link, by_order_of_ids
from pilot.api.look import Look, Verdict
from pilot.api.page_size import by_size
from pilot.api.post import in_body
from pilot.api.profile import Endpoint, How, Paging, PagingKind, Shape
from pilot.api.siblings import announced_alike, carried, like_sibling
from pilot.api.unspoken import by_other_names
from pilot.finding import Json

_MOST_NOTES = 3


def find_paging(look: Look, siblings: Sequence[Endpoint] = ()) -> Paging:
    """The way to further pages. `proven` only where it was walked, or where the API says there is none.

    What was proven at `siblings`, endpoints of the same API, is tried before anything is guessed.
    """
    paging = _found(look, siblings)
    return paging if look.body is None else replace(paging, options=in_body(paging.options))


def _found(look: Look, siblings: Sequence[Endpoint]) -> Paging:
    known = _without_asking(look)
    if known:
        return known
    for way in (by_header, by_link, by_cursor):
        if paging := way(look):
            return paging
    if paging := like_sibling(look, siblings):
        return paging
    if paging := _complete(look):
        return announced_alike(look, siblings) or paging
    if look.found.records.shape is Shape.COLUMNAR and (paging := _one_answer(look)):
        return paging
    numbers = (by_offset, by_page) if speaks_of_offset(look) else (by_page, by_offset)
    ways = (*numbers, by_last_id) if counts_pages(look) else (by_last_id, *numbers)
    for way in (*ways, by_order_of_ids, by_other_names, by_size):
        if paging := way(look):
            return paging
    return carried(look, siblings) or replace(_unknown(look), page_size=len(look.rows))


def _without_asking(look: Look) -> Paging | None:
    shape = look.found.records.shape
    if shape is Shape.SINGLE:
        return Paging(PagingKind.NONE, True, how=How.SEEN, note="one object, one answer")
    if look.found.problem:
        return Paging(note="nothing was seen")
    if not look.rows:
        return Paging(note="the list is empty, so paging can't be seen")
    if look.first.body.partial or look.first.answer.cut:
        return Paging(note="the first answer is too large to look further")
    return None


def _complete(look: Look) -> Paging | None:
    """The API says that this is all, and a second page does not say otherwise."""
    says = look.first.envelope.says_complete(len(look.rows))
    if not says:
        return None
    page, offset = first_names(look)
    further: dict[str, Json] = {name: value for name, value in ((page, 2), (offset, len(look.rows))) if name}
    second = look.page(further) if further else look.first
    if further and second.verdict is Verdict.OTHER:
        look.notes.append(f"{says}, but there are more records")
        return None
    return Paging(
        PagingKind.NONE, True, page_size=None, how=How.SEEN, note=f"everything in one answer: {says}"
    )


def _one_answer(look: Look) -> Paging | None:
    """Columns mostly come in one answer: so they do where nothing speaks of pages, and none is there."""
    page, offset = first_names(look)
    further: dict[str, Json] = {name: value for name, value in ((page, 2), (offset, len(look.rows))) if name}
    if counts_pages(look):
        return None
    second = look.page(further)
    if second.answer.unasked or second.verdict in (Verdict.OTHER, Verdict.EMPTY):
        return None
    return Paging(PagingKind.NONE, True, how=How.SEEN, note="columns in one answer, no second page")


def _unknown(look: Look) -> Paging:
    """Nothing was proven; what was tried."""
    return Paging(note="; ".join(dict.fromkeys(look.notes[:_MOST_NOTES])) or "no sign of further pages")
