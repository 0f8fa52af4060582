"""A host that writes answers down, and does not ask again what was answered before pilot was stopped."""

from __future__ import annotations

import hashlib
import json
from typing import Protocol

from pilot.api.words import without_secrets
from pilot.host import Host, Question
from pilot.hosts.passing import PassingHost
from pilot.screen import Line

EDITED = "Edited text"


class Answers(Protocol):
    """Where answers are kept."""

    def known_answer(self, key: str) -> str | None:
        """The answer to exactly this, given in a cell that was broken off."""

    def record_answer(self, key: str, question: str, answer: str, about: str) -> None:
        """Keep an answer, with the hash of what it was about."""


class RememberingHost(PassingHost):
    """Everything on another host; what is typed hidden, or holds a key, is kept nowhere."""

    def __init__(self, host: Host, answers: Answers) -> None:
        super().__init__(host)
        self._answers = answers

    def ask(self, question: Question) -> str:
        """The answer that was given before, or the person's now."""
        if question.hidden or not self.interactive:
            return self._host.ask(question)
        key = _key(question)
        known = self._answers.known_answer(key) if question.kept else None
        if known is not None:
            self._host.show(Line(f"{question.text} {known} (answered before)", "quiet"))
            return known
        answer = self._host.ask(question)
        if without_secrets(answer) == answer:
            self._answers.record_answer(key, question.text, answer, subject(question.about))
        return answer

    def edit(self, text: str, suffix: str) -> str | None:
        """Let the person edit; an edit that was made before is taken as it was."""
        key = hashlib.sha256(f"edit {suffix}\0{text}".encode()).hexdigest()
        known = self._answers.known_answer(key)
        if known is not None:
            self._host.show(Line("Edited before pilot was stopped.", "quiet"))
            return known
        edited = self._host.edit(text, suffix)
        if edited is not None:
            self._answers.record_answer(key, EDITED, edited, subject(text))
        return edited


def subject(about: str) -> str:
    """The hash of what a question is about; "" where its text says it all."""
    return hashlib.sha256(about.encode()).hexdigest() if about else ""


def _key(question: Question) -> str:
    asked = [question.text, question.about, question.flag, [choice.key for choice in question.choices]]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
