"""How many records a page may hold: measured by what comes, not by what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pilot.api.envelope import link_params
from pilot.api.look import Look, Page, Verdict
from pilot.api.profile import How, Paging, PagingKind
from pilot.api.several import narrowed, which
from pilot.api.trails import stem
from pilot.api.vocabulary import SIZE, SIZE_GUESSES

_SIZES = (1000, 100)
_WORTH = 3
"""Pages that there must be at least, as far as known, before names are guessed."""


def with_larger_pages(look: Look, paging: Paging) -> Paging:
    """The paging with the largest page that was seen to come; as it is where none is larger."""
    known = not paging.proven or paging.like or paging.kind is PagingKind.NONE
    if known or _all_seen(look) or _said(look):
        return paging
    name = paging.size_param or size_name(look) or _guessed(look)
    size = _largest(look, name) if name else None
    if size is None:
        return paging
    options = paging.options
    if paging.kind is PagingKind.OFFSET:
        # The offset goes on by what was asked for: it must be what comes.
        options = {**options, "limit": size}
    note = f"{paging.note}; up to {size} on a page"
    return replace(paging, options=options, page_size=size, size_param=name, note=note)


def by_size(look: Look) -> Paging | None:
    """One page is all: the size can be asked for, and asking for more than there is gives no more.

    That is no proof where the number of records is one that APIs like to stop at.
    """
    count = len(look.rows)
    if count < 2 or _usual_limit(count):
        return None
    known = size_name(look)
    name = which([known] if known else look.guesses(*SIZE_GUESSES), lambda some: _gives_one(look, some))
    if name is None:
        return None
    asked = max(_SIZES[0], 10 * count)
    page = look.page({name: asked})
    if page.verdict is not Verdict.SAME or sorted(look.marks(page.rows)) != sorted(look.first_marks):
        return None
    note = f"{name}=1 gives one record and {name}={asked} the same {count}: one page is all"
    return Paging(PagingKind.NONE, True, how=How.SEEN, note=note)


def size_name(look: Look) -> str | None:
    """What the size is called, as far as a link, a spec or the answer itself tells."""
    links = [link for _, link in look.first.envelope.next_links()] + [look.first.envelope.header_link() or ""]
    linked = [name for link in links for name in link_params(link, look.params)]
    named = next((name for name in [*look.given, *linked] if _is_size(name)), None)
    echo = look.first.envelope.echo(SIZE)
    if named or echo is None or echo.number != len(look.rows):
        return named
    return next(iter(look.guesses(echo.key)), None)


def _is_size(name: str) -> bool:
    return stem(name) in SIZE or name in ("page[size]", "page[limit]")


def _all_seen(look: Look) -> bool:
    total = look.first.envelope.total(len(look.rows))
    return len(look.seen) <= len(look.rows) or (total is not None and total[0] <= len(look.seen))


def _said(look: Look) -> bool:
    """The person named a size: it is theirs to choose."""
    return any(_is_size(name) and value for name, value in look.given.items())


def _guessed(look: Look) -> str | None:
    total = look.first.envelope.total(len(look.rows))
    if total is not None and total[0] < _WORTH * len(look.rows):
        return None
    for size in _SIZES:
        if not (names := look.guesses(*SIZE_GUESSES)):
            return None
        together = _sized(look, names, size)
        if _grows(look, together):
            return narrowed(names, partial(_grow, look, size))
        if together.verdict is not Verdict.FAILED:
            return None  # the names are ignored: a smaller size would be too
    return None


def _largest(look: Look, name: str) -> int | None:
    for size in _SIZES:
        page = _sized(look, [name], size)
        if size > len(look.rows) and _grows(look, page):
            return len(page.rows)
        if page.verdict is not Verdict.FAILED:
            return None
    return None


def _sized(look: Look, names: Sequence[str], size: int) -> Page:
    return look.page({name: size for name in names})


def _grow(look: Look, size: int, names: Sequence[str]) -> bool:
    return _grows(look, _sized(look, names, size))


def _grows(look: Look, page: Page) -> bool:
    """More records came, and the first ones are those that came before."""
    if page.verdict is Verdict.FAILED or len(page.rows) <= len(look.rows):
        return False
    return look.marks(page.rows[: len(look.rows)]) == look.first_marks


def _gives_one(look: Look, names: Sequence[str]) -> bool:
    page = _sized(look, names, 1)
    return len(page.rows) == 1 and look.marks(page.rows) == look.first_marks[:1]


def _usual_limit(count: int) -> bool:
    round_number = count % 10 == 0 or count % 25 == 0
    return round_number or (count > 15 and (count % 12 == 0 or count & (count - 1) == 0))
