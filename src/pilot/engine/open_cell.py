"""A cell while it runs: what it has come to so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pilot.facts import Facts
from pilot.finding import Finding, FindingKind
from pilot.session.cell import Cell, CellState
from pilot.step import Outcome, Status

_STATES = {
    FindingKind.INTERRUPTED: CellState.INTERRUPTED,
    FindingKind.DECLINED: CellState.DECLINED,
}


@dataclass
class OpenCell:
    """A cell that runs now, and what it came to so far."""

    cell: Cell
    learned: Facts = field(default_factory=Facts)

    def end(self, outcome: Outcome, finding: Finding | None) -> None:
        """Take over what an attempt came to."""
        state = CellState.SKIPPED if outcome.status is Status.SKIPPED else CellState.DONE
        self.cell = replace(self.cell, state=state, says=outcome.says, shown=outcome.shows, failure=None)
        self.learned = outcome.learned
        if finding is not None:
            self.fail(finding)

    def fail(self, finding: Finding) -> None:
        """It failed, whatever the attempt itself came to."""
        state = _STATES.get(finding.kind, CellState.FAILED)
        self.cell = replace(self.cell, state=state, says=finding.says, failure=finding)
