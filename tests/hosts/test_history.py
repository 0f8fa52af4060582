"""What was typed before."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilot.hosts.history import AnswerHistory

KEY = "q8Trf55zzK47xWm2Lp90"


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


@pytest.mark.parametrize(
    "typed",
    [
        f"/change use {KEY} from now on",
        f"/refine the api key is {KEY}",
        f"/sql rows where token = '{KEY}'",
        f"https://api.example.com/v1/items?apikey={KEY}",
        f"https://me:{KEY}@api.example.com/items with pages",
        f"load it with the header X-Shop-Token: {KEY}",
        f"/dlt --password={KEY}",
    ],
)
def test_what_may_be_a_key_is_not_kept(tmp_path: Path, typed: str) -> None:
    file = tmp_path / "history"
    history = AnswerHistory(file, str)
    history.add(typed)
    assert KEY not in file.read_text() + str(history.answers())
    assert "***" in file.read_text()


def test_ordinary_requests_are_kept_as_they_were_typed(tmp_path: Path) -> None:
    history = AnswerHistory(tmp_path / "history", str)
    for typed in (
        "/change merge on station_id, only rows since 2024-01-01",
        "/sql SELECT token, count(*) FROM weather_data.visits WHERE pin = 5",
        "https://api.example.com/v1/items?limit=50&sort=created_at",
    ):
        history.add(typed)
        assert history.answers()[-1] == typed
