"""The one gate for contacting a host, changing a file and running the script.

Every act passes here: shown, agreed to (at a prompt, by `--yes`, or "always in this session"), written
into the session, and only then done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath
from typing import Protocol, TypeAlias

from pilot.errors import Declined
from pilot.host import Choice, Host, Question
from pilot.screen import Diff

YES, NO, ALWAYS, EDIT = "y", "n", "a", "e"
_ANSWERS = (Choice(YES, "yes"), Choice(NO, "no"), Choice(ALWAYS, "always in this session"))


class Act(str, Enum):
    """What consent is asked for."""

    CONTACT = "contact a host"
    CHANGE = "change a file"
    RUN = "run the script"


@dataclass(frozen=True)
class Agreed:
    """A file was changed; this is what it holds now (the person may have edited the draft)."""

    text: str


@dataclass(frozen=True)
class Wish:
    """The person wants the draft different, in words. Nothing was changed."""

    words: str


Verdict: TypeAlias = "Agreed | Wish"


class Files(Protocol):
    """Where agreed changes go."""

    def read(self, path: str) -> str | None:
        """A file's text, None for no such file."""

    def write(self, path: str, text: str) -> None:
        """Write it in one go."""


class Consent:
    """The gate. `yes` is `--yes`; `record` writes an answer into the session."""

    def __init__(self, host: Host, files: Files, yes: bool, record: Callable[[str, str], None]) -> None:
        self._host = host
        self._files = files
        self._yes = yes
        self._record = record
        self._always: set[Act] = set()
        self._named: set[str] = set()
        self._contacts: dict[str, bool] = {}

    def person_named(self, hosts: Iterable[str]) -> None:
        """Hosts that stand in the person's own words: those that `--yes` covers."""
        self._named.update(host.lower() for host in hosts)

    def contact(self, host: str, why: str) -> bool:
        """Whether a host (`name` or `name:port`) may be contacted. Each one is asked for once."""
        host = host.lower()
        if host not in self._contacts:
            named = host in self._named
            flag = "--yes" if named else "the URL of that host in --api"
            question = f"Contact {host} ({why})?" if named else f"Contact another host, {host} ({why})?"
            covered = named and (self._yes or Act.CONTACT in self._always)
            self._contacts[host] = self._agrees(Act.CONTACT, question, host, covered, flag, always=named)
        return self._contacts[host]

    def run(self, what: str, why: str) -> None:
        """Agree to running something. Raises Declined."""
        covered = self._yes or Act.RUN in self._always
        if not self._agrees(Act.RUN, f"Run {what} ({why})?", what, covered, "--yes", always=True):
            raise Declined(f"{what} was not run.", "pilot resume goes on from here.")

    def change(self, path: str, text: str, *, wishes: bool = False, whole: bool = False) -> Verdict:
        """Show a change, and make it when it is agreed to. An equal text changes nothing and asks nothing.

        With `wishes` the person may say in words what should be different. `whole` shows the text as a new
        file, where what it replaces is nobody's work (a template). Raises Declined.
        """
        while True:
            before = self._files.read(path)
            if before == text:
                return Agreed(text)
            self._host.show(Diff(path, None if whole else before, text))
            answer = self._ask_change(path, whole or before is None, wishes)
            if answer == EDIT:
                edited = self._host.edit(text, PurePath(path).suffix)
                text = text if edited is None else edited
                continue
            if answer not in (YES, ALWAYS, NO):
                return Wish(answer)
            self._record(f"{Act.CHANGE.value}: {path}", answer)
            if answer == NO:
                raise Declined(f"{path} was not changed.", "pilot resume goes on from here.")
            if answer == ALWAYS:
                self._always.add(Act.CHANGE)
            self._files.write(path, text)
            return Agreed(text)

    def _ask_change(self, path: str, new: bool, wishes: bool) -> str:
        if self._yes or Act.CHANGE in self._always:
            return YES
        question = Question(
            f"{'Write' if new else 'Change'} {path}?",
            flag="--yes",
            default=YES,
            choices=(*_ANSWERS, Choice(EDIT, "edit")),
            free=wishes,
        )
        return self._host.ask(question)

    def _agrees(self, act: Act, text: str, subject: str, covered: bool, flag: str, always: bool) -> bool:
        answer = YES
        if not covered:
            choices = _ANSWERS if always else _ANSWERS[:2]
            answer = self._host.ask(Question(text, flag=flag, default=YES, choices=choices, free=False))
        self._record(f"{act.value}: {subject}", answer)
        if answer == ALWAYS:
            self._always.add(act)
        return answer != NO
