"""For the tests of steps, validators and policies: a host and a writer that follow a script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pilot.errors import AnswerMissing, EndOfInput, StepFailed
from pilot.finding import Finding, FindingKind
from pilot.host import Progress, Question
from pilot.hosts.answers import complaint, meant
from pilot.screen import Block, Line
from pilot.session.cell import Cell
from pilot.warehouse.tables import TableInfo
from pilot.writers.writer import Brief, Draft, Inquiry, Reply, SqlAttempt, SqlDraft, Unchanged, Usage


@dataclass
class Working:
    """What was told while something ran."""

    says: list[str]
    text: str = ""

    def say(self, text: str) -> None:
        """Note the line."""
        self.says.append(text)

    def write(self, text: str) -> None:
        """Note the text."""
        self.text += text


class ScriptedHost:
    """A person who gives these answers, in order, and then leaves. Everything shown is kept as data.

    Answers are judged like typed ones: "" takes the default, and what answers nothing is an AssertionError.
    `edits` are the texts that come back from the editor; without one left the text stays as it is.
    """

    def __init__(
        self, answers: Sequence[str] = (), edits: Sequence[str] = (), *, interactive: bool = True
    ) -> None:
        self.interactive = interactive
        self.waited = 0.0
        self.shown: list[Block] = []
        self.asked: list[Question] = []
        self.opened: list[Cell] = []
        self.closed: list[Cell] = []
        self.worked: list[Working] = []
        self._answers = list(answers)
        self._edits = list(edits)

    @property
    def lines(self) -> list[str]:
        """The text of every line shown."""
        return [block.text for block in self.shown if isinstance(block, Line)]

    def show(self, *blocks: Block) -> None:
        """Keep the blocks."""
        self.shown += blocks

    def ask(self, question: Question) -> str:
        """The next answer. Raises EndOfInput when none is left, AnswerMissing when nobody is there."""
        self.asked.append(question)
        if not self.interactive:
            raise AnswerMissing(question.text, question.flag)
        if not self._answers:
            raise EndOfInput(f"No answer is left for: {question.text}")
        typed = self._answers.pop(0)
        answer = meant(question, typed)
        if answer is None:
            raise AssertionError(f"{typed!r} does not answer {question.text!r}. {complaint(question)}")
        return answer

    @contextmanager
    def working(self, text: str) -> Iterator[Progress]:
        """Keep what is told."""
        self.worked.append(Working([text]))
        yield self.worked[-1]

    def edit(self, text: str, suffix: str) -> str | None:
        """The next edited text."""
        return self._edits.pop(0) if self._edits else None

    def open_cell(self, cell: Cell) -> None:
        """Keep the cell."""
        self.opened.append(cell)

    def close_cell(self, cell: Cell) -> None:
        """Keep the cell."""
        self.closed.append(cell)


@dataclass
class ScriptedWriter:
    """A writer that proposes these, in order; a string is a whole script. What it was asked is kept."""

    drafts: Sequence[str | Draft | Inquiry | Unchanged] = ()
    queries: Sequence[str | SqlDraft] = ()
    usage: Usage = field(default_factory=Usage)
    briefs: list[Brief] = field(default_factory=list)
    """One for each draft that was asked for."""
    findings: list[Finding] = field(default_factory=list)
    """What was to be repaired."""
    requests: list[str] = field(default_factory=list)
    """What was to be refined, in the person's words."""
    questions: list[str | None] = field(default_factory=list)
    """What was to be queried."""
    failures: list[tuple[SqlAttempt, ...]] = field(default_factory=list)
    """The failed attempts that each query was told of."""

    def write(self, brief: Brief) -> Reply:
        """The next draft."""
        return self._next(brief)

    def repair(self, brief: Brief, finding: Finding) -> Reply:
        """The next draft."""
        self.findings.append(finding)
        return self._next(brief)

    def refine(self, brief: Brief, request: str) -> Reply:
        """The next draft."""
        self.requests.append(request)
        return self._next(brief)

    def query(
        self, tables: Sequence[TableInfo], request: str | None = None, failed: Sequence[SqlAttempt] = ()
    ) -> SqlDraft:
        """The next query."""
        self.questions.append(request)
        self.failures.append(tuple(failed))
        if len(self.questions) > len(self.queries):
            raise _exhausted("query")
        query = self.queries[len(self.questions) - 1]
        return query if isinstance(query, SqlDraft) else SqlDraft(query)

    def _next(self, brief: Brief) -> Reply:
        self.briefs.append(brief)
        if len(self.briefs) > len(self.drafts):
            raise _exhausted("draft")
        draft = self.drafts[len(self.briefs) - 1]
        return Draft(draft) if isinstance(draft, str) else draft


def _exhausted(what: str) -> StepFailed:
    return StepFailed(Finding(FindingKind.WRITER_FAILED, f"The scripted writer has no {what} left."))
