"""What is remembered for a project lies with the person; trust is bound to content."""

from pathlib import Path

import pytest

from pilot.errors import AnswerMissing, Declined
from pilot.memory import Memory
from pilot.testing import ScriptedHost
from pilot.trust import Trust


def _memory(tmp_path: Path) -> Memory:
    return Memory.of_user(tmp_path / "project", {"XDG_STATE_HOME": str(tmp_path / "state")})


def _trust(tmp_path: Path, *answers: str, granted: bool = False, attended: bool = True) -> Trust:
    host = ScriptedHost(answers, interactive=attended)
    return Trust(tmp_path / "project", host, _memory(tmp_path), granted)


def _extension(tmp_path: Path, text: str = "x = 1\n") -> None:
    folder = tmp_path / "project" / ".pilot" / "steps"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.py").write_text(text)


def test_an_answer_is_remembered_for_this_project_only(tmp_path: Path) -> None:
    _memory(tmp_path).remember("colour", "blue")
    assert _memory(tmp_path).recall("colour") == "blue"
    other = Memory.of_user(tmp_path / "other", {"XDG_STATE_HOME": str(tmp_path / "state")})
    assert other.recall("colour") is None


def test_a_damaged_memory_is_an_empty_one(tmp_path: Path) -> None:
    _memory(tmp_path).remember("colour", "blue")
    (tmp_path / "state" / "pilot" / "projects.json").write_text("[1, 2")
    assert _memory(tmp_path).recall("colour") is None


def test_trust_is_asked_once_and_again_after_a_change(tmp_path: Path) -> None:
    _extension(tmp_path)
    _trust(tmp_path, "y").require()
    _trust(tmp_path).require()
    _extension(tmp_path, "x = 2\n")
    with pytest.raises(Declined):
        _trust(tmp_path, "n").require()


def test_a_new_file_asks_again(tmp_path: Path) -> None:
    _extension(tmp_path)
    _trust(tmp_path, "y").require()
    (tmp_path / "project" / ".pilot" / "steps" / "more.py").write_text("")
    with pytest.raises(Declined):
        _trust(tmp_path, "n").require()


def test_unattended_trust_needs_its_own_flag(tmp_path: Path) -> None:
    _extension(tmp_path)
    with pytest.raises(AnswerMissing) as caught:
        _trust(tmp_path, attended=False).require()
    assert caught.value.flag == "--trust"
    _trust(tmp_path, attended=False, granted=True).require()
