"""What the person answered once per project: kept in their own folder, so no project can answer for them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


class Memory:
    """Short answers by project and name, in one JSON file of the user's."""

    def __init__(self, root: Path, file: Path) -> None:
        self._root = str(root)
        self._file = file

    @classmethod
    def of_user(cls, root: Path, environ: Mapping[str, str]) -> Memory:
        """The memory in `$XDG_STATE_HOME/pilot` (by default `~/.local/state/pilot`)."""
        base = environ.get("XDG_STATE_HOME")
        folder = Path(base) if base else Path.home() / ".local" / "state"
        return cls(root, folder / "pilot" / "projects.json")

    def recall(self, name: str) -> str | None:
        """The answer remembered under a name for this project."""
        answer = self._load().get(self._root, {}).get(name)
        return answer if isinstance(answer, str) else None

    def remember(self, name: str, answer: str) -> None:
        """Remember an answer. A folder that can't be written only means being asked again."""
        known = self._load()
        known.setdefault(self._root, {})[name] = answer
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_suffix(f".{os.getpid()}.tmp")
            fresh.write_text(json.dumps(known, indent=1), "utf-8")
            fresh.replace(self._file)
        except OSError:
            return

    def _load(self) -> dict[str, dict[str, object]]:
        try:
            known = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {root: answers for root, answers in known.items() if isinstance(answers, dict)}
