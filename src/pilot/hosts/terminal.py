"""The host of a person at a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pilot.host import Question
from pilot.hosts.answers import complaint, meant, offer
from pilot.hosts.checkbox import can_draw, read_checked
from pilot.hosts.editor import edit_text
from pilot.hosts.history import AnswerHistory
from pilot.hosts.paper import prose
from pilot.hosts.prompts import Prompt, read_line
from pilot.hosts.render import MARGIN
from pilot.hosts.writer import ScreenWriter
from pilot.screen import Line

_FEWEST = 24
"""Columns that are left to type in before a question is broken into two lines."""


class TerminalHost(ScreenWriter):
    """Shows on `stream`, asks at prompts.

    What is typed with a `/` before it goes to `on_command`, and the question stays; it may raise to leave.
    Answers in words pass `on_words`, which gives them as they may be kept.
    """

    interactive = True

    def __init__(
        self,
        *,
        stream: TextIO,
        quiet: bool = False,
        verbose: bool = False,
        on_command: Callable[[str], None] | None = None,
        history: Path | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        super().__init__(stream=stream, quiet=quiet, verbose=verbose, redact=redact)
        self.on_command = on_command
        self.on_words: Callable[[str], str] | None = None
        self._history = AnswerHistory(history, redact)

    def ask(self, question: Question) -> str:
        """Ask until there is an answer. Raises Interrupted on Ctrl-C, EndOfInput on Ctrl-D."""
        with self._alone(), self._waiting():
            self._show_held()
            self._paper.settle()
            while True:
                typed = self._read(question)
                if (
                    self.on_command is not None
                    and typed.lstrip().startswith("/")
                    and _takes_commands(question)
                ):
                    self._history.add(typed)
                    self.on_command(typed.strip())
                    continue
                answer = meant(question, typed)
                if answer is not None:
                    break
                self._write([Line(complaint(question), "warn")], MARGIN)
        if self.on_words is not None and _takes_words(question, answer):
            answer = self.on_words(answer)
        self._remember(question, answer)
        return answer

    def edit(self, text: str, suffix: str) -> str | None:
        """Let the person edit a text in their editor; None when they left it as it was."""
        with self._alone(), self._waiting():
            self._show_held()
            return edit_text(text, suffix)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Count the seconds that the person takes."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.waited += time.monotonic() - begun

    def _read(self, question: Question) -> str:
        """One line. What is offered stands below the question where it would crowd it."""
        if question.many and can_draw():
            return self._read_checked(question)
        text, offered = self._paper.clean(question.text), self._paper.clean(offer(question))
        width = self._paper.measure or 80
        if offered and len(text) + len(offered) + _FEWEST > width:
            # what stands above the line to type in is cut by the prompt, not folded
            text, offered = self._broken(text, width), f"\n{' ' * MARGIN}{self._broken(offered, width)}\n "
        try:
            return read_line(
                self._paper.stream,
                Prompt(self._paper.glyph("ask"), text, offered, question.hidden, self._history.answers()),
            )
        finally:
            self._paper.written_by_others()

    def _broken(self, text: str, width: int) -> str:
        """Words that stand in from the margin, on as many lines as they need."""
        lines = prose(text, "", width - MARGIN, self._paper)
        return f"\n{' ' * MARGIN}".join(line.plain for line in lines)

    def _read_checked(self, question: Question) -> str:
        try:
            return read_checked(self._paper.stream, self._paper.glyph("ask"), question, self._paper.clean)
        finally:
            self._paper.written_by_others()

    def _remember(self, question: Question, answer: str) -> None:
        """Words go into the history; secrets and choices don't."""
        chosen = question.many or any(answer == choice.key for choice in question.choices)
        if not question.hidden and not chosen and answer != question.default:
            self._history.add(answer)


def _takes_words(question: Question, answer: str) -> bool:
    """Whether the answer is in the person's own words."""
    chosen = question.many or any(answer == choice.key for choice in question.choices)
    return question.free and not question.hidden and not chosen


def _takes_commands(question: Question) -> bool:
    """Secrets and boxes to check may begin with a slash themselves."""
    return not (question.hidden or question.many)
