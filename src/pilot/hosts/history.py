"""What the person typed before, for the arrow keys."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from pilot.secrecy.typed import without_keys

_KEPT = 500


class AnswerHistory:
    """Answers in words, oldest first; in a file of JSON lines once its folder is there."""

    def __init__(self, file: Path | None, redact: Callable[[str], str]) -> None:
        self._file = file
        self._redact = redact
        self._new: list[str] = []

    def answers(self) -> list[str]:
        """The last answers, earlier sessions included."""
        return [*self._read(), *self._new][-_KEPT:]

    def add(self, answer: str) -> None:
        """Remember an answer without its keys; one that can't be written is remembered until pilot ends."""
        answer = without_keys(self._redact(answer)).strip()
        if answer and answer not in self.answers()[-1:] and not self._append(answer):
            self._new.append(answer)

    def _read(self) -> list[str]:
        try:
            lines = self._file.read_text("utf-8").splitlines() if self._file else []
        except (OSError, UnicodeDecodeError):
            return []
        return [answer for line in lines if (answer := _decoded(line))]

    def _append(self, answer: str) -> bool:
        if self._file is None or not self._file.parent.is_dir():
            return False
        try:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:
            return False
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(f"{json.dumps(answer)}\n")
        return True


def _decoded(line: str) -> str:
    """The answer of a line; "" for a line that was damaged."""
    try:
        answer = json.loads(line)
    except ValueError:
        return ""
    return answer if isinstance(answer, str) else ""
