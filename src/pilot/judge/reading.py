"""Whether a feed was read to its end: by what the API announced, its totals, and the sizes of pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pilot.api.profile import Endpoint, PagingKind
from pilot.judge.feeds import Chain, Feed
from pilot.judge.gaps import in_place_of, skips
from pilot.run.traffic import Exchange
from pilot.verdict import Judged

_GONE = (404, 410)
"""One thing that is not there: many APIs answer so for a parent that has no children."""
_NO_PAGING = Endpoint("", "")


@dataclass(frozen=True)
class Reading:
    """What is proven of how far a feed was read."""

    judged: Judged
    reason: str
    by_total: bool = False
    """The API's own total is the reason."""


def read(feed: Feed, endpoint: Endpoint | None = None) -> Reading:
    """How far a feed was read; `endpoint` is what a look at the API told of it."""
    failed = _failed(feed)
    if failed is not None:
        return failed
    if not feed.chains:
        return Reading(Judged.NOT_PROVABLE, "no answer was seen")
    readings = [_read(chain, endpoint or _NO_PAGING) for chain in feed.chains]
    worst = next((r for j in _WORST for r in readings if r.judged is j), readings[0])
    many = len(readings)
    if many == 1 or worst.judged is Judged.COMPLETE:
        return _summed(feed, worst) if many > 1 else worst
    share = sum(reading.judged is worst.judged for reading in readings)
    return Reading(worst.judged, f"{share:,} of {many:,} lists: {worst.reason}")


_WORST = (Judged.INCOMPLETE, Judged.NOT_PROVABLE)


def _summed(feed: Feed, reading: Reading) -> Reading:
    """Many lists, all of them read to their ends."""
    if feed.total is not None and feed.total == feed.records:
        return Reading(reading.judged, f"API totals {feed.total:,} = {feed.records:,} records", by_total=True)
    return Reading(reading.judged, f"all {len(feed.chains):,} lists were read to their ends")


def _failed(feed: Feed) -> Reading | None:
    """Requests that failed for good: what they would have brought is missing."""
    failures = feed.failures
    if not failures:
        return None
    asked = len(failures) + len(feed.pages)
    hard = [failure for failure in failures if failure.status not in _GONE]
    told = _statuses(hard or failures)
    if hard or not feed.chains:
        if asked == 1:
            return Reading(Judged.INCOMPLETE, f"its request failed ({told})")
        return Reading(Judged.INCOMPLETE, f"{len(hard or failures):,} of {asked:,} requests failed ({told})")
    if len(failures) * 2 > asked:
        return Reading(Judged.INCOMPLETE, f"{len(failures):,} of {asked:,} requests were answered {told}")
    return Reading(Judged.NOT_PROVABLE, f"{len(failures):,} of {asked:,} requests were answered {told}")


def _statuses(failures: Sequence[Exchange]) -> str:
    """What went wrong, the most frequent first."""
    counted = Counter(_status(failure) for failure in failures)
    return ", ".join(name for name, _ in counted.most_common(3))


def _status(failure: Exchange) -> str:
    if failure.status is None:
        return failure.error or "no answer"
    return f"an error in a {failure.status}" if failure.status < 300 else str(failure.status)


def _read(chain: Chain, endpoint: Endpoint) -> Reading:
    """How far one list was read. Totals come first: what is there in all says more than any mark."""
    total, records = chain.last.total, chain.records
    if any(page.records is None for page in chain.pages):
        return Reading(Judged.NOT_PROVABLE, "the records in its answers could not be counted")
    if total is not None and total == records:
        return Reading(Judged.COMPLETE, f"API total {total:,} = {records:,} records", by_total=True)
    end = _end(chain)
    if total is not None and total > records:
        return _short_of_total(chain, total, end)
    replaced = _replaced(chain)
    if replaced:
        return Reading(Judged.INCOMPLETE if chain.sure else Judged.NOT_PROVABLE, replaced)
    if end:
        return Reading(Judged.COMPLETE, end)
    if chain.last.more and not _is_total(chain.last):
        after = _pages_told(len(chain.pages))
        return Reading(
            Judged.INCOMPLETE, f"{chain.last.more_by or 'the answer'} announced more after {after}"
        )
    return _by_sizes(chain, endpoint)


