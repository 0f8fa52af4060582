"""The gate: what it asks, what `--yes` covers, and that nothing happens without it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pilot.agreement import Act, Agreed, Given, Wish
from pilot.consent import Consent
from pilot.errors import AnswerMissing, Declined, Outdated, PilotError
from pilot.host import Question
from pilot.project.look_at_code import CodeLook, look_at_code
from pilot.screen import Diff
from pilot.testing import ScriptedHost
from tests.support.rooms import Folder


class _Gate:
    """A consent over a folder and a scripted person."""

    def __init__(
        self,
        root: Path,
        *answers: str,
        edits: Sequence[str] = (),
        yes: bool = False,
        attended: bool = True,
        given: Given | None = None,
        granted: Sequence[tuple[Act, str]] = (),
        look: Callable[[str], CodeLook] | None = None,
    ) -> None:
        self.host = ScriptedHost(answers, edits, interactive=attended)
        self.recorded: list[tuple[str, str]] = []
        self.consent = Consent(
            self.host,
            Folder(root),
            yes,
            lambda act, answer: self.recorded.append((act, answer)),
            given=given,
            granted=granted,
            look=look,
        )


def test_a_change_is_shown_as_a_diff_and_made_on_yes(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "y")
    assert gate.consent.change("a.py", "new\n") == Agreed("new\n")
    assert (tmp_path / "a.py").read_text() == "new\n"
    assert Diff("a.py", None, "new\n") in gate.host.shown
    assert gate.recorded == [("change a file: a.py", "y")]


def test_no_leaves_the_file_and_ends_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("old")
    gate = _Gate(tmp_path, "n")
    with pytest.raises(Declined):
        gate.consent.change("a.py", "new")
    assert (tmp_path / "a.py").read_text() == "old"


def test_always_answers_later_changes_but_no_other_act(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "a", "n")
    gate.consent.change("a.py", "1")
    gate.consent.change("b.py", "2")
    assert (tmp_path / "b.py").read_text() == "2"
    with pytest.raises(Declined):
        gate.consent.run("a.py", "to see")


def test_words_are_a_wish_and_change_nothing(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "use merge instead")
    assert gate.consent.change("a.py", "new", wishes=True) == Wish("use merge instead")
    assert not (tmp_path / "a.py").exists()


def test_a_change_that_a_wish_left_as_it_was_is_not_shown_once_more(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "frobnicate it", "again", "otherwise", "y")
    for _ in range(2):
        gate.consent.change("a.py", "new", wishes=True)
    gate.consent.change("a.py", "newer", wishes=True)
    gate.consent.change("a.py", "new", wishes=True)
    assert [block.after for block in gate.host.shown if isinstance(block, Diff)] == ["new", "newer", "new"]


def test_a_change_that_was_refused_is_shown_when_it_comes_again(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "n", "y")
    with pytest.raises(Declined):
        gate.consent.change("a.py", "new")
    gate.consent.change("a.py", "new")
    assert len([block for block in gate.host.shown if isinstance(block, Diff)]) == 2


def test_an_edited_draft_is_shown_again_before_it_is_written(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "e", "y", edits=["mine\n"])
    assert gate.consent.change("a.py", "theirs\n") == Agreed("mine\n")
    assert (tmp_path / "a.py").read_text() == "mine\n"
    assert [block.after for block in gate.host.shown if isinstance(block, Diff)] == ["theirs\n", "mine\n"]


def test_an_equal_text_asks_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("same")
    gate = _Gate(tmp_path)
    assert gate.consent.change("a.py", "same") == Agreed("same")
    assert gate.recorded == []


def test_yes_covers_diffs_runs_and_named_hosts_and_still_shows_the_diff(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, yes=True, attended=False)
    gate.consent.person_named(["api.example.com"])
    gate.consent.change("a.py", "new")
    gate.consent.run("a.py", "to load")
    assert gate.consent.contact("API.example.com", "to look")
    assert any(isinstance(block, Diff) for block in gate.host.shown)
    assert len(gate.recorded) == 3


def test_yes_never_covers_another_host(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, yes=True, attended=False)
    gate.consent.person_named(["api.example.com"])
    with pytest.raises(AnswerMissing):
        gate.consent.contact("evil.example.com", "redirect")


def test_always_for_hosts_never_covers_another_host(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "a", "n")
    gate.consent.person_named(["one.example.com", "two.example.com"])
    assert gate.consent.contact("one.example.com", "to look")
    assert gate.consent.contact("two.example.com", "to look")
    assert not gate.consent.contact("three.example.com", "redirect")


def test_a_host_is_asked_for_once(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "n")
    assert not gate.consent.contact("a.example.com", "to look")
    assert not gate.consent.contact("a.example.com", "to look")


def test_nobody_there_and_no_yes_names_the_flag(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, attended=False)
    with pytest.raises(AnswerMissing) as caught:
        gate.consent.change("a.py", "new")
    assert caught.value.flag == "--yes"
    assert not (tmp_path / "a.py").exists()


@pytest.mark.parametrize(
    ("ask", "flag"),
    [
        (lambda consent: consent.contact("evil.example.com", "why"), "--allow-host evil.example.com"),
        (lambda consent: consent.install("lxml", "why"), "--allow-install lxml"),
        (lambda consent: consent.share("two records", "why"), "--share-samples"),
    ],
)
def test_what_yes_does_not_cover_names_its_own_flag(
    tmp_path: Path, ask: Callable[[Consent], bool], flag: str
) -> None:
    with pytest.raises(AnswerMissing) as caught:
        ask(_Gate(tmp_path, yes=True, attended=False).consent)
    assert caught.value.flag == flag


def test_always_covers_neither_packages_nor_samples_nor_variables(tmp_path: Path) -> None:
    always = Given(always=set(Act))
    gate = _Gate(tmp_path, "n", "n", "n", given=always)
    assert not gate.consent.install("lxml", "why")
    assert not gate.consent.share("two records", "why")
    assert not gate.consent.show_variable("TOKEN")


def test_flags_allow_by_name_and_it_is_written_down(tmp_path: Path) -> None:
    granted = [(Act.INSTALL, "lxml"), (Act.CONTACT, "a.example.com"), (Act.ENVIRONMENT, "TOKEN")]
    gate = _Gate(tmp_path, attended=False, granted=granted)
    assert gate.consent.install("lxml", "why")
    assert gate.consent.contact("a.example.com", "why")
    assert gate.consent.show_variable("TOKEN")
    assert not gate.consent.show_variable("OTHER")
    assert gate.recorded[-1] == ("show an environment variable: OTHER", "n")
    with pytest.raises(AnswerMissing):
        gate.consent.install("other", "why")


def test_what_flags_allow_holds_from_the_first_run_on_whatever_the_script_shows(tmp_path: Path) -> None:
    granted = [(Act.ENVIRONMENT, "TOKEN"), (Act.CONTACT, "a.example.com:8901"), (Act.INSTALL, "lxml")]
    gate = _Gate(tmp_path, yes=True, attended=False, granted=granted)
    gate.consent.run("a.py", "why")
    assert gate.consent.agreed(Act.CONTACT) == ("a.example.com:8901",)
    assert gate.consent.agreed(Act.ENVIRONMENT) == ("TOKEN",)
    assert gate.consent.agreed(Act.INSTALL) == ()
    assert [act for act, _ in gate.recorded] == [
        "contact a host: a.example.com:8901",
        "show an environment variable: TOKEN",
        "run the script: a.py",
    ]


def test_a_variable_agreed_to_before_is_seen_again_and_that_is_said_once(tmp_path: Path) -> None:
    earlier = Given.recorded([("show an environment variable: TOKEN", "y")])
    for attended in (False, True):
        gate = _Gate(tmp_path, attended=attended, given=earlier)
        assert gate.consent.show_variable("TOKEN")
        assert gate.consent.show_variable("TOKEN")
        assert gate.host.lines == [
            "The script sees the environment variable TOKEN, as agreed before in this session."
        ]


def test_nobody_there_hears_of_all_flags_that_a_run_needs_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("BASE_URL = 'https://x.example.com'")
    with pytest.raises(AnswerMissing) as caught:
        _Gate(tmp_path, attended=False, look=look_at_code).consent.run("a.py", "why")
    assert caught.value.flag == "--yes --allow-host x.example.com"


def test_what_was_agreed_to_in_a_session_is_not_asked_again_and_a_no_is(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "y", "a", "n")
    gate.consent.contact("one.example.com", "why")
    gate.consent.change("a.py", "1")
    gate.consent.contact("two.example.com", "why")
    resumed = _Gate(tmp_path, "n", given=Given.recorded(gate.recorded))
    assert resumed.consent.contact("one.example.com", "why")
    resumed.consent.change("a.py", "2")
    assert not resumed.consent.contact("two.example.com", "why")
    assert resumed.consent.agreed(Act.CONTACT) == ("one.example.com",)


def test_a_yes_to_one_run_is_no_yes_to_the_next(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, given=Given.recorded([("run the script: a.py", "y")]), attended=False)
    with pytest.raises(AnswerMissing):
        gate.consent.run("a.py", "why")


def test_a_diff_says_what_the_script_also_does(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, "y", look=look_at_code)
    gate.consent.change("a.py", "import os\nos.system('ls')\nBASE_URL = 'https://x.example.com'\n")
    assert gate.host.lines == [
        "This script also starts another program (line 2: os.system).",
        "This script also calls x.example.com, which was not spoken of.",
    ]


def test_a_script_runs_only_with_the_hosts_that_it_names_agreed_to(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("BASE_URL = 'https://x.example.com'\nimport os\nos.environ['TOKEN']")
    gate = _Gate(tmp_path, "n", look=look_at_code)
    with pytest.raises(Declined, match=r"x\.example\.com"):
        gate.consent.run("a.py", "why")
    gate = _Gate(tmp_path, "y", "y", "y", look=look_at_code)
    gate.consent.run("a.py", "why")
    assert [question.text for question in gate.host.asked] == [
        "Contact another host, x.example.com (a.py calls it)?",
        "The script reads the environment variable TOKEN. May it see its value?",
        "Run a.py (why)?",
    ]
    assert gate.consent.agreed(Act.ENVIRONMENT) == ("TOKEN",)


class _Edits(ScriptedHost):
    """A person who changes the file in an editor of their own while the first question waits."""

    file: Path

    def ask(self, question: Question) -> str:
        """Their answer, after the edit."""
        if not self.asked:
            self.file.write_text("by hand\n")
        return super().ask(question)


def test_a_file_that_is_edited_while_its_diff_waits_is_shown_again(tmp_path: Path) -> None:
    host = _Edits(["a", "y"])
    host.file = tmp_path / "a.py"
    host.file.write_text("old\n")
    consent = Consent(host, Folder(tmp_path), False, lambda act, answer: None)
    assert consent.change("a.py", "new\n") == Agreed("new\n")
    diffs = [block for block in host.shown if isinstance(block, Diff)]
    assert [diff.before for diff in diffs] == ["old\n", "by hand\n"]
    assert any("was changed meanwhile" in line for line in host.lines)
    host = _Edits(["y", "n"])
    host.file = tmp_path / "a.py"
    with pytest.raises(Declined):
        Consent(host, Folder(tmp_path), False, lambda act, answer: None).change("a.py", "newer\n")
    assert host.file.read_text() == "by hand\n"


def test_yes_never_overwrites_what_the_draft_was_not_made_from(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("by hand\n")
    gate = _Gate(tmp_path, yes=True, attended=False)
    with pytest.raises(Outdated, match="left as it is"):
        gate.consent.change("a.py", "new\n", drafted_from="old\n")
    assert (tmp_path / "a.py").read_text() == "by hand\n" and gate.recorded == []


def test_a_script_that_is_not_there_is_not_run_and_not_agreed_to(tmp_path: Path) -> None:
    gate = _Gate(tmp_path, yes=True, look=look_at_code)
    with pytest.raises(PilotError, match="shop.py is not there"):
        gate.consent.run("shop.py", "loads")
    assert gate.recorded == []
    gate.consent.run("dlt --file shop.py", "a command of dlt's own")
