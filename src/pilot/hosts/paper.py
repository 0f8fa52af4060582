"""What a host writes on: a stream, its width, its colours and its characters."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from pilot.errors import PilotError
from pilot.hosts.text import can_write, fitted, printed, visible

if TYPE_CHECKING:
    from rich.text import Text

MEASURE = 100
"""Prose is set no wider than this, however wide the terminal is."""

_GLYPHS = {
    "done": ("✓", "+"),
    "skipped": ("–", "-"),
    "failed": ("✗", "x"),
    "declined": ("✗", "x"),
    "interrupted": ("!", "!"),
    "undone": ("↶", "<"),
    "running": ("▸", ">"),
    "warn": ("!", "!"),
    "ask": ("?", "?"),
    "rule": ("─", "-"),
    "bar": ("│", "|"),
    "gap": ("⋮", ":"),
    "more": ("…", "~"),
    "minus": ("−", "-"),
}


class Paper:
    """The one place through which text reaches the stream. Takes secrets out of all of it."""

    def __init__(self, stream: TextIO, redact: Callable[[str], str]) -> None:
        from rich.console import Console

        self.stream = stream
        self.console = Console(file=stream, markup=False, highlight=False, emoji=False)
        self.terminal = stream.isatty()
        self._redact = redact
        self._encoding = stream.encoding or "ascii"
        self._unicode = can_write("".join(glyph for glyph, _ in _GLYPHS.values()), self._encoding)
        self._blank = True
        self._gap = False
        self._gone = False

    @property
    def lively(self) -> bool:
        """Whether what was written can be written over."""
        return self.terminal and self.console.is_interactive and not self._gone

    @property
    def coloured(self) -> bool:
        """Whether colours can be seen."""
        return self.console.color_system is not None and not self.console.no_color

    @property
    def unicode(self) -> bool:
        """Whether marks and lines beyond ASCII can be written."""
        return self._unicode

    @property
    def width(self) -> int | None:
        """Columns; None where lines may be as long as they like (a pipe, a file)."""
        if not self.terminal:
            return None
        columns = self.console.width
        if self.console.is_dumb_terminal:  # rich takes those to have 80 columns
            columns = os.get_terminal_size(self.stream.fileno()).columns or columns
        return max(columns, 20)

    @property
    def measure(self) -> int | None:
        """Columns for prose."""
        return None if self.width is None else min(self.width, MEASURE)

    def glyph(self, name: str) -> str:
        """One of pilot's own marks, in what the stream can write."""
        return _GLYPHS[name][0 if self._unicode else 1]

    def clean(self, text: str) -> str:
        """Text as data: no secret, no hidden character, nothing that can't be written."""
        return fitted(visible(self._redact(text)), self._encoding)

    def clean_output(self, text: str) -> str:
        """The same for what a program printed, its colours and rewritten lines taken out."""
        return fitted(visible(self._redact(printed(text))), self._encoding)

    def print(self, lines: Sequence[Text], *, sets_apart: bool = False) -> None:
        """Write lines that already fit; after those that set apart, no gap is wanted."""
        from rich.text import Text

        if lines:
            self.settle()
            self._write(Text("\n").join(lines))
            self._blank = sets_apart or not lines[-1].plain.strip()

    def gap(self) -> None:
        """One empty line before whatever comes next, unless there is one."""
        self._gap = not self._blank

    def settle(self) -> None:
        """Write the gap that is still owed."""
        from rich.text import Text

        if self._gap:
            self._write(Text())
            self._gap, self._blank = False, True

    def lost(self, error: OSError) -> None:
        """Writing has failed. On a terminal that has gone away nothing is written any more.

        What runs is not broken off: the next question ends it, and until then it may finish what it does.
        """
        if not self.terminal:
            raise PilotError(f"What pilot shows can't be written: {error.strerror}.") from error
        self._gone = True

    def _write(self, text: Text) -> None:
        if self._gone:
            return
        try:
            self.console.print(text, soft_wrap=True)
        except OSError as error:
            self.lost(error)

    def written_by_others(self) -> None:
        """Something else, like a prompt, has written the last line."""
        self._blank = False


def prose(text: str, style: str, width: int | None, paper: Paper) -> list[Text]:
    """Lines of prose, broken between words; they keep their own line ends."""
    from rich.text import Text

    whole = [Text(line, style=style) for line in text.split("\n")]
    if width is None:
        return whole
    parts = [part for line in whole for part in line.wrap(paper.console, width, overflow="fold") or [line]]
    for part in parts:
        part.rstrip()
    return parts


def folded(line: Text, width: int | None) -> list[Text]:
    """A line broken exactly where the width ends: nothing is left out, not even a space."""
    from rich.cells import cell_len

    if width is None or cell_len(line.plain) <= width:
        return [line]
    breaks, used = [], 0
    for position, character in enumerate(line.plain):
        cells = cell_len(character)
        if used + cells > width:
            breaks.append(position)
            used = 0
        used += cells
    return list(line.divide(breaks))


def indented(lines: Sequence[Text], columns: int) -> list[Text]:
    """Lines with a left margin."""
    from rich.text import Text

    return [Text.assemble(" " * columns, line) if line.plain.strip() else line for line in lines]
