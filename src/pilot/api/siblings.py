"""Paging that was proven at one endpoint, tried at another of the same API: one request settles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pilot.api.look import Look, Verdict
from pilot.api.profile import Endpoint, How, Paging, PagingKind
from pilot.api.trails import at
from pilot.finding import Json

_COUNTED = (PagingKind.PAGE_NUMBER, PagingKind.OFFSET)


def like_sibling(look: Look, siblings: Sequence[Endpoint]) -> Paging | None:
    """The counted paging of a sibling, where it gives a second page here too."""
    for sibling in _fitting(look, siblings):
        if sibling.paging.kind not in _COUNTED:
            continue
        paging = _here(look, sibling)
        second = look.page(_second(paging))
        ended = second.status == paging.end_status and second.verdict is Verdict.FAILED
        if second.verdict in (Verdict.OTHER, Verdict.EMPTY) or ended:
            look.keep(second)
            return replace(paging, proven=True, overlaps=look.shares(second))
        if not second.answer.unasked:
            look.refuted.add(sibling.name)
    return None


def announced_alike(look: Look, siblings: Sequence[Endpoint]) -> Paging | None:
    """The paging of a sibling that announces pages in a field which is empty here.

    This answer is all there is: now, and for this parent.
    """
    for sibling in _fitting(look, siblings):
        place = sibling.paging.options.get("cursor_path") or sibling.paging.options.get("next_url_path")
        *outer, name = str(place or "").removeprefix("$.").split(".")
        holder = at(look.first.body.data, tuple(outer))
        if place and isinstance(holder, dict) and name in holder:
            return _here(look, sibling)
    return None


def carried(look: Look, siblings: Sequence[Endpoint]) -> Paging | None:
    """The paging of a sibling, where no request was left to look: better than one page, and marked."""
    if not look.cut_short:
        return None
    untried = [sibling for sibling in _fitting(look, siblings) if sibling.name not in look.refuted]
    return _here(look, untried[0]) if untried else None


def said_alike(paging: Paging, siblings: Sequence[Endpoint]) -> Paging:
    """The paging that a spec says of an endpoint nobody could look at, as proven where it is said alike."""
    for sibling in siblings:
        proven = sibling.paging
        if proven.proven and proven.kind is paging.kind and _parameter(proven) == _parameter(paging):
            return replace(
                proven, proven=False, like=sibling.name, note=f"as at {sibling.name}, and in the spec"
            )
    return paging


def _parameter(paging: Paging) -> Json:
    """What further pages are asked for with."""
    names = ("page_param", "offset_param", "cursor_param", "next_url_path")
    return next((paging.options[name] for name in names if name in paging.options), None)


def _fitting(look: Look, siblings: Sequence[Endpoint]) -> list[Endpoint]:
    """Siblings whose way to further pages finds here what it reads of an answer, each way once."""
    ways: dict[str, Endpoint] = {}
    for sibling in siblings:
        paging = sibling.paging
        fits = sibling.body is None and look.body is None and paging.proven and not paging.like
        if fits and paging.kind is not PagingKind.NONE and _reads(look, paging):
            ways.setdefault(f"{paging.kind}{sorted(paging.options)}", sibling)
    return [*ways.values()]


def _reads(look: Look, paging: Paging) -> bool:
    """dlt fails where a total is not at its path; a link or a cursor may be missing on the last page."""
    paths = [paging.options.get(name) for name in ("total_path", "has_more_path")]
    return all(at(look.first.body.data, tuple(str(p).split("."))) is not None for p in paths if p)


def _here(look: Look, sibling: Endpoint) -> Paging:
    paging, options = sibling.paging, dict(sibling.paging.options)
    size = paging.page_size
    if paging.kind is PagingKind.OFFSET:
        # the offset goes on by what was asked for: it must be what comes, here
        size = max(1, len(look.rows))
        options["limit"] = size
    note = f"as at {sibling.name}: {paging.kind.value.replace('_', ' ')}"
    return replace(
        paging, options=options, page_size=size, proven=False, how=How.SEEN, note=note, like=sibling.name
    )


def _second(paging: Paging) -> dict[str, Json]:
    options = paging.options
    if paging.kind is PagingKind.OFFSET:
        limit, start = paging.page_size or 1, options.get("offset")
        skipped = limit + (start if isinstance(start, int) else 0)
        return {str(options.get("offset_param")): skipped, str(options.get("limit_param")): limit}
    base = options.get("base_page")
    size: dict[str, Json] = {paging.size_param: paging.page_size} if paging.size_param else {}
    return {**size, str(options.get("page_param")): (base if isinstance(base, int) else 1) + 1}
