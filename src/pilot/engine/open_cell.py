"""A cell while it runs: what it has come to so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pilot.facts import Facts
from pilot.finding import Finding, FindingKind
from pilot.host import Host
from pilot.screen import Block
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
    told: tuple[Block, ...] = ()
    """What it shows, where that is on the screen before it ends."""

    def end(self, outcome: Outcome, finding: Finding | None) -> None:
        """Take over what an attempt came to."""
        state = CellState.SKIPPED if outcome.status is Status.SKIPPED else CellState.DONE
        self.cell = replace(self.cell, state=state, says=outcome.says, shown=outcome.shows, failure=None)
        self.learned = outcome.learned
        if finding is not None:
            self.fail(finding)

    def tell(self, host: Host) -> None:
        """Show what it came to before the person is asked about it."""
        if host.interactive and self.cell.shown != self.told:
            host.show(*self.cell.shown)
            self.told = self.cell.shown

    @property
    def closing(self) -> Cell:
        """The cell as it is shown at its end: without what is on the screen already."""
        return replace(self.cell, shown=()) if self.told == self.cell.shown else self.cell

    def fail(self, finding: Finding) -> None:
        """It failed, whatever the attempt itself came to."""
        state = _STATES.get(finding.kind, CellState.FAILED)
        self.cell = replace(self.cell, state=state, says=finding.says, failure=finding)
