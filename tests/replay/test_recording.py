"""What a replay reads of a record."""

import json
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import UsageError
from pilot.host import RecordedAnswer
from pilot.replay.endpoint import Replies
from pilot.replay.recording import ModelAnswer, Part, read_recording, told

RECORD: dict[str, Any] = {
    "format": "pilot-session",
    "version": 1,
    "session": {"number": 3, "policy": "create_pipeline"},
    "facts": {
        "name": "weather",
        "destination": "duckdb",
        "goal": "the stations",
        "writer": {"kind": "model", "model": "m", "window": 9000},
    },
    "cells": [
        {"id": 1, "step": "write_code", "state": "undone"},
        {"id": 2, "step": "write_code", "state": "done"},
        {"id": 3, "step": "refine_pipeline", "state": "done", "input": "add pagination"},
        {"id": 4, "step": "change_code", "state": "done", "parent": 3},
        {"id": 5, "step": "run_pipeline", "state": "done"},
        {"id": 7, "step": "edited", "state": "done", "says": "weather_pipeline.py"},
        {"id": 6, "step": "refine_pipeline", "state": "undone", "input": "drop a table"},
    ],
    "answers": [
        {"question": "Write?", "answer": "otherwise", "at": "2026-01-01", "cell": 1},
        {"question": "Write?", "answer": "y", "at": "2026-01-01", "cell": 2},
        {"question": "Run?", "answer": "y", "about": "5c4f", "at": "2026-01-01", "cell": 2},
    ],
    "model": [
        {
            "model": "m",
            "asked": json.dumps([{"role": "user", "content": "write"}]),
            "answer": "old",
            "cell": 1,
        },
        {
            "model": "m",
            "asked": json.dumps([{"role": "user", "content": "write"}]),
            "answer": "new",
            "cell": 2,
        },
    ],
    "later": "keys that a later version adds are no harm",
}


def write(folder: Path, record: object) -> Path:
    """A record in a file."""
    file = folder / "session.json"
    file.write_text(json.dumps(record), "utf-8")
    return file


def test_what_was_undone_is_not_done_again(tmp_path: Path) -> None:
    found = read_recording(write(tmp_path, RECORD))
    assert (found.name, found.goal, found.model, found.window) == ("weather", "the stations", "m", 9000)
    assert found.answers == (RecordedAnswer("Write?", "y"), RecordedAnswer("Run?", "y", "5c4f"))
    assert [reply.text for reply in found.replies] == ["new"]
    assert found.edits == ("weather_pipeline.py",)
    assert found.parts == (Part("add pagination"), Part(None))


@pytest.mark.parametrize(
    "record",
    [
        "text",
        {},
        {**RECORD, "format": "other"},
        {**RECORD, "version": 2},
        {**RECORD, "facts": {}},
        {**RECORD, "cells": 7},
    ],
)
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, record: object) -> None:
    with pytest.raises(UsageError):
        read_recording(write(tmp_path, record))
    with pytest.raises(UsageError):
        read_recording(tmp_path / "missing.json")


def test_a_models_answers_come_by_what_is_asked_else_in_their_order() -> None:
    one, two = told([{"content": "one"}]), told([{"content": "two"}])
    replies = Replies([ModelAnswer(one, "first", "stop"), ModelAnswer(two, "second", "stop")])
    given = [replies.next(two), replies.next(told([{"content": "new"}])), replies.next(one)]
    assert [answer.text if answer else None for answer in given] == ["second", "first", None]
    assert replies.moved == 1
