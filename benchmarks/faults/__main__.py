"""`python -m benchmarks.faults [NAME…]`: a line per pipeline, the totals, and exit code 1 below the aim."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.faults.cases import CASES  # noqa: E402
from benchmarks.faults.play import Score, play  # noqa: E402

_HEAD = f"{'pipeline':<34} {'found':<22} {'kind':<5} {'remedy':<8} {'sec':>5}  what was said"


def main() -> int:
    """Play every case that was named, or all."""
    named = sys.argv[1:]
    cases = [case for case in CASES if not named or any(name in case.name for name in named)]
    print(_HEAD)
    scores: list[Score] = []
    with ThreadPoolExecutor(2) as pool:
        for score in pool.map(play, cases):
            scores.append(score)
            print(_line(score), flush=True)
    return _summed(scores)


def _line(score: Score) -> str:
    told = score.told
    kind = remedy = ""
    if not score.case.healthy:
        kind, remedy = _mark(score.right_kind), _mark(score.right_remedy)
    elif not score.well:
        kind = "FALSE"
    found = told.kinds[0] if told.kinds else "-"
    says = (score.healed.says if score.healed and not score.right_remedy else told.says) or (
        "" if score.well else f"rows: {dict(told.rows)}"
    )
    return f"{score.case.name:<34} {found:<22} {kind:<5} {remedy:<8} {score.seconds:>5.1f}  {says[:160]}"


def _mark(good: bool) -> str:
    return "yes" if good else "NO"


def _summed(scores: Sequence[Score]) -> int:
    faults = [score for score in scores if not score.case.healthy]
    healthy = [score for score in scores if score.case.healthy]
    figures = {
        "detected": sum(score.detected for score in faults),
        "right kind": sum(score.right_kind for score in faults),
        "right remedy": sum(score.right_remedy for score in faults),
    }
    print(", ".join(f"{name} {count} of {len(faults)}" for name, count in figures.items()), end="; ")
    print(f"false alarms {sum(not score.well for score in healthy)} of {len(healthy)}")
    missed = [score.case.name for score in scores if not score.well]
    if missed:
        print(f"below the aim: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
