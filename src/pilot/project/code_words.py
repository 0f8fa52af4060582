"""The names that a project's own code uses: a secret that is called like one can't be hidden everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

_MOST_FILES = 30
_LARGEST = 200_000


def code_words(root: Path) -> frozenset[str]:
    """The names in the project's scripts, in lower case, with those of folder and files. Texts are none."""
    words = {root.name.casefold()}
    for file in sorted(root.glob("*.py"))[:_MOST_FILES]:
        words.update((file.stem.casefold(), file.stem.casefold().removesuffix("_pipeline")))
        words.update(_names(file))
    return frozenset(words)


def _names(file: Path) -> set[str]:
    try:
        tree = ast.parse(file.read_bytes()[:_LARGEST])
    except (OSError, SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.arg, ast.Attribute, ast.FunctionDef, ast.ClassDef, ast.keyword)):
            fields = (getattr(node, field, None) for field in ("id", "arg", "attr", "name"))
            names.update(name.casefold() for name in fields if isinstance(name, str))
    return names
