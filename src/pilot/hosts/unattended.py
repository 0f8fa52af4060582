"""The host of a run that nobody watches over: it shows, and asks nothing."""

from __future__ import annotations

from pilot.errors import AnswerMissing
from pilot.host import Question
from pilot.hosts.writer import ScreenWriter


class UnattendedHost(ScreenWriter):
    """Every question that comes up ends the run, naming the flag that answers it."""

    interactive = False

    def ask(self, question: Question) -> str:
        """Nobody is there: raises AnswerMissing."""
        self._show_held()
        raise AnswerMissing(question.text, question.flag)

    def edit(self, text: str, suffix: str) -> str | None:
        """Nobody edits: the text stays as it is."""
        return None
