"""Paging without end, told from the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pilot.finding import FindingKind
from pilot.run.endless import SURE, in_vain, loop_in
from pilot.run.failure import classify
from pilot.run.result import Ending, RunMode, RunResult
from pilot.run.traffic import Exchange

URL = "https://api.example.com/v1/people"


def page(number: int, body: str, records: int | None = 10, resource: str = "", status: int = 200) -> Exchange:
    url = f"{URL}?page={number}"
    edges = body if (records or 0) > 1 else ""
    return Exchange("GET", url, status, records=records, digest=body, resource=resource, edges=edges)


def ended(traffic: Sequence[Exchange]) -> RunResult:
    return RunResult(RunMode.LOAD, Ending.TIME_LIMIT, -9, 60.0, "", "", traffic=tuple(traffic))


def goes_on(traffic: Sequence[Exchange]) -> bool:
    def different(count: int) -> int:
        return len({exchange.digest for exchange in traffic[-count:]})

    return in_vain(different, lambda count: traffic[-count:])


def test_the_last_page_again_and_again_is_a_loop() -> None:
    finding = classify(ended([page(n, f"body {min(n, 3)}") for n in range(1, 20)]))
    assert finding is not None and finding.kind is FindingKind.ENDLESS_PAGING
    assert "other pages are asked for again and again" in finding.says
    longer = classify(ended([page(n, f"body {min(n, 3)}") for n in range(1, 900)]))
    assert finding.same_as(longer)


def test_the_same_request_again_and_again_is_a_loop() -> None:
    finding = classify(ended([page(1, "body")] * 9))
    assert finding is not None and "the same request is made again and again" in finding.says


def test_two_pages_in_turn_are_a_loop() -> None:
    assert loop_in([page(n, f"body {n % 2}") for n in range(12)]) is not None


def test_a_long_load_that_gets_on_is_none() -> None:
    assert loop_in([page(n, f"body {n}") for n in range(2000)]) is None
    finding = classify(ended([page(n, f"body {n}") for n in range(2000)]))
    assert finding is not None and finding.kind is FindingKind.TIME_LIMIT


def test_retries_and_empty_pages_are_none() -> None:
    assert loop_in([page(1, "busy", status=503)] * 30) is None
    assert loop_in([page(n, "empty", records=0) for n in range(30)]) is None


def test_a_status_that_is_asked_for_stops_no_run_that_goes_on() -> None:
    assert not goes_on([page(1, "pending", records=1)] * 900)
    assert goes_on([page(1, "full", records=10)] * 900)


def test_equal_lists_of_many_parents_are_no_loop() -> None:
    rooms = [
        Exchange("GET", f"{URL}?room={n}", 200, records=2, digest="same", edges="same") for n in range(900)
    ]
    assert not goes_on(rooms)
    assert loop_in(rooms) is None


def test_two_resources_that_go_round_at_once_are_stopped() -> None:
    turns = [page(n, f"body {n % 2}", resource=f"r{n % 2}") for n in range(900)]
    assert goes_on(turns)


@given(st.lists(st.sampled_from("abcdef"), max_size=60))
def test_a_loop_is_as_many_answers_as_came_after_the_last_new_one(bodies: list[str]) -> None:
    loop = loop_in([page(n, body) for n, body in enumerate(bodies)])
    new = [n for n, body in enumerate(bodies) if body not in bodies[:n]]
    stale = len(bodies) - 1 - new[-1] if new else 0
    assert (loop.answers if loop else 0) == (stale if stale >= SURE else 0)


def test_empty_pages_beyond_the_last_one_are_a_loop_whatever_else_they_hold() -> None:
    read = [page(n, f"body {n}") for n in range(1, 5)]
    beyond = [page(n, f"page {n} of 4", records=0) for n in range(5, 260)]
    assert goes_on([*read, *beyond])
    finding = classify(ended([*read, *beyond]))
    assert finding is not None and finding.kind is FindingKind.ENDLESS_PAGING
    assert "answers with empty ones" in finding.says
    assert finding.same_as(classify(ended([*read, *beyond, *beyond])))


def test_gaps_and_the_empty_answers_of_others_are_none() -> None:
    gaps = [page(n, f"body {n}", records=0 if n % 10 else 3) for n in range(900)]
    assert not goes_on(gaps) and loop_in(gaps) is None
    days = [
        Exchange("GET", f"{URL}?day={n}", 200, records=0, digest=f"day {n}", resource="people")
        for n in range(900)
    ]
    assert not goes_on(days) and loop_in(days) is None
    assert not goes_on([page(1, "waiting", records=0)] * 900), "a status that is asked for is no page"
