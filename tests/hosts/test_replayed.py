"""A host that answers from a record."""

from dataclasses import replace

import pytest

from pilot.errors import AnswerMissing
from pilot.host import Choice, Question, RecordedAnswer
from pilot.hosts.remembering import EDITED, subject
from pilot.hosts.replayed import ReplayedHost
from pilot.testing import ScriptedHost

CONSENT = Question("Run it?", "--yes", "y", (Choice("y", "yes"), Choice("n", "no")), free=False)
CHANGE = Question("Write a.py?", "--yes", "y", (Choice("y", "yes"), Choice("n", "no")), free=True)
OTHER_HOST = Question("Contact another host?", "the URL in --api", "y", (Choice("y", "yes"),), free=False)
GOAL = Question("Which API?", "--api")
KEY = Question("The key?", "--secret", hidden=True)
RECORD = [
    RecordedAnswer("Which API?", "the weather"),
    RecordedAnswer("Write a.py?", "with a cursor"),
    RecordedAnswer("Write a.py?", "y"),
    RecordedAnswer("Run it?", "y"),
]


def test_what_only_words_can_answer_comes_from_the_record_in_its_order() -> None:
    host = ReplayedHost(ScriptedHost([]), RECORD, yes=True)
    assert [host.ask(GOAL), host.ask(CHANGE), host.ask(CHANGE)] == ["the weather", "with a cursor", "y"]


def test_consent_is_asked_of_who_is_there_unless_it_was_given_by_flag() -> None:
    asked = ScriptedHost(["n"])
    assert ReplayedHost(asked, RECORD, yes=False).ask(CONSENT) == "n"
    assert ReplayedHost(ScriptedHost([]), RECORD, yes=True).ask(CONSENT) == "y"
    assert ReplayedHost(ScriptedHost([]), [], yes=True).ask(CONSENT) == "y"


def test_a_failure_that_the_record_does_not_have_is_left() -> None:
    pause = Question("Go on, or leave", "--yes", choices=(Choice("l", "leave"),), undecided="l")
    assert ReplayedHost(ScriptedHost([], interactive=False), [], yes=True).ask(pause) == "l"
    assert ReplayedHost(ScriptedHost(["l"]), [], yes=False).ask(pause) == "l"


@pytest.mark.parametrize("question", [OTHER_HOST, KEY])
def test_what_a_flag_does_not_cover_and_keys_never_come_from_the_record(question: Question) -> None:
    record = [RecordedAnswer(question.text, "recorded")]
    assert ReplayedHost(ScriptedHost(["y"]), record, yes=True).ask(question) == "y"
    with pytest.raises(AnswerMissing):
        ReplayedHost(ScriptedHost([], interactive=False), record, yes=True).ask(question)


def test_with_nobody_there_a_question_that_may_stay_open_does() -> None:
    more = Question("What next?", "pilot refine", optional=True)
    host = ReplayedHost(
        ScriptedHost([], interactive=False), [RecordedAnswer("What next?", "add pagination")], yes=True
    )
    assert [host.ask(more), host.ask(more)] == ["add pagination", ""]


def _about(text: str, answer: str) -> RecordedAnswer:
    return RecordedAnswer(CHANGE.text, answer, subject(text))


def _nobody() -> ScriptedHost:
    return ScriptedHost([], interactive=False)


def test_an_answer_belongs_to_the_draft_that_it_was_given_to() -> None:
    first, second, third = (replace(CHANGE, about=text) for text in ("one", "two", "three"))
    record = [_about("one", "y"), _about("two", "n"), _about("three", "with a cursor")]
    host = ReplayedHost(_nobody(), record, yes=True)
    assert [host.ask(question) for question in (third, second, first)] == ["with a cursor", "n", "y"]


def test_a_no_stays_one_however_often_it_is_asked_and_whoever_is_there() -> None:
    draft = replace(CHANGE, about="two")
    host = ReplayedHost(_nobody(), [_about("one", "y"), _about("two", "n"), _about("one", "y")], yes=True)
    assert [host.ask(draft), host.ask(draft)] == ["n", "n"]
    assert ReplayedHost(ScriptedHost(["y"]), [_about("two", "n")], yes=False).ask(draft) == "n"


def test_what_was_not_asked_then_takes_no_answer_of_another_question() -> None:
    draft, record = replace(CHANGE, about="new"), [_about("one", "n"), _about("two", "with a cursor")]
    assert ReplayedHost(_nobody(), record, yes=True).ask(draft) == "y", "--yes is the consent of now"
    assert ReplayedHost(ScriptedHost(["n"]), record, yes=False).ask(draft) == "n"
    with pytest.raises(AnswerMissing):
        ReplayedHost(_nobody(), [_about("new", "y")], yes=False).ask(draft)


def test_an_older_record_with_a_no_somewhere_is_not_guessed_from() -> None:
    record = [RecordedAnswer(CHANGE.text, "y"), RecordedAnswer(CHANGE.text, "n")]
    assert ReplayedHost(ScriptedHost(["n"]), record, yes=True).ask(CHANGE) == "n"
    with pytest.raises(AnswerMissing) as missing:
        ReplayedHost(_nobody(), record, yes=True).ask(CHANGE)
    assert "somebody can answer" in missing.value.hint


def test_words_are_no_answer_where_only_a_choice_is() -> None:
    record = [RecordedAnswer(CONSENT.text, "with a cursor")]
    assert ReplayedHost(_nobody(), record, yes=True).ask(CONSENT) == "y"


def test_an_edit_belongs_to_the_text_that_was_edited() -> None:
    record = [RecordedAnswer(EDITED, "mine", subject("theirs"))]
    host = ReplayedHost(ScriptedHost([], ["now"]), record, yes=True)
    assert [host.edit("other", ".py"), host.edit("theirs", ".py")] == ["now", "mine"]
