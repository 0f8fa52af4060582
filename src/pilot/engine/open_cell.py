"""A cell while it runs: recorded when it begins and when it ends, and what it has come to so far."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pilot.errors import (
    AnswerMissing,
    Declined,
    Interrupted,
    NothingToChange,
    PilotError,
    Replan,
    StartPolicy,
    Tangent,
)
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind
from pilot.host import Host
from pilot.kit import Kit
from pilot.screen import Block, Line
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.step import Outcome, Status

AS_ASKED = "nothing is to change"
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


@contextmanager
def opened(session: Session, kit: Kit, blank: Cell, reason: Finding | None) -> Iterator[OpenCell]:
    """A cell while it runs: recorded when it begins and, whatever happens, when it ends."""
    own = OpenCell(session.begin(blank))
    outer, session.reason = session.reason, reason
    asked, counted = kit.writers.usage, session.usage
    begun = time.monotonic() - kit.host.waited
    kit.host.open_cell(own.cell)
    try:
        yield own
    except BaseException as error:
        own.end(*_ending_of(error))
        if isinstance(error, (Replan, Tangent, StartPolicy)):
            state = CellState.DONE if isinstance(error, StartPolicy) else _left(session, own.cell)
            own.cell = replace(own.cell, state=state, says="", failure=None)
        raise
    finally:
        usage = (kit.writers.usage - asked) - (session.usage - counted)
        own.cell = replace(own.cell, seconds=time.monotonic() - kit.host.waited - begun, usage=usage)
        own.cell = session.finish(own.cell, own.learned)
        session.reason = outer
        kit.host.close_cell(own.closing)


def _left(session: Session, cell: Cell) -> CellState:
    """The state of a cell that was left for another; what one has changed is gone on with."""
    part = any(other.policy for other in session.children(cell.id))
    below = (other for other in session.below(cell.id) if other.state is not CellState.UNDONE)
    kept = part and any(other.changes for other in below)
    return CellState.INTERRUPTED if kept else CellState.UNDONE


def _ending_of(error: BaseException) -> tuple[Outcome, Finding | None]:
    """What a cell came to that something ended from within."""
    if isinstance(error, NothingToChange):
        return Outcome(Status.SKIPPED, AS_ASKED, shows=(Line(error.words),) if error.words else ()), None
    return Outcome(Status.FAILED), _finding_of(error)


def _finding_of(error: BaseException) -> Finding:
    """What ended a cell from outside: a refusal, the person leaving, or a defect."""
    if isinstance(error, Declined):
        return Finding(FindingKind.DECLINED, error.message, hint=error.hint)
    if isinstance(error, (AnswerMissing, Interrupted, KeyboardInterrupt)):
        return Finding(FindingKind.INTERRUPTED, "stopped")
    if isinstance(error, PilotError):
        return Finding(FindingKind.FAILED, error.message, hint=error.hint)
    return Finding(FindingKind.FAILED, f"{type(error).__name__}: {error}")
