"""The contract of a writer, and what it gets and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from pilot.api.profile import ApiProfile
from pilot.finding import Finding
from pilot.names import ProjectNames
from pilot.run.traffic import Exchange
from pilot.warehouse.tables import TableInfo


@dataclass(frozen=True)
class Tried:
    """One remedy that was tried, and what came of it."""

    what: str
    """`Repair code: 41 lines`."""
    change: str = ""
    """The lines that it took out of the script (`-`) and put in (`+`)."""
    states: tuple[str, ...] = ()
    """The fingerprints of the script before and after it, where it changed something."""
    came: str = ""
    """What was found afterwards, or why it was put back."""


@dataclass(frozen=True)
class Brief:
    """What a writer gets: the person's words, what was seen of the API, the names, the file as it is."""

    goal: str
    """Which API to load, in the person's words."""
    names: ProjectNames
    profile: ApiProfile = field(default_factory=ApiProfile)
    script: str | None = None
    """The script as it is now; None before the first draft."""
    answers: tuple[tuple[str, str], ...] = ()
    """Questions that the writer asked, with the person's answers."""
    wishes: tuple[str, ...] = ()
    """What the person wants different about the last draft, in words, oldest first."""
    preview_removed: bool = False
    """The script has loaded before (or is about to): a preview must not come back."""
    tried: tuple[Tried, ...] = ()
    """In a repair: what was tried before, oldest first."""
    traffic: tuple[Exchange, ...] = ()
    """In a repair: what the failed run sent and got."""


@dataclass(frozen=True)
class Draft:
    """A whole file that a writer proposes, before consent."""

    text: str
    plan: str = ""
    """What the writer says it did: a few lines of prose for the person."""


@dataclass(frozen=True)
class Inquiry:
    """The writer can't go on without an answer from the person."""

    question: str


@dataclass(frozen=True)
class Unchanged:
    """The script is as the person asks already."""

    says: str = ""
    """Why, in the writer's words."""


@dataclass(frozen=True)
class SqlDraft:
    """One query that a writer proposes."""

    sql: str
    says: str = ""
    """What it answers, in one line."""


@dataclass(frozen=True)
class SqlAttempt:
    """A query that failed, and how."""

    sql: str
    error: str


@dataclass(frozen=True)
class Usage:
    """What a model was asked for, added up."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    spent: float = 0.0
    """US dollars, for the requests whose price is known."""
    unpriced: int = 0
    """Requests whose price is not known."""

    @property
    def tokens(self) -> int:
        """Sent and received."""
        return self.input_tokens + self.output_tokens

    @property
    def cost(self) -> float | None:
        """US dollars in all; None where a part of it is not known."""
        return None if self.unpriced else max(0.0, round(self.spent, 9))

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.spent + other.spent,
            self.unpriced + other.unpriced,
        )

    def __sub__(self, other: Usage) -> Usage:
        return Usage(
            self.requests - other.requests,
            self.input_tokens - other.input_tokens,
            self.output_tokens - other.output_tokens,
            self.spent - other.spent,
            self.unpriced - other.unpriced,
        )


Reply: TypeAlias = "Draft | Inquiry | Unchanged"


class Writer(Protocol):
    """Writes, repairs and refines scripts, and writes queries. Nothing else knows if a model is behind it.

    Every method raises StepFailed with kind `beyond_writer` when the request is beyond this writer,
    and with kind `writer_failed` when its model can't be used.
    """

    @property
    def usage(self) -> Usage:
        """Everything asked of a model so far."""

    def write(self, brief: Brief) -> Reply:
        """A first script for the goal."""

    def repair(self, brief: Brief, finding: Finding) -> Reply:
        """The script in the brief, changed so that the finding goes away."""

    def refine(self, brief: Brief, request: str) -> Reply:
        """The script in the brief, changed as the person asks; Unchanged where it is so already."""

    def query(
        self, tables: Sequence[TableInfo], request: str | None = None, failed: Sequence[SqlAttempt] = ()
    ) -> SqlDraft:
        """One query worth asking of these tables, or the one that answers the request."""
