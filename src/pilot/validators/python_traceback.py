"""The script runs without a traceback, and ends with exit code 0."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.finding import Finding
from pilot.run.failure import classify
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator


class PythonTracebackValidator(Validator):
    """A run of the script must not end in a traceback, a failing exit code or the time limit."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """The failure of the outcome's run, classified."""
        finding = None if outcome.run is None else classify(outcome.run)
        return () if finding is None else (finding,)
