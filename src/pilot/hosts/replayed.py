"""A host that has been asked all this before: recorded answers first, then whoever is there."""

from __future__ import annotations

from collections.abc import Iterable

from pilot.agreement import NO
from pilot.errors import AnswerMissing
from pilot.host import Host, Question, RecordedAnswer
from pilot.hosts.passing import PassingHost
from pilot.hosts.remembering import EDITED, subject
from pilot.screen import Line

_CONSENT = "--yes"
_UNPLACED = "The record has a no to such a question, and not to which: replay it where somebody can answer."


class ReplayedHost(PassingHost):
    """Shows on another host, and answers from a record.

    An answer belongs to exactly what was asked: the same question about the same thing. What only words
    can answer comes from the record. Consent is the person's own, as the record may be somebody else's:
    `yes` stands for it as `--yes` does, and covers no more than that. A "no" of the record stays one.
    """

    def __init__(self, host: Host, answers: Iterable[RecordedAnswer], yes: bool) -> None:
        super().__init__(host)
        self._yes = yes
        self._answers: dict[tuple[str, str | None], list[str]] = {}
        for given in answers:
            self._answers.setdefault((given.question, given.about), []).append(given.answer)
        # a question about the same thing may come more often than then: what was refused last stays so
        self._refused = {asked for asked, all_given in self._answers.items() if all_given[-1] == NO}
        self._unplaced = {
            text for (text, about), all_given in self._answers.items() if about is None and NO in all_given
        }

    @property
    def interactive(self) -> bool:
        """The record answers."""
        return True

    def ask(self, question: Question) -> str:
        """The recorded answer; where there is none, what the person (or the question's default) says."""
        consent = question.flag == _CONSENT
        if question.hidden or not (consent or question.free or question.many):
            return self._ask_person(question)
        recorded = self._recorded(question, consent)
        if recorded is not None and (self._yes or not consent or recorded == NO):
            self._host.show(Line(f"{question.text} {recorded} (from the record)", "quiet"))
            return recorded
        decided = question.undecided or question.default
        if consent and self._yes and decided is not None and question.text not in self._unplaced:
            return decided
        return self._ask_person(question)

    def _recorded(self, question: Question, consent: bool) -> str | None:
        """What was answered to exactly this, in its order; of an older record what its text tells."""
        asked = (question.text, subject(question.about))
        answer: str | None = None
        if self._answers.get(asked):
            answer = self._answers[asked].pop(0)
        elif consent and asked in self._refused:
            answer = NO
        elif consent and question.text in self._unplaced:
            return None
        else:
            older = self._answers.get((question.text, None))
            answer = older.pop(0) if older else None
        return answer if answer is not None and _fits(question, answer) else None

    def _ask_person(self, question: Question) -> str:
        if self._host.interactive:
            return self._host.ask(question)
        if question.optional and not question.hidden:
            return ""
        if question.flag != _CONSENT and question.default is not None and question.free:
            return question.default
        missing = AnswerMissing(question.text, question.flag)
        if self._yes and question.text in self._unplaced:
            missing.hint = _UNPLACED
        raise missing

    def edit(self, text: str, suffix: str) -> str | None:
        """What the editor left of this text then, else what the person leaves now."""
        for asked in ((EDITED, subject(text)), (EDITED, None)):
            if self._answers.get(asked):
                return self._answers[asked].pop(0)
        return self._host.edit(text, suffix)


def _fits(question: Question, answer: str) -> bool:
    """Whether a question takes an answer: words only where it asks for words."""
    chosen = answer.split(",") if question.many else [answer]
    keys = {choice.key for choice in question.choices}
    return question.free or (question.optional and not answer) or keys.issuperset(chosen)
