"""The contract of a step: one unit of work with a title, `run()` and an outcome."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from pilot.facts import Facts
from pilot.finding import Finding
from pilot.run.result import RunResult
from pilot.screen import Block

if TYPE_CHECKING:
    from pilot.judge.evidence import Evidence
    from pilot.kit import Kit
    from pilot.session.session import Session


class Status(str, Enum):
    """How a step's run ended, as the step sees it."""

    DONE = "done"
    SKIPPED = "skipped"
    """There was nothing to do."""
    FAILED = "failed"
    """Something is wrong; a validator, or `Outcome.findings`, says what."""


@dataclass(frozen=True)
class Outcome:
    """What a step's run gave."""

    status: Status = Status.DONE
    says: str = ""
    """The result in one line, for the cell."""
    learned: Facts = field(default_factory=Facts)
    shows: tuple[Block, ...] = ()
    run: RunResult | None = None
    """The run of the script, for validators."""
    findings: tuple[Finding, ...] = ()
    """What the step itself found wrong."""
    script: str | None = None
    """The script's text as the step saw it, for validators."""
    evidence: Evidence | None = None
    """What a load is judged by, for validators."""


class Step(ABC):
    """One move. A subclass lives in a file of its own, named after it, and holds no state."""

    title: ClassVar[str]
    """What the person sees while it runs: `Check API`."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Facts that must be known before it can run. A later step that gives one is run first."""
    gives: ClassVar[tuple[str, ...]] = ()
    """Facts that are known once it is done."""

    @abstractmethod
    def run(self, session: Session, kit: Kit) -> Outcome:
        """Do it. Raises PilotError when it can't; changes nothing in the session."""
