"""`python -m benchmarks.apis [NAME…]`: a table of pilot beside dlt's bare source, one line per API.

Ends with 1 when pilot loaded something wrong without saying so. `--no-dlt` leaves the comparison out.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.apis.case import Case  # noqa: E402
from benchmarks.apis.cases import CASES  # noqa: E402
from benchmarks.apis.score import COMPLETE, FAILED, SAID, WRONG, Score, score_dlt, score_pilot  # noqa: E402

_HEAD = f"{'API':<28} {'pilot':<9} {'probe':>5} {'all':>5} {'sec':>5}   {'dlt':<9} what was said"


def main() -> int:
    """Score every case that was named, or all."""
    compared = "--no-dlt" not in sys.argv
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    cases = [case for case in CASES if not named or any(name in case.name for name in named)]

    def score(case: Case) -> tuple[Case, Score, Score | None]:
        return case, score_pilot(case), score_dlt(case) if compared else None

    print(_HEAD)
    scores: list[tuple[Case, Score, Score | None]] = []
    with ThreadPoolExecutor(2) as pool:
        for case, own, bare in pool.map(score, cases):
            scores.append((case, own, bare))
            beside = bare.verdict if bare else ""
            print(
                f"{case.name:<28} {own.verdict:<9} {own.probes:>5} {own.requests:>5} {own.seconds:>5.1f}   "
                f"{beside:<9} {own.detail}",
                flush=True,
            )
    return _summed(scores)


def _summed(scores: list[tuple[Case, Score, Score | None]]) -> int:
    loadable = [(own, bare) for case, own, bare in scores if case.loadable]
    for name, some in (("pilot", [o for o, _ in loadable]), ("dlt", [b for _, b in loadable if b])):
        counts = {v: sum(1 for score in some if score.verdict == v) for v in (COMPLETE, SAID, FAILED, WRONG)}
        print(f"{name}: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if any(own.verdict == WRONG for _, own, _ in scores) else 0


if __name__ == "__main__":
    sys.exit(main())
