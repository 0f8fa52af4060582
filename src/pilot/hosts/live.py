"""The live region: what runs now, for how long, and the last lines of what it says."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from pilot.host import Progress
from pilot.hosts.text import LineBuffer, duration

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from pilot.hosts.paper import Paper

TAIL = 10
"""Lines of streamed text that stay in sight."""
_FIRST, _LONGEST = 2.0, 60.0
"""In a log: seconds between two lines that tell what is going on; they double, so long work fills no log."""
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"

Keep = Callable[[Sequence[str]], None]
"""Writes streamed lines so that they stay."""


class Region(Progress, Protocol):
    """A Progress that a host shows, and hides while it asks."""

    def start(self) -> None:
        """Come into sight."""

    def stop(self) -> None:
        """Leave the screen as if nothing had been there."""

    def end(self, broken: bool) -> None:
        """The work has ended; `broken` by an error or by Ctrl-C, its last lines stay."""


class LiveRegion:
    """A region that is drawn over and over. Text may come from any thread."""

    def __init__(self, paper: Paper, text: str, keep: Keep, keep_all: bool) -> None:
        self._paper = paper
        self._text = text
        self._keep = keep
        self._keep_all = keep_all
        self._began = time.monotonic()
        self._buffer = LineBuffer()
        self._tail: deque[str] = deque(maxlen=TAIL)
        self._live: Live | None = None
        self._lock = RLock()

    def say(self, text: str) -> None:
        """Replace the one line that tells what is going on."""
        self._text = text

    def write(self, text: str) -> None:
        """Take text as it comes; whole lines are shown, so that a secret never comes in halves."""
        with self._lock:
            lines = self._buffer.feed(text)
        self._take(lines)

    def start(self) -> None:
        """Come into sight."""
        from rich.live import Live

        self._paper.settle()
        self._live = Live(
            get_renderable=self._draw,
            console=self._paper.console,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        try:
            self._live.start()
        except OSError as error:
            self._paper.lost(error)

    def stop(self) -> None:
        """Leave the screen as if nothing had been there."""
        live, self._live = self._live, None
        if live is None:
            return
        try:
            try:
                live.stop()
            finally:  # a second Ctrl-C may have come in between
                self._paper.console.show_cursor(True)
        except OSError as error:
            self._paper.lost(error)

    def end(self, broken: bool) -> None:
        """The work has ended."""
        self.stop()
        self._take(self._buffer.end())
        if broken and not self._keep_all:
            self._keep(list(self._tail))

    def _take(self, lines: Sequence[str]) -> None:
        """Not under the lock where lines are kept: the screen's own lock comes first, and then `_draw`."""
        if self._keep_all:
            self._keep(lines)
            return
        with self._lock:
            self._tail.extend(self._paper.clean_output(line) for line in lines if line.strip())

    def _draw(self) -> Text:
        from rich.text import Text

        paper = self._paper
        room = max((paper.width or 80) - 1, 10)
        with self._lock:
            tail = [*self._tail][-max(min(TAIL, paper.console.height - 4), 0) or TAIL :]
        elapsed = time.monotonic() - self._began
        frames = _FRAMES[0 if paper.unicode else 1]
        mark = (frames[int(elapsed * 8) % len(frames)], "cyan")
        since = f"  {duration(int(elapsed)).replace('.0', '')}" if elapsed >= 1 else ""
        words = Text(paper.clean(self._text).replace("\n", " "))
        bar = (f"{paper.glyph('bar')} ", "dim")
        lines = [Text.assemble(mark, " ", _cut(words, room - 2 - len(since)), (since, "dim"))]
        lines += [Text.assemble("  ", bar, _cut(Text(line, "dim"), room - 4)) for line in tail]
        return Text("\n").join(lines)


class LogRegion:
    """The same for a log or a pipe: a line when it begins, then one now and then."""

    def __init__(self, paper: Paper, text: str, keep: Keep, keep_all: bool) -> None:
        self._paper = paper
        self._text = text
        self._keep = keep
        self._keep_all = keep_all
        self._told = 0.0
        self._pause = _FIRST
        self._buffer = LineBuffer()
        self._lock = RLock()

    def say(self, text: str) -> None:
        """Tell what is going on, unless something was told just now."""
        with self._lock:
            if self._keep_all or time.monotonic() - self._told >= self._pause:
                self._pause = min(self._pause * 2, _LONGEST)
                self._tell(text)

    def write(self, text: str) -> None:
        """Take text as it comes."""
        if self._keep_all:
            with self._lock:
                self._write(self._buffer.feed(text))

    def start(self) -> None:
        """Tell what begins."""
        if not self._told:
            self._tell(self._text)

    def stop(self) -> None:
        """Nothing to leave: a log is not written over."""

    def end(self, broken: bool) -> None:
        """The work has ended."""
        with self._lock:
            self._write(self._buffer.end())

    def _tell(self, text: str) -> None:
        from rich.text import Text

        self._told = time.monotonic()
        self._paper.print([Text(f"  {self._paper.clean(text)}{self._paper.clean('…')}")])

    def _write(self, lines: Sequence[str]) -> None:
        if lines:
            self._keep(lines)


def _cut(text: Text, width: int) -> Text:
    text.truncate(max(width, 1), overflow="crop")
    return text
