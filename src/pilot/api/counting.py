"""Paging by numbers: pages or offsets, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil

from pilot.api.envelope import link_params
from pilot.api.look import Look, Page, Verdict
from pilot.api.profile import How, Paging, PagingKind
from pilot.api.trails import folded, stem
from pilot.api.vocabulary import (
    OFFSET,
    PAGE,
    SIZE,
    SIZE_BESIDE,
    SIZE_PARAMS,
)
from pilot.finding import Json

_FAR_PAGE = 100_000
_FAR_OFFSET = 1_000_000
_REFUSALS = (400, 416, 422)
"""Of the very page after the last; far away they may mean anything."""
_NEARER = 100
"""Some APIs refuse to go far: then the end is looked for so many times nearer."""


@dataclass(frozen=True)
class _End:
    """How paging ends: dlt's options for it, or why that is not known."""

    options: dict[str, Json] = field(default_factory=dict)
    known: bool = True
    note: str = ""
    status: int | None = None


def by_page(look: Look) -> Paging | None:
    """A page number, from 1 or from 0."""
    for name in dict.fromkeys(_page_names(look)):
        if paging := pages_by(look, name):
            return paging
    return None


def by_offset(look: Look) -> Paging | None:
    """The number of records to skip."""
    for name in dict.fromkeys(_offset_names(look)):
        if paging := offsets_by(look, name):
            return paging
    return None


def counts_pages(look: Look) -> bool:
    """Whether the answer speaks of pages or offsets."""
    envelope = look.first.envelope
    spoken = envelope.pages() or envelope.echo(PAGE) or envelope.echo(OFFSET) or look.hinted("page", "offset")
    return bool(spoken) or any(stem(name) in PAGE | OFFSET for name in look.given)


def speaks_of_offset(look: Look) -> bool:
    """Whether offsets are likelier than page numbers."""
    envelope = look.first.envelope
    echoes = envelope.echo(OFFSET) is not None and envelope.echo(PAGE) is None
    hinted = bool(look.hinted("offset")) and not look.hinted("page")
    return echoes or hinted or any(stem(name) in OFFSET for name in [*look.given, *_linked(look)])


def first_names(look: Look) -> tuple[str | None, str | None]:
    """The likeliest names of a page number and of an offset."""
    return next(_page_names(look), None), next(_offset_names(look), None)


def _page_names(look: Look) -> Iterator[str]:
    named = [name for name in [*look.given, *_linked(look)] if stem(name) in PAGE | {"p"} or "page[n" in name]
    known = [*look.hinted("page"), *named]
    yield from known
    if known:
        return
    echo = look.first.envelope.echo(PAGE)
    if echo and echo.names[-1] in ("pagenumber", "pageindex", "pageno", "pagenum"):
        yield from look.guesses(echo.key)
    yield from look.guesses("page")
    if look.body is not None:
        return
    if "jsonapi" in look.first.answer.content_type or "vnd.api" in look.first.answer.content_type:
        yield "page[number]"
    elif not look.first.envelope.signs and not look.found.trail:
        yield "_page"


def _offset_names(look: Look) -> Iterator[str]:
    named = [name for name in [*look.given, *_linked(look)] if stem(name) in OFFSET or "page[o" in name]
    known = [*look.hinted("offset"), *named]
    yield from known
    if known:
        return
    if echo := look.first.envelope.echo(OFFSET):
        yield from look.guesses(echo.key)
    yield from _beside_size(look)
    yield from look.guesses("offset")
    if look.body is not None:
        return
    if any(s.name in ("odatacontext", "odatacount") for s in look.first.envelope.signs):
        yield "$skip"
    elif look.first.envelope.signs:
        yield "skip"


def _beside_size(look: Look) -> Iterator[str]:
    """The offset that usually stands beside a size of the name that was given."""
    usual = {size: name for name, size in SIZE_BESIDE.items() if size != "limit"}
    for name in look.given:
        holder, _, last = name.rpartition(".")
        if last in usual:
            yield f"{holder}.{usual[last]}" if holder else usual[last]


def _linked(look: Look) -> list[str]:
    """Parameters that a next link asks for, also of one that leads elsewhere."""
    envelope = look.first.envelope
    links = [link for _, link in envelope.next_links()] + [envelope.header_link() or ""]
    return [
        name for link in links for name, value in link_params(link, look.params).items() if value.isdecimal()
    ]


def pages_by(look: Look, name: str) -> Paging | None:
    """Page numbers under this name, proven."""
    given = look.given.get(name, "")
    if given.isdecimal() and given not in ("0", "1"):
        return None  # the person wants this very page
    second = look.page({name: 2})
    if second.verdict in (Verdict.SAME, Verdict.FAILED):
        look.notes.append(f"{name}=2 gives {second.verdict.value}")
        return None
    base = _base_page(look, name, given)
    if base is None:
        look.notes.append(f"{name}: neither 0 nor 1 is the first page")
        return None
    if second.verdict is Verdict.EMPTY:
        look.notes.append(f"{name}=2 is empty")
        end = _empty(second)
    else:
        look.keep(second)
        total = look.first.envelope.total(len(look.rows))
        pages = look.first.envelope.pages()
        after = pages.number if pages else ceil(total[0] / len(look.rows)) if total else None
        end = _end(
            look, second, name, _FAR_PAGE if after is None else base + after, pages.path if pages else None
        )
    if not end.known:
        look.notes.append(end.note)
        return None
    options: dict[str, Json] = {"base_page": base, "page_param": name, **end.options}
    seen = "page 2 is empty" if second.verdict is Verdict.EMPTY else f"seen on page {2 if base else 3}"
    paging = _counted(look, PagingKind.PAGE_NUMBER, options, f"{name} from {base}, {seen}", end)
    return replace(paging, overlaps=look.shares(second))


