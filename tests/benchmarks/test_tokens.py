"""What the benchmark of tokens runs still loads what it should: every record, at once or after a repair."""

from __future__ import annotations

from benchmarks.local_api import weather_in_pages
from benchmarks.tokens import BUG, BY_NUMBER, ONE_REPAIR, SCRIPT, sent
from pilot.model.budget import estimate_tokens


def test_a_repaired_run_over_pages_stays_within_its_tokens() -> None:
    right = {"selector": "results", "paginator": BY_NUMBER}
    counted = sent(weather_in_pages, [BUG, SCRIPT], right, estimate_tokens)
    assert len(counted.beyond) == 2
    assert 0 < sum(counted.beyond) <= ONE_REPAIR
