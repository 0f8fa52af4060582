"""A host that has been asked all this before: recorded answers first, then whoever is there."""

from __future__ import annotations

from collections.abc import Iterable

from pilot.errors import AnswerMissing
from pilot.host import Host, Question
from pilot.hosts.passing import PassingHost
from pilot.hosts.remembering import EDITED
from pilot.screen import Line

_CONSENT = "--yes"


class ReplayedHost(PassingHost):
    """Shows on another host, and answers from a record.

    What only words can answer comes from the record. Consent is the person's own, as the record may be
    somebody else's: `yes` stands for it as `--yes` does, and covers no more than that.
    """

    def __init__(self, host: Host, answers: Iterable[tuple[str, str]], yes: bool) -> None:
        super().__init__(host)
        self._yes = yes
        self._answers: dict[str, list[str]] = {}
        for question, answer in answers:
            self._answers.setdefault(question, []).append(answer)

    @property
    def interactive(self) -> bool:
        """The record answers."""
        return True

    def ask(self, question: Question) -> str:
        """The recorded answer; where there is none, what the person (or the question's default) says."""
        if self._is_theirs(question):
            return self._ask_person(question)
        recorded = self._answers.get(question.text)
        if recorded:
            answer = recorded.pop(0)
            self._host.show(Line(f"{question.text} {answer} (from the record)", "quiet"))
            return answer
        decided = question.undecided or question.default
        if question.flag == _CONSENT and decided is not None:
            return decided
        return self._ask_person(question)

    def _is_theirs(self, question: Question) -> bool:
        """Consent that was not given by `--yes`, and what was typed hidden: neither is in a record."""
        agreed = question.flag == _CONSENT and self._yes
        words = question.flag != _CONSENT and (question.free or question.many)
        return question.hidden or not (agreed or words)

    def _ask_person(self, question: Question) -> str:
        if self._host.interactive:
            return self._host.ask(question)
        if question.optional and not question.hidden:
            return ""
        if question.flag != _CONSENT and question.default is not None and question.free:
            return question.default
        raise AnswerMissing(question.text, question.flag)

    def edit(self, text: str, suffix: str) -> str | None:
        """What the editor left then, else what the person leaves now."""
        recorded = self._answers.get(EDITED)
        return recorded.pop(0) if recorded else self._host.edit(text, suffix)
