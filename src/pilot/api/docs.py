"""Documentation that the person gave: a file or a page, as bounded text for a model."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from pilot.api.fetch import Fetcher

_MOST = 200_000
"""Characters of prose that are kept."""
_SKIPPED = ("script", "style", "nav", "head", "svg", "noscript")


def read_docs(docs: str, fetch: Fetcher) -> tuple[bytes, str]:
    """What the file or the page holds, up to the fetcher's limit, and a note where it could not be read."""
    if re.match(r"https?://", docs, re.I):
        answer = fetch.get(docs, {}, why="read the documentation")
        problem = answer.problem or f"HTTP {answer.status}"
        return (answer.body, "") if answer.ok else (b"", f"The documentation can't be read: {problem}.")
    try:
        with Path(docs).expanduser().open("rb") as file:
            return file.read(fetch.limits.size), ""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return b"", f"The documentation {docs} can't be read: {reason}."


def prose_in(data: bytes) -> str:
    """Documentation for people as plain text, bounded."""
    return _plain(data[: 4 * _MOST].decode("utf-8", "replace"))[:_MOST]


def _plain(text: str) -> str:
    if not re.match(r"\s*<(!doctype html|html)", text, re.I):
        return text
    reader = _Reader()
    reader.feed(text)
    return re.sub(r"\n\s*\n+", "\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    """Collects what a person would read."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Leave out what is not read; begin a line with each block."""
        self._inside += tag in _SKIPPED
        if tag in ("p", "div", "li", "tr", "br", "pre", "section") or re.fullmatch(r"h\d", tag):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Read on after what is not read."""
        self._inside -= tag in _SKIPPED and self._inside > 0

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self._inside:
            self.parts.append(data)
