"""Code as coloured lines."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from pilot.hosts.paper import Paper

_LANGUAGES = {
    ".json": "json",
    ".md": "markdown",
    ".py": "python",
    ".sql": "sql",
    ".toml": "toml",
    ".yaml": "yaml",
    ".yml": "yaml",
}
_TOO_LONG = 100_000
"""Characters beyond which colours are not worth the wait."""


def language_of(path: str) -> str:
    """The language of a file, by its name."""
    return _LANGUAGES.get(PurePath(path).suffix.lower(), "text")


def listing(text: str, language: str, paper: Paper) -> list[Text]:
    """The lines of a listing, coloured where colours can be seen. One line for each line of the text."""
    from rich.text import Text

    text = paper.clean(text.replace("\r\n", "\n")).removesuffix("\n")
    plain = [Text(line) for line in text.split("\n")]
    if not paper.coloured or len(text) > _TOO_LONG:
        return plain
    from rich.syntax import Syntax

    syntax = Syntax(text, language, theme="ansi_dark", background_color="default")
    coloured = syntax.highlight(text).split("\n", allow_blank=True)
    same = [line.plain for line in coloured[: len(plain)]] == [line.plain for line in plain]
    return list(coloured[: len(plain)]) if same else plain
