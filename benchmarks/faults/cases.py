"""All pipelines of the benchmark."""

from __future__ import annotations

from benchmarks.faults.case import Case
from benchmarks.faults.healthy import HEALTHY
from benchmarks.faults.loud_answers import LOUD_ANSWERS

CASES: tuple[Case, ...] = (*LOUD_ANSWERS, *HEALTHY)
