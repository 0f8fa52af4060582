"""Every fast benchmark in one table: `python -m benchmarks`. Exit code 1 when a target is missed."""

from __future__ import annotations

from benchmarks import probing, startup, tokens, whole_run
from benchmarks.measure import finish

if __name__ == "__main__":
    finish([*tokens.results(), *probing.results(), *startup.results(), *whole_run.results()])
