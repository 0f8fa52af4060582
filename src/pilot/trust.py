"""A project's own Python runs only after the person has trusted it; the trust is bound to its content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pilot.errors import Declined
from pilot.host import Choice, Host, Question
from pilot.memory import Memory
from pilot.screen import Line

_NAME = "trusted extensions"


class Trust:
    """Asks once for the Python in a project's `.pilot/`, and again when any of it changed."""

    def __init__(self, root: Path, host: Host, memory: Memory, granted: bool) -> None:
        self._root = root
        self._host = host
        self._memory = memory
        self._granted = granted

    def require(self) -> None:
        """Return when the project's Python may run. Raises Declined, or AnswerMissing when unattended."""
        files = python_files(self._root)
        digest = fingerprint(self._root, files)
        if self._memory.recall(_NAME) == digest:
            return
        if not self._granted:
            names = ", ".join(str(file.relative_to(self._root)) for file in files)
            self._host.show(Line(f"This project brings its own Python: {names}", "warn"))
            question = Question(
                "Trust it to run with your rights?",
                flag="--trust",
                default="n",
                choices=(Choice("y", "yes"), Choice("n", "no")),
                free=False,
            )
            if self._host.ask(question) != "y":
                raise Declined("The project's own Python was not run.", "Look at .pilot/ first.")
        self._memory.remember(_NAME, digest)


def python_files(root: Path) -> list[Path]:
    """Every Python file below the project's `.pilot/`."""
    return sorted((root / ".pilot").rglob("*.py"))


def fingerprint(root: Path, files: Sequence[Path]) -> str:
    """One hash over names and contents."""
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()
