"""A sample of the benchmark of faults: the whole of it is `python -m benchmarks.faults`."""

from __future__ import annotations

import pytest

from benchmarks.faults.cases import CASES
from benchmarks.faults.play import play
from pilot.finding import FindingKind

SAMPLE = ("answer/status_not_looked_at", "config/paginator_key", "endless/no_page_number", "healthy/rest_api")


@pytest.mark.parametrize("case", [case for case in CASES if case.name in SAMPLE], ids=lambda case: case.name)
def test_it_is_judged_rightly(case: object) -> None:
    chosen = next(one for one in CASES if one is case)
    score = play(chosen)
    assert score.well, score.told


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    faults = [case for case in CASES if not case.healthy]
    assert len(faults) >= 40
    assert len(CASES) - len(faults) >= 20
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_kind_that_a_run_or_a_load_can_end_with_is_played() -> None:
    kinds = [*FindingKind]
    last = kinds.index(FindingKind.UNSTABLE_COUNTS)
    played = {kind for case in CASES for kind in case.expects}
    assert [kind for kind in kinds[: last + 1] if kind not in played | NOT_PLAYED] == []


NOT_PLAYED = {FindingKind.DESTINATION}
"""It is what is left where none of the destination's own kinds fits."""
