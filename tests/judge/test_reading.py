"""Whether a feed was read to its end: each rule with what it finds, and with what looks like it."""

from __future__ import annotations

from typing import Any

import pytest

from pilot.api.profile import Endpoint, Paging, PagingKind
from pilot.judge.feeds import feeds_of
from pilot.judge.reading import read
from pilot.run.traffic import Exchange
from tests.judge.ledgers import failed, got, pages

_NEXT: dict[str, Any] = {"more": True, "more_by": "next"}


def told(traffic: list[Exchange], endpoint: Endpoint | None = None) -> tuple[str, str]:
    (feed,) = feeds_of(traffic)
    reading = read(feed, endpoint)
    return reading.judged.value, reading.reason


def repeating(*signs: str, **more: Any) -> list[Exchange]:
    """Pages by number whose records are told by a sign, and then one that ends the list."""
    told = [got(f"/people?page={n}", at=n, edges=sign, **_NEXT, **more) for n, sign in enumerate(signs, 1)]
    end = {**_NEXT, "more": False, "at": 99, "edges": "end", **more}
    return [*told, got(f"/people?page={len(signs) + 1}", 4, **end)]


def test_a_page_that_came_in_place_of_another_leaves_a_gap() -> None:
    gap = ("incomplete", "page 4 brought the records of page 2 again")
    assert told(repeating("a", "b", "c", "b", "d")) == gap
    assert told(repeating("a", "b", "c", "b", "d", total=54)) == (
        "incomplete", "API total 54, 44 read: page 4 brought the records of page 2 again",
    )  # fmt: skip
    last = [
        *pages(3, more=None),
        got("/people?page=4", at=4, edges="z"),
        got("/people?page=5", at=5, edges="z"),
    ]
    assert told([*last, got("/people?page=6", 0, at=6)]) == ("complete", "an empty page ended it")
    assert told(repeating("a", "a", "b", "c"))[0] == "complete"


@pytest.mark.parametrize(
    ("traffic", "reason"),
    [
        (pages(3, last=5, total=25), "API total 25 = 25 records"),
        (pages(2, total=20), "API total 20 = 20 records"),
        (
            [*pages(2, **_NEXT), got("/people?page=3", at=3, more=False, more_by="next")],
            "next ended after 3 pages",
        ),
        ([*pages(2, **_NEXT), got("/people?page=3", at=3)], "next ended after 3 pages"),
        (pages(3, last=4), "the last page was not full (4 of 10)"),
        (pages(3, last=0), "an empty page ended it"),
        ([*pages(2), failed("/people?page=3", 404, at=3)], "there is no page after 2 pages"),
        ([got("/people", 0)], "the API has no records there"),
        ([got("/people", 37)], "one answer of 37 records, no sign of more"),
        ([got("/people", 1)], "one answer, one record"),
        ([got("/people?limit=100", 75, page_size=100)], "75 records, fewer than the 100 asked for"),
        ([got(f"/people/{n}/orders", 3, total=3) for n in range(100, 104)], "API totals 12 = 12 records"),
        ([got(f"/people/{n}/orders", 3) for n in range(100, 104)], "all 4 lists were read to their ends"),
    ],
)
def test_an_end_that_was_seen_is_proof(traffic: list[Exchange], reason: str) -> None:
    assert told(traffic) == ("complete", reason)


@pytest.mark.parametrize(
    ("traffic", "reason"),
    [
        ([got("/people", 10, total=25)], "API total 25, 10 read"),
        (pages(2, total=25, more=True, more_by="total"), "API total 25, 20 read"),
        ([got("/people", more=True, more_by="Link")], "Link announced more after 1 page"),
        (pages(3, page_size=10), "all 3 pages were full (10), and no further one was asked for"),
        (pages(3, total=25, last=5, digest="same"), "API total 25, 10 read: a page came twice"),
        ([failed("/people", 503)], "its request failed (503)"),
        ([*pages(2), failed("/people?page=9", 500, at=9)], "1 of 3 requests failed (500)"),
        ([failed("/people", None, error="ReadTimeout")], "its request failed (ReadTimeout)"),
    ],
)
def test_what_is_missing_for_certain_is_incomplete(traffic: list[Exchange], reason: str) -> None:
    assert told(traffic) == ("incomplete", reason)


@pytest.mark.parametrize(
    "traffic",
    [
        [got("/people", 100)],
        [got("/people?limit=100", 100, page_size=100)],
        [got("/people?status=open", 7, total=500)],
        [
            *pages(2, total=10_000, **_NEXT),
            got("/people?page=3", 5, at=3, total=10_000, more=False, more_by="next"),
        ],
        [got(f"/people?day={day}", 24) for day in (1, 2, 3)],
        [got(f"/people/{n}/orders", 3) for n in range(100, 107)] + [failed("/people/99/orders", 404, at=9)],
        [got("/people.csv", None)],
    ],
)
def test_what_neither_is_proven_nor_disproven_is_said_and_not_alarmed(traffic: list[Exchange]) -> None:
    assert told(traffic)[0] == "not provable"


def test_offsets_that_step_too_far_leave_records_out_though_the_pages_ended() -> None:
    traffic = [got(f"/people?offset={n}&limit=5", 5, total=25, at=float(n)) for n in (0, 10, 20)]
    assert told([*traffic, got("/people?offset=30&limit=5", 0, total=25, at=30)]) == (
        "incomplete",
        "API total 25, 15 read: pages were left out",
    )


def test_what_lies_before_the_first_request_is_missing_too() -> None:
    late = [got(f"/people?page={n}", size, total=25, at=float(n)) for n, size in ((2, 10), (3, 5), (4, 0))]
    assert told(late)[0] == "incomplete"
    first = [got(f"/people?page={n}", size, total=30, at=float(n)) for n, size in ((1, 10), (2, 10), (3, 5))]
    assert told(first) == (
        "not provable",
        "API total 30, 25 read, though the last page was not full (5 of 10)",
    )


def test_a_look_at_the_api_decides_where_the_ledger_can_not() -> None:
    paged = Endpoint("people", "people", paging=Paging(PagingKind.PAGE_NUMBER, proven=True, page_size=20))
    single = Endpoint("people", "people", paging=Paging(PagingKind.NONE, proven=True))
    assert told([got("/people", 20)], paged) == (
        "incomplete",
        "the API has pages (page_number), and one was read",
    )
    assert told([got("/people", 20)], single) == ("complete", "one answer holds everything (20 records)")
