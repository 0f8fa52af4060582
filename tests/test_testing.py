"""The scripted host and writer."""

from __future__ import annotations

import pytest

from pilot.errors import EndOfInput, StepFailed
from pilot.finding import Finding, FindingKind
from pilot.host import Choice, Host, Question
from pilot.names import ProjectNames
from pilot.screen import Line
from pilot.testing import ScriptedHost, ScriptedWriter
from pilot.writers.writer import Brief, Draft, Inquiry, SqlAttempt, SqlDraft, Writer

BRIEF = Brief("weather", ProjectNames("weather"))
FINDING = Finding(FindingKind.CODE_ERROR, "broken")
YES_NO = Question(
    "Go on?", flag="--yes", default="y", choices=(Choice("y", "yes"), Choice("n", "no")), free=False
)


def test_answers_are_given_in_order_and_judged_like_typed_ones() -> None:
    host: Host = ScriptedHost(["words", "", "no"])
    assert [host.ask(Question("What?", flag="--api")), host.ask(YES_NO), host.ask(YES_NO)] == [
        "words",
        "y",
        "n",
    ]
    with pytest.raises(EndOfInput, match="Go on?"):
        host.ask(YES_NO)


def test_an_answer_that_answers_nothing_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="perhaps"):
        ScriptedHost(["perhaps"]).ask(YES_NO)


def test_everything_shown_is_kept() -> None:
    host = ScriptedHost(edits=["edited"])
    host.show(Line("one"), Line("two"))
    with host.working("Loading") as progress:
        progress.say("still")
        progress.write("text")
    assert host.lines == ["one", "two"]
    assert (host.worked[0].says, host.worked[0].text) == (["Loading", "still"], "text")
    assert [host.edit("text", ".py"), host.edit("text", ".py")] == ["edited", None]


def test_a_writer_proposes_what_it_was_given() -> None:
    scripted = ScriptedWriter(["first", Inquiry("Which one?"), Draft("third", "plan")], ["SELECT 1"])
    writer: Writer = scripted
    assert writer.write(BRIEF) == Draft("first")
    assert writer.repair(BRIEF, FINDING) == Inquiry("Which one?")
    assert writer.refine(BRIEF, "add paging") == Draft("third", "plan")
    assert writer.query([], "how many?", [SqlAttempt("x", "bad")]) == SqlDraft("SELECT 1")
    assert (scripted.findings, scripted.requests, scripted.questions) == (
        [FINDING],
        ["add paging"],
        ["how many?"],
    )
    assert scripted.failures == [(SqlAttempt("x", "bad"),)]


def test_a_writer_with_nothing_left_says_so() -> None:
    with pytest.raises(StepFailed, match="no draft left"):
        ScriptedWriter().write(BRIEF)
    with pytest.raises(StepFailed, match="no query left"):
        ScriptedWriter().query([])
