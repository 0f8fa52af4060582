"""The gate: what it asks, what `--yes` covers, and that nothing happens without it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pilot.consent import Agreed, Consent, Wish
from pilot.errors import AnswerMissing, Declined
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
    ) -> None:
        self.host = ScriptedHost(answers, edits, interactive=attended)
        self.recorded: list[tuple[str, str]] = []
        self.consent = Consent(
            self.host, Folder(root), yes, lambda act, answer: self.recorded.append((act, answer))
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