def _short_of_total(chain: Chain, total: int, end: str) -> Reading:
    """Fewer records than the API states; where its pages ended all the same, a total may count otherwise."""
    told = f"API total {total:,}, {chain.records:,} read"
    announced = chain.last.more and not _is_total(chain.last)
    replaced = _replaced(chain)
    if replaced:
        return Reading(Judged.INCOMPLETE, f"{told}: {replaced}", by_total=True)
    if skips(chain):
        return Reading(Judged.INCOMPLETE, f"{told}: pages were left out", by_total=True)
    if len(chain.different) < len(chain.pages):
        return Reading(Judged.INCOMPLETE, f"{told}: a page came twice", by_total=True)
    if end or (not announced and len(chain.pages) == 1 and not _may_be_full(chain.last)):
        return Reading(Judged.NOT_PROVABLE, f"{told}, though {end or 'the page was not full'}")
    return Reading(Judged.INCOMPLETE, told, by_total=True)


def _replaced(chain: Chain) -> str:
    """Which page came in place of another, in words; empty where none did."""
    found = in_place_of(chain)
    return f"page {found[0]:,} brought the records of page {found[1]:,} again" if found else ""


def _end(chain: Chain) -> str:
    """What proves that a list ended, in words; empty where nothing does."""
    last, pages = chain.last, len(chain.pages)
    if last.more is False and not _is_total(last):
        return f"{last.more_by or 'the last page'} ended after {_pages_told(pages)}"
    before = chain.pages[:-1]
    if before and last.more is None and all(page.more and not _is_total(page) for page in before):
        return f"{before[-1].more_by or 'what announced more'} ended after {_pages_told(pages)}"
    if chain.past_end:
        return f"there is no page after {_pages_told(pages)}"
    if last.records == 0 and pages > 1:
        return "an empty page ended it"
    if last.records == 0:
        return "the API has no records there"
    full = max(page.records or 0 for page in chain.pages)
    if pages > 1 and chain.sure and not last.more and (last.records or 0) < full:
        return f"the last page was not full ({last.records:,} of {full:,})"
    return ""


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"


def _by_sizes(chain: Chain, endpoint: Endpoint) -> Reading:
    """Nothing was announced: the sizes of the pages, and what a look at the API told, have to do."""
    last, paging = chain.last, endpoint.paging
    size = last.records or 0
    if len(chain.pages) > 1:
        return _full_pages(chain)
    if paging.proven and paging.kind is PagingKind.NONE:
        return Reading(Judged.COMPLETE, f"one answer holds everything ({_records(size)})")
    if paging.proven and paging.page_size and size >= paging.page_size:
        return Reading(Judged.INCOMPLETE, f"the API has pages ({paging.kind.value}), and one was read")
    if last.page_size is not None and size < last.page_size and not _round(size):
        return Reading(Judged.COMPLETE, f"{size:,} records, fewer than the {last.page_size:,} asked for")
    if _may_be_full(last):
        told = (
            f"{size:,} rows are the page limit" if size == last.page_size else f"{size:,} may be a full page"
        )
        return Reading(Judged.NOT_PROVABLE, f"paging unknown: {told}")
    return Reading(Judged.COMPLETE, f"one answer of {size:,} records, no sign of more" if size != 1 else _ONE)


_ONE = "one answer, one record"


def _full_pages(chain: Chain) -> Reading:
    """Several pages, the last of them not smaller: whoever stops there does not know that it was the last."""
    sizes = {page.records for page in chain.pages}
    asked = chain.last.page_size
    other_size = len(sizes) > 1 or (asked is not None and asked not in sizes)
    if len(chain.different) < len(chain.pages) and chain.sure:
        return Reading(
            Judged.INCOMPLETE, "the same page came for several, and nothing says that it was the last"
        )
    if not chain.sure or other_size or not _may_be_full(chain.last):
        return Reading(Judged.NOT_PROVABLE, "nothing says that its last page was the last")
    told = (
        f"all {len(chain.pages):,} pages were full ({chain.last.records:,}), and no further one was asked for"
    )
    return Reading(Judged.INCOMPLETE, told)


def _may_be_full(page: Exchange) -> bool:
    """Whether a page may be a full one: as large as was asked for, or of a size that people choose."""
    size = page.records or 0
    return size == page.page_size or _round(size)


def _round(number: int) -> bool:
    """Whether people choose such sizes for pages."""
    return number in _SIZES or (number >= 100 and number % 50 == 0) or number.bit_count() == 1 and number > 4


_SIZES = frozenset({5, 10, 12, 15, 20, 24, 25, 30, 36, 40, 48, 50, 60, 80, 96})


def _is_total(page: Exchange) -> bool:
    """Whether a total alone says if there is more: it is compared with all pages, not with one."""
    return page.total is not None and "total" in page.more_by.lower() and "page" not in page.more_by.lower()


def _pages_told(number: int) -> str:
    return f"{number:,} page{'' if number == 1 else 's'}"
