"""The cell: the record of one step's execution."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from pilot.finding import Finding
from pilot.screen import Block
from pilot.writers.writer import Usage


class CellState(str, Enum):
    """Where a cell stands."""

    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    DECLINED = "declined"
    INTERRUPTED = "interrupted"
    UNDONE = "undone"
    """Taken back by the person, or made stale by going back to an earlier step."""

    @property
    def finished(self) -> bool:
        """Whether the step need not run again."""
        return self in (CellState.DONE, CellState.SKIPPED)


@dataclass(frozen=True)
class FileChange:
    """One file that a cell changed; contents are in the session's store, by hash. None: no such file."""

    path: str
    """Relative to the project."""
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Cell:
    """One step's execution. Written when it begins and again when it ends."""

    id: int
    step: str
    """The step's name in the catalogue: `check_api`."""
    title: str
    policy: str = ""
    position: int = -1
    """Which entry of the policy it runs; -1 for a cell outside a policy (a repair, a request)."""
    parent: int | None = None
    state: CellState = CellState.RUNNING
    started: float = 0.0
    """Seconds since the epoch."""
    seconds: float = 0.0
    attempts: int = 1
    repairs: int = 0
    input: str = ""
    """What the person said, where the cell began with words."""
    says: str = ""
    """The result in one line."""
    shown: tuple[Block, ...] = ()
    failure: Finding | None = None
    usage: Usage = field(default_factory=Usage)
    changes: tuple[FileChange, ...] = ()
