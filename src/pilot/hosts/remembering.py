"""A host that writes answers down, and does not ask again what was answered before pilot was stopped."""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager
from typing import Protocol

from pilot.api.words import without_secrets
from pilot.host import Host, Progress, Question
from pilot.screen import Block, Line
from pilot.session.cell import Cell

EDITED = "Edited text"


class Answers(Protocol):
    """Where answers are kept."""

    def known_answer(self, key: str) -> str | None:
        """The answer to exactly this, given in a cell that was broken off."""

    def record_answer(self, key: str, question: str, answer: str) -> None:
        """Keep an answer."""


class RememberingHost:
    """Everything on another host; what is typed hidden, or holds a key, is kept nowhere."""

    def __init__(self, host: Host, answers: Answers) -> None:
        self._host = host
        self._answers = answers

    @property
    def interactive(self) -> bool:
        """Whether somebody is there to answer."""
        return self._host.interactive

    @property
    def waited(self) -> float:
        """Seconds spent waiting for the person."""
        return self._host.waited

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
            self._answers.record_answer(key, question.text, answer)
        return answer

    def show(self, *blocks: Block) -> None:
        """Show blocks."""
        self._host.show(*blocks)

    def working(self, text: str) -> AbstractContextManager[Progress]:
        """Tell what is going on."""
        return self._host.working(text)

    def edit(self, text: str, suffix: str) -> str | None:
        """Let the person edit; an edit that was made before is taken as it was."""
        key = hashlib.sha256(f"edit {suffix}\0{text}".encode()).hexdigest()
        known = self._answers.known_answer(key)
        if known is not None:
            self._host.show(Line("Edited before pilot was stopped.", "quiet"))
            return known
        edited = self._host.edit(text, suffix)
        if edited is not None:
            self._answers.record_answer(key, EDITED, edited)
        return edited

    def open_cell(self, cell: Cell) -> None:
        """A cell begins."""
        self._host.open_cell(cell)

    def close_cell(self, cell: Cell) -> None:
        """A cell has ended."""
        self._host.close_cell(cell)


def _key(question: Question) -> str:
    asked = [question.text, question.about, question.flag, [choice.key for choice in question.choices]]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
