"""All pipelines of the benchmark."""

from __future__ import annotations

from benchmarks.faults.case import Case
from benchmarks.faults.healthy import HEALTHY
from benchmarks.faults.loud_answers import LOUD_ANSWERS
from benchmarks.faults.loud_code import LOUD_CODE
from benchmarks.faults.loud_destination import LOUD_DESTINATION

CASES: tuple[Case, ...] = (*LOUD_ANSWERS, *LOUD_CODE, *LOUD_DESTINATION, *HEALTHY)
