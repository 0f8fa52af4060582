"""What can be agreed to at the gate, what was, and what the gate has to be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

YES, NO, ALWAYS, EDIT = "y", "n", "a", "e"


class Act(str, Enum):
    """What consent is asked for."""

    CONTACT = "contact a host"
    CHANGE = "change a file"
    RUN = "run the script"
    INSTALL = "install a package"
    SHARE = "share values of records"
    TAKE_OUT = "take rows out"
    ENVIRONMENT = "show an environment variable"


@dataclass(frozen=True)
class Agreed:
    """A file was changed; this is what it holds now (the person may have edited the draft)."""

    text: str


@dataclass(frozen=True)
class Wish:
    """The person wants the draft different, in words. Nothing was changed."""

    words: str


class Files(Protocol):
    """Where agreed changes go."""

    def read(self, path: str) -> str | None:
        """A file's text, None for no such file."""

    def write(self, path: str, text: str) -> None:
        """Write it in one go."""


class Look(Protocol):
    """What a look at a script found."""

    @property
    def remarks(self) -> Iterable[str]:
        """What it also does, as ends of "This script also …"."""

    @property
    def hosts(self) -> Iterable[str]:
        """Hosts that it names to call them."""

    @property
    def variables(self) -> Iterable[str]:
        """Environment variables that it reads."""


@dataclass
class Given:
    """What was agreed to so far in a session."""

    always: set[Act] = field(default_factory=set)
    subjects: dict[tuple[Act, str], bool] = field(default_factory=dict)
    """Hosts, packages, variables, by act: each is asked for once."""

    @classmethod
    def recorded(cls, records: Iterable[tuple[str, str]]) -> Given:
        """From the session's records of an act and its answer. A "no" is asked again by a later command."""
        given = cls()
        for record, answer in records:
            name, _, subject = record.partition(": ")
            act = next((act for act in Act if act.value == name), None)
            if act is None or answer == NO:
                continue
            if answer == ALWAYS:
                given.always.add(act)
            given.subjects[act, subject] = True
        return given
