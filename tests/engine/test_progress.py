"""Which state of the script is better: how far its run got, and what it loaded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.engine.progress import Reached, Standing, reached
from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.result import Ending, RunMode, RunResult
from pilot.run.traffic import Exchange
from pilot.warehouse.tables import TableInfo

IN_ORDER = (
    FindingKind.SYNTAX_ERROR,
    FindingKind.IMPORT_MISSING,
    FindingKind.CONFIGURATION,
    FindingKind.NOT_FOUND,
    FindingKind.NO_RECORDS,
    FindingKind.SCHEMA_CONFLICT,
    FindingKind.INCOMPLETE,
)


def found(kind: FindingKind, remedy: Remedy = Remedy.REPAIR, **evidence: Json) -> Finding:
    return Finding(kind, f"it is {kind.value}", remedy, evidence)


def run(*statuses: int) -> RunResult:
    traffic = tuple(Exchange("GET", "http://127.0.0.1/a", status) for status in statuses)
    return RunResult(RunMode.CHECK, Ending.EXITED, 1, 1.0, "", "", traffic=traffic)


def loaded(*findings: Finding, **rows: int) -> Standing:
    return Standing.of(findings, None, [TableInfo("data", name, count) for name, count in rows.items()])


@given(st.sampled_from(IN_ORDER), st.sampled_from(IN_ORDER))
def test_a_failure_that_comes_earlier_in_a_run_is_worse(one: FindingKind, other: FindingKind) -> None:
    worse = Standing.of([found(one)]).worse_than(Standing.of([found(other)]))
    assert bool(worse) == (IN_ORDER.index(one) < IN_ORDER.index(other))
    assert worse in ("", found(one).says)


def test_nothing_wrong_is_the_best_there_is() -> None:
    assert reached(None) is Reached.COMPLETE
    assert not Standing.of([]).worse_than(Standing.of([found(FindingKind.INCOMPLETE)]))


@pytest.mark.parametrize(
    ("statuses", "step", "expected"),
    [
        ((), None, Reached.CONFIGURATION),
        ((404,), None, Reached.API),
        ((200,), None, Reached.RECORDS),
        ((200, 500), None, Reached.RECORDS),
        ((), "extract", Reached.RECORDS),
        ((200,), "normalize", Reached.LOAD),
    ],
)
def test_an_exception_in_the_script_counts_by_what_the_run_had_done(
    statuses: tuple[int, ...], step: str | None, expected: Reached
) -> None:
    assert reached(found(FindingKind.CODE_ERROR, dlt_step=step), run(*statuses)) is expected


def test_what_passes_by_itself_says_nothing_about_the_script() -> None:
    limited = Standing.of([found(FindingKind.RATE_LIMITED, Remedy.WAIT)])
    assert limited.reached is None
    assert not limited.worse_than(Standing.of([found(FindingKind.INCOMPLETE)]))


def test_fewer_rows_than_before_are_worse_even_when_nothing_is_found_any_more() -> None:
    before = loaded(found(FindingKind.INCOMPLETE), stations=50, other=3)
    assert loaded(stations=5, other=3).worse_than(before) == "stations holds 5 rows, where there were 50."
    assert loaded(stations=50).worse_than(before) == "other holds 0 rows, where there were 3."
    assert not loaded(stations=240, other=3).worse_than(before)


def test_a_few_rows_may_be_gone_from_the_api_itself() -> None:
    before = loaded(found(FindingKind.INCOMPLETE), events=10_000)
    assert not loaded(events=9_950).worse_than(before)
    assert loaded(events=9_800).worse_than(before)


def test_repeated_rows_may_go_but_not_one_of_the_different_ones() -> None:
    twice = found(FindingKind.DUPLICATES, table="items", distinct=20)
    before = loaded(twice, items=40, items__tags=80, other=7)
    assert not loaded(items=20, items__tags=40, other=7).worse_than(before)
    assert loaded(items=19, items__tags=40, other=7).worse_than(before)
    assert loaded(items=20, items__tags=40, other=6).worse_than(before)


def test_repeated_rows_in_two_tables_may_go_in_both() -> None:
    findings = [found(FindingKind.DUPLICATES, table=name) for name in ("a", "b")]
    assert not loaded(a=10, b=10).worse_than(loaded(*findings, a=20, b=20))
    assert loaded(a=0, b=10).worse_than(loaded(*findings, a=20, b=20))


def test_an_error_that_was_stored_as_a_row_may_go() -> None:
    before = loaded(found(FindingKind.ERROR_AS_DATA, table="items"), items=1)
    assert not loaded(items=0).worse_than(before)


def test_every_kind_of_finding_has_its_place_or_says_nothing_about_the_script() -> None:
    placed = {kind for kind in FindingKind if reached(found(kind)) is not None}
    assert {kind.name for kind in set(FindingKind) - placed} == {
        "RATE_LIMITED", "DESTINATION_LOCKED", "OUT_OF_SPACE", "QUERY_FAILED", "BUDGET_SPENT", "BEYOND_WRITER",
        "WRITER_FAILED", "INIT_FAILED", "INTERRUPTED", "ANSWER_MISSING", "USAGE", "DECLINED",
    }  # fmt: skip
