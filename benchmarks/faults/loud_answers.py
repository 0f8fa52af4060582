"""Faults that end a run because of what the API answers, or does not."""

from __future__ import annotations

from benchmarks.faults.case import Case
from benchmarks.faults.healthy import REST_API
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply

LOUD_ANSWERS: tuple[Case, ...] = (
    Case(
        "loud/not_found",
        REST_API,
        (FindingKind.NOT_FOUND,),
        Remedy.REPAIR,
        lambda: {"/v1/people": lambda _: Reply(404, {"message": "no such thing"})},
    ),
)
