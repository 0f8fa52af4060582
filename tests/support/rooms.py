"""Small real parties for tests of the core: files in a folder, and a redactor that knows a few values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pilot.finding import Json


@dataclass
class PlainRedactor:
    """Hides the values that it was told."""

    values: tuple[str, ...] = ()

    def tree(self, tree: Json) -> Json:
        """Every text in a tree of builtins, redacted."""
        if isinstance(tree, str):
            for secret in self.values:
                tree = tree.replace(secret, "[secret]")
            return tree
        if isinstance(tree, dict):
            return {key: self.tree(item) for key, item in tree.items()}
        if isinstance(tree, list):
            return [self.tree(item) for item in tree]
        return tree

    def leak(self, text: str) -> str | None:
        """Whether one of the values is in a text."""
        return next((value for value in self.values if value in text), None)


@dataclass
class Folder:
    """Files in a folder."""

    root: Path

    def read(self, path: str) -> str | None:
        """A file's text."""
        file = self.root / path
        return file.read_text("utf-8") if file.exists() else None

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        (self.root / path).write_text(text, "utf-8")
