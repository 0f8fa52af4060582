"""Killed at any moment, again and again, and resumed: it ends as if nobody had disturbed it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.kills import disturbed, undisturbed

_SHARES = ((0.1, 0.3, 0.3, 0.2), (0.2, 0.4, 0.2, 0.2))
"""After which share of a whole journey's time each process is killed."""


def test_a_journey_that_is_killed_again_and_again_ends_like_a_calm_one(tmp_path: Path) -> None:
    expected, seconds = undisturbed(tmp_path / "calm")
    kills = [
        disturbed(tmp_path / str(number), expected, [share * seconds for share in shares])
        for number, shares in enumerate(_SHARES)
    ]
    assert sum(kills) >= 4
