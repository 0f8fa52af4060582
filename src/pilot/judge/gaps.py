"""Pages that were left out: by the numbers in the requests, or because another page came in their place."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from pilot.api.trails import folded
from pilot.api.vocabulary import OFFSET
from pilot.judge.feeds import Chain, pages_by


def skips(chain: Chain) -> bool:
    """Whether numbers in the requests show that pages were left out, between others or before the first."""
    queries = [dict(parse_qsl(urlsplit(page.url).query)) for page in chain.pages]
    for name in filter(pages_by, queries[-1]):
        values = [query.get(name, "") for query in queries]
        if all(value.isdecimal() for value in values[1:]) and len({*values[1:]}) == len(values[1:]):
            numbers = [int(value) for value in values if value.isdecimal()]
            if _steps_too_far(numbers, chain) or _begins_late(name, numbers, chain):
                return True
    return False


def in_place_of(chain: Chain) -> tuple[int, int] | None:
    """A page, counted from 1, that brought the records of an earlier one, although others came after it.

    At the end it would be no loss: many APIs answer with the last page, or the first, once there are no more.
    Nor is it where two neighbours are one page, such as 0 and 1. Pages of one or two records may be equal by
    chance.
    """
    first: dict[str, int] = {}
    newest = 0
    found: list[tuple[int, int]] = []
    for number, page in enumerate(chain.pages, 1):
        sign = page.edges or page.digest
        if sign and (page.records or 0) > 2 and first.setdefault(sign, number) != number:
            found.append((number, first[sign]))
        elif page.records:
            newest = number
    return next(((number, other) for number, other in found if other + 1 < number < newest), None)


def _steps_too_far(numbers: list[int], chain: Chain) -> bool:
    """Whether a place moves by more than a page: an offset beyond the records, a page number by several."""
    steps = {after - before for before, after in zip(numbers, numbers[1:], strict=False)}
    step, size = min(steps, default=0), max(page.records or 0 for page in chain.pages)
    return len(steps) == 1 and step > 1 and (step > size or step < size // 2)


def _begins_late(name: str, numbers: list[int], chain: Chain) -> bool:
    """Whether the first request did not ask for the first page, and what lies before is missing."""
    total, first = chain.last.total, numbers[0]
    if total is None or len(numbers) < len(chain.pages):
        return False
    missing, size = total - chain.records, max(page.records or 0 for page in chain.pages)
    return first > 0 and missing in (
        {first} if folded(name) in OFFSET else {(first - 1) * size, first * size}
    )
