"""Every error that pilot raises for a person to read.

PilotError                 exit 1   something failed; says what, and what to do next
├── StepFailed             exit 1   a step can't go on; carries the finding
├── OutOfReach             exit 1   a destination that only the script itself knows how to reach
├── Declined               exit 1   the person (or an unattended run) said no to an act
│   └── Outdated           exit 1   a file is no longer what a change to it was made from
├── UsageError             exit 2   the command line or a configuration file is wrong
├── AnswerMissing          exit 3   nobody is there to answer; names the flag that would
└── Interrupted            exit 130 the person left, or the process was told to stop
    └── EndOfInput         exit 130 Ctrl-D, or the terminal went away
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pilot.finding import Finding


class PilotError(Exception):
    """An error worded for the person: one line of what happened, one of what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class StepFailed(PilotError):
    """A step can't go on."""

    def __init__(self, finding: Finding, hint: str = "") -> None:
        super().__init__(finding.says, hint or finding.hint)
        self.finding = finding


class OutOfReach(PilotError):
    """What was loaded can't be read from outside of the script."""


class Declined(PilotError):
    """An act was not agreed to, so nothing was done."""


class Outdated(Declined):
    """A file changed while the draft of a change to it was made, and nobody was asked about that."""


class UsageError(PilotError):
    """What was typed or configured can't be used."""

    exit_code = 2


class AnswerMissing(PilotError):
    """A question came up in an unattended run."""

    exit_code = 3

    def __init__(self, question: str, flag: str) -> None:
        super().__init__(f"No answer to: {question}", f"Answer it with {flag}.")
        self.flag = flag


class Interrupted(PilotError):
    """The person left. Everything up to the last finished cell is kept."""

    exit_code = 130

    def __init__(self, message: str = "Stopped.", hint: str = "") -> None:
        super().__init__(message, hint)


class EndOfInput(Interrupted):
    """Ctrl-D at a prompt, or the terminal went away."""


class Replan(Exception):
    """Not an error: cells were taken back at a prompt, so the engine looks again at what comes next.

    `parent` is the cell below which a policy does that, None for the session's own; parts that run below
    another cell end there.
    """

    def __init__(self, parent: int | None = None) -> None:
        super().__init__(parent)
        self.parent = parent


class Tangent(Exception):
    """Not an error: the person said at a pause what should be different, so the script is changed first.

    `instead`: where the script was to be changed anyway, these words stand in the place of those before.
    """

    def __init__(self, words: str, *, instead: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.instead = instead


class NothingToChange(Exception):
    """Not an error: the writer finds that the script is as asked already; its words say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class StartPolicy(Exception):
    """Not an error: the person asked at a prompt for another pipeline to be made."""

    def __init__(self, name: str, destination: str) -> None:
        super().__init__(name)
        self.name = name
        self.destination = destination
