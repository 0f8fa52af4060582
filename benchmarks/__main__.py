"""Every fast benchmark in one table: `python -m benchmarks`. Exit code 1 when a target is missed."""

from __future__ import annotations

from benchmarks import evidence, fence, loop, probing, startup, tokens, whole_run
from benchmarks.measure import finish

if __name__ == "__main__":
    parts = (tokens, evidence, probing, startup, fence, whole_run, loop)
    finish([result for part in parts for result in part.results()])
