"""A host that answers from a record."""

import pytest

from pilot.errors import AnswerMissing
from pilot.host import Choice, Question
from pilot.hosts.replayed import ReplayedHost
from pilot.testing import ScriptedHost

CONSENT = Question("Run it?", "--yes", "y", (Choice("y", "yes"), Choice("n", "no")), free=False)
CHANGE = Question("Write a.py?", "--yes", "y", (Choice("y", "yes"),), free=True)
OTHER_HOST = Question("Contact another host?", "the URL in --api", "y", (Choice("y", "yes"),), free=False)
GOAL = Question("Which API?", "--api")
KEY = Question("The key?", "--secret", hidden=True)
RECORD = [
    ("Which API?", "the weather"),
    ("Write a.py?", "with a cursor"),
    ("Write a.py?", "y"),
    ("Run it?", "y"),
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
    record = [(question.text, "recorded")]
    assert ReplayedHost(ScriptedHost(["y"]), record, yes=True).ask(question) == "y"
    with pytest.raises(AnswerMissing):
        ReplayedHost(ScriptedHost([], interactive=False), record, yes=True).ask(question)


def test_with_nobody_there_a_question_that_may_stay_open_does() -> None:
    more = Question("What next?", "pilot refine", optional=True)
    host = ReplayedHost(ScriptedHost([], interactive=False), [("What next?", "add pagination")], yes=True)
    assert [host.ask(more), host.ask(more)] == ["add pagination", ""]
