"""The contract of a host: where the person is. It asks, shows and pauses; nothing else in pilot does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pilot.screen import Block

if TYPE_CHECKING:
    from pilot.session.cell import Cell


@dataclass(frozen=True)
class Choice:
    """One of the answers that a question takes: typed by its key or its label."""

    key: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something that only the person can answer.

    `flag` names the command-line flag that answers it unattended. With `choices` the answer is a
    choice's key; with `free` words are welcome too; with `many` it is the keys of all that were chosen,
    with commas between them, in the order of the choices. `hidden` does not echo what is typed, and the
    answer is in no history. An empty answer means `default`; without one it is asked again, unless
    `optional`, where the answer is then "".
    """

    text: str
    flag: str
    default: str | None = None
    choices: tuple[Choice, ...] = ()
    free: bool = True
    hidden: bool = False
    optional: bool = False
    many: bool = False
    about: str = ""
    """What the text does not say of what is asked about: two questions with other subjects are not equal."""
    kept: bool = True
    """Answered once, it is not asked again when pilot was stopped meanwhile; False: each answer is new."""
    undecided: str | None = None
    """The answer of a replay that has none, where that is not the default."""


@dataclass(frozen=True)
class RecordedAnswer:
    """What was answered to a question in a session that is done again."""

    question: str
    answer: str
    about: str | None = None
    """The hash of what the question was about, "" where its text says it all; None: not known."""


class Progress(Protocol):
    """The live region of what runs now."""

    def say(self, text: str) -> None:
        """Replace the one line that tells what is going on."""

    def write(self, text: str) -> None:
        """Append to the streamed text below it (a model's answer, a program's output)."""


class Host(Protocol):
    """Where the person is. Nothing else in pilot prints or asks."""

    @property
    def interactive(self) -> bool:
        """Whether somebody is there to answer."""

    @property
    def waited(self) -> float:
        """Seconds spent waiting for the person so far: a cell's time does not count them."""

    def show(self, *blocks: Block) -> None:
        """Show blocks, in order."""

    def ask(self, question: Question) -> str:
        """Ask and return the answer.

        Raises AnswerMissing where nobody is there, Interrupted on Ctrl-C, EndOfInput on Ctrl-D.
        """

    def working(self, text: str) -> AbstractContextManager[Progress]:
        """Tell what is going on until the block ends."""

    def edit(self, text: str, suffix: str) -> str | None:
        """Let the person edit a text in their editor; None when they left it as it was."""

    def open_cell(self, cell: Cell) -> None:
        """A cell begins."""

    def close_cell(self, cell: Cell) -> None:
        """A cell has ended: done, skipped, failed, declined or interrupted."""


class Silence:
    """A Progress that shows nothing."""

    def say(self, text: str) -> None:
        """Show nothing."""

    def write(self, text: str) -> None:
        """Show nothing."""


@contextmanager
def silence() -> Iterator[Progress]:
    """A live region that shows nothing."""
    yield Silence()
