"""Pipelines with nothing wrong: whatever pilot finds in them is a false alarm."""

from __future__ import annotations

from benchmarks.faults.answers import healthy
from benchmarks.faults.case import Case
from benchmarks.faults.scripts import rest_api

HEALTHY: tuple[Case, ...] = (Case("healthy/rest_api", rest_api(), routes=healthy, rows={"people": 25}),)