def _base_page(look: Look, name: str, given: str) -> int | None:
    if given:
        return int(given)
    one = look.page({name: 1})
    if one.verdict is Verdict.SAME:
        return 1
    if one.verdict is Verdict.OTHER and look.page({name: 0}).verdict is Verdict.SAME:
        look.seen.extend(one.rows)
        return 0
    return None


def offsets_by(look: Look, name: str) -> Paging | None:
    """Offsets under this name, proven."""
    size, limit = len(look.rows), _limit_name(look, name)
    if look.given.get(name, "") not in ("", "0", "1"):
        return None
    # One record back: where the last record of the first page comes first, the offset counts records.
    back = look.page({name: max(1, size - 1), limit: size})
    start = first_offset(look, back)
    if start is None:
        look.notes.append(f"{name} gives {back.verdict.value}")
        return None
    look.seen.extend(back.rows[1 + start if size > 1 else 0 :])
    total = look.first.envelope.total(size)
    sign = total[1] if total and start == 0 else None
    after = _FAR_OFFSET if total is None else total[0] + start
    end = _end(look, back, name, after, sign.path if sign else None, {limit: size})
    if not end.known:
        look.notes.append(end.note)
        return None
    options: dict[str, Json] = {"limit": size, "offset_param": name, "limit_param": limit, **end.options}
    if start:
        options["offset"] = start
    return _counted(
        look, PagingKind.OFFSET, options, f"{name} and {limit}, seen beyond record {size}", end, limit
    )


def first_offset(look: Look, back: Page) -> int | None:
    """The offset of the first record, 0 or 1, when the answer continues the first page; else None."""
    if not back.rows:
        return None
    marks, first = look.marks(back.rows), look.first_marks
    if len(first) == 1:
        return 0 if marks[0] != first[0] else None
    fresh = not set(marks[1:]) & set(first)
    if marks[0] == first[-1] and fresh:
        return 0
    if len(first) > 2 and marks[:2] == first[-2:] and not set(marks[2:]) & set(first):
        return 1
    return None


def _limit_name(look: Look, offset: str) -> str:
    named = look.hinted("size") + [n for n in look.given if stem(n) in SIZE or n in SIZE_PARAMS]
    echo = look.first.envelope.echo(SIZE)
    beside = SIZE_BESIDE.get(offset)
    if named:
        return named[0]
    likely = echo.key if echo and folded(echo.key) != "max" and not beside else beside or "limit"
    return next(iter(look.guesses(likely)), likely)


def _end(
    look: Look, second: Page, name: str, after: int, total: str | None, extra: dict[str, Json] | None = None
) -> _End:
    """Look at what comes after the last page: dlt stops at an empty one by itself, at nothing else."""
    page = look.page({name: after, **(extra or {})})
    if page.verdict is Verdict.FAILED and after in (_FAR_PAGE, _FAR_OFFSET) and page.status != 404:
        page = look.page({name: after // _NEARER, **(extra or {})})
    if page.verdict is Verdict.EMPTY:
        return _empty(page)
    more = look.first.envelope.has_more()
    if more and more.value is True and second.envelope.has_more():
        again = page.envelope.has_more()
        if again is None or again.value is False:
            return _End({"total_path": None, "has_more_path": more.path})
    if page.rows:
        return _end_with_rows(look, page, name, after, total, extra or {})
    if total:
        return _End({"total_path": total})
    near = after not in (_FAR_PAGE, _FAR_OFFSET)
    if page.status == 404 or (near and page.status in _REFUSALS):
        note = f"the page after the last is a {page.status}"
        return _End({"total_path": None}, note=note, status=page.status)
    return _End(known=False, note=f"{name}: what comes after the last page could not be seen")


def _empty(page: Page) -> _End:
    """Nothing there; an answer without content would be no JSON to dlt."""
    if page.status == 204:
        return _End({"total_path": None}, note="the page after the last is a 204", status=204)
    return _End({"total_path": None})


def _end_with_rows(
    look: Look, page: Page, name: str, after: int, total: str | None, extra: dict[str, Json]
) -> _End:
    """There are records after the last page: either the API repeats one, or its total is too small."""
    step = len(look.rows) if extra else 1
    further = look.page({name: after + step, **extra})
    repeats = look.marks(further.rows) == look.marks(page.rows)
    if total and repeats:
        return _End({"total_path": total})
    if not repeats and after not in (_FAR_PAGE, _FAR_OFFSET):
        far = look.page({name: _FAR_OFFSET if extra else _FAR_PAGE, **extra})
        if far.verdict is Verdict.EMPTY:
            return _End({"total_path": None}, note="the total that the API states is too small")
    return _End(known=False, note=f"{name}: there are records after the last page, so no end is known")


def _counted(
    look: Look, kind: PagingKind, options: dict[str, Json], note: str, end: _End, limit: str | None = None
) -> Paging:
    size = limit or next((name for name in look.given if stem(name) in SIZE), None)
    note = f"{note}; {end.note}" if end.note else note
    return Paging(kind, True, options, len(look.rows), size, How.SEEN, note, end_status=end.status)
