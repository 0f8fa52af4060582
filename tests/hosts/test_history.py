"""What was typed before."""

from __future__ import annotations

from pathlib import Path

from pilot.hosts.history import AnswerHistory


def test_answers_outlive_the_process_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "history"
    for answer in ("one", "two\nlines", "two\nlines", "  ", "one"):
        AnswerHistory(file, str).add(answer)
    assert AnswerHistory(file, str).answers() == ["one", "two\nlines", "one"]


def test_without_its_folder_answers_are_kept_in_memory(tmp_path: Path) -> None:
    history = AnswerHistory(tmp_path / "nowhere" / "history", str)
    history.add("one")
    assert history.answers() == ["one"]
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_file_costs_only_what_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "history"
    file.write_text('"good"\n{broken\n3\n\n"also good"\n')
    assert AnswerHistory(file, str).answers() == ["good", "also good"]
    file.write_bytes(b"\xff\xfe")
    assert AnswerHistory(file, str).answers() == []


def test_secrets_are_taken_out(tmp_path: Path) -> None:
    file = tmp_path / "history"
    AnswerHistory(file, lambda text: text.replace("abc", "***")).add("the value abc")
    assert "abc" not in file.read_text()
