"""The cell: the record of one step's execution."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from pilot.facts import Facts
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
    """Taken back by the person: its files are as they were before it."""
    STALE = "stale"
    """Something before it is done anew, so it will be too; what it changed is still there."""

    @property
    def finished(self) -> bool:
        """Whether the step need not run again."""
        return self in (CellState.DONE, CellState.SKIPPED)

    @property
    def past(self) -> bool:
        """Whether it no longer counts for where the policy stands."""
        return self in (CellState.UNDONE, CellState.STALE)


COMING = "coming"
"""Stands for the hash of a file that a program is about to make."""


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
    tried: tuple[str, ...] = ()
    """What was tried against the failure, a line each."""
    kept: str = ""
    """Which state of the script the repairs left."""
    usage: Usage = field(default_factory=Usage)
    changes: tuple[FileChange, ...] = ()


@dataclass(frozen=True)
class DatabaseMove:
    """A database file that went back to a copy of it."""

    path: str
    """Relative to the project."""
    copy: str | None
    """The copy, in the folder of copies; None: there was no database then."""
    aside: str
    """Where the database is kept that was there before the undo, in the folder of copies."""


@dataclass(frozen=True)
class Undone:
    """What an undo took back, so that it can be given again."""

    unit: int
    """The cell that was taken back as one with what came after it."""
    cells: tuple[tuple[int, CellState], ...]
    """Every cell of it, with the state that it had."""
    files: tuple[FileChange, ...]
    """What the files went back from (`after`) and to (`before`)."""
    facts: Facts = field(default_factory=Facts)
    """What was known."""
    database: DatabaseMove | None = None
