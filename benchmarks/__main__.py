"""Every fast benchmark in one table: `python -m benchmarks`. Exit code 1 when a target is missed."""

from __future__ import annotations

from benchmarks import startup, tokens, whole_run
from benchmarks.measure import finish

if __name__ == "__main__":
    finish([*tokens.results(), *startup.results(), *whole_run.results()])
