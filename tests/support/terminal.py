"""A real pseudo-terminal with a screen, to see what a person sees and to type what a person types."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os.path import commonprefix
from pathlib import Path

import pexpect
import pyte

_KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    **{f"ctrl-{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}
_HISTORY = 5_000
"""Lines that have left the screen and are still found."""


class Terminal:
    """A command in a terminal. `expect` waits for text on the drawn screen, not in the raw output."""

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        env: Mapping[str, str] | None = None,
        columns: int = 100,
        rows: int = 40,
        timeout: float = 20,
    ) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", **(env or {})}
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        self._screen = pyte.HistoryScreen(columns, rows, history=_HISTORY, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        self._timeout = timeout
        self._seen = ""
        self._drawn = [""] * rows
        self.raw = b""
        """Everything that was written to the terminal."""
        self.process: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            list(command[1:]),
            cwd=str(cwd),
            env=environment,
            dimensions=(rows, columns),
            timeout=timeout,
        )
        self.process.delaybeforesend = None

    def expect(self, text: str, timeout: float | None = None) -> str:
        """Wait until text is there, after what was expected before; the whole text of the terminal so far.

        What was drawn over since then is looked at again.
        """
        deadline = time.monotonic() + (timeout or self._timeout)
        while True:
            shown = self.text()
            found = shown.find(text, len(commonprefix([self._seen, shown])))
            if found >= 0:
                self._seen = shown[: found + len(text)]
                return shown
            if not self._read(deadline):
                raise AssertionError(f"{text!r} did not come. The terminal shows:\n{self.text()}")

    def type(self, text: str) -> None:
        """Type text, without Enter."""
        self.process.send(text.encode())

    def paste(self, text: str) -> None:
        """Paste text the way terminals do, so that line ends in it are no Enter."""
        self.process.send(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def press(self, *keys: str) -> None:
        """Press keys: `enter`, `up`, `ctrl-c` …"""
        for key in keys:
            self.process.send(_KEYS[key].encode())

    def answer(self, text: str) -> None:
        """Type text and press Enter."""
        self.type(text)
        self.press("enter")

    def screen(self) -> list[str]:
        """The lines on the screen now, without empty ones at its end."""
        for row in self._screen.dirty:
            if row < self._screen.lines:
                self._drawn[row] = _line(self._screen.buffer[row], self._screen.columns)
        self._screen.dirty.clear()
        lines = self._drawn.copy()
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def text(self) -> str:
        """What is and was on the screen."""
        gone = [_line(row, self._screen.columns) for row in self._screen.history.top]
        return "\n".join([*gone, *self.screen()])

    def styled(self) -> list[str]:
        """The lines on the screen with their styles told: `{green bold}✓{} Init`."""
        lines = [_styled(self._screen.buffer[row], self._screen.columns) for row in range(self._screen.lines)]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def cursor_hidden(self) -> bool:
        """Whether the cursor was left hidden."""
        return bool(self._screen.cursor.hidden)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the command; its exit code, negative for the signal that ended it."""
        deadline = time.monotonic() + (timeout or self._timeout)
        while self._read(deadline):
            pass
        if time.monotonic() >= deadline and self.process.isalive():
            raise AssertionError(f"The command did not end. The terminal shows:\n{self.text()}")
        self.process.close(force=False)
        status = self.process.exitstatus
        return status if status is not None else -(self.process.signalstatus or 0)

    def hang_up(self) -> None:
        """Take the terminal away from the command."""
        self.process.ptyproc.fileobj.close()  # type: ignore[attr-defined]  # not in the stubs

    def close(self) -> None:
        """End the command if it still runs."""
        if not self.process.closed:
            self.process.close(force=True)

    def _read(self, deadline: float) -> bool:
        """Take in what was written; False when the command has ended or the time is up."""
        while (left := deadline - time.monotonic()) > 0:
            try:
                data = self.process.read_nonblocking(65536, timeout=min(left, 0.5))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return False
            self.raw += data
            self._stream.feed(data)
            return True
        return False


def _styled(row: Mapping[int, pyte.screens.Char], columns: int) -> str:
    told, style = "", ""
    for column in range(columns):
        character = row[column]
        now = _style(character) if character.data.strip() else style
        told += ("{" + now + "}" if now != style else "") + character.data
        style = now
    return told.rstrip() + ("{}" if style else "")


def _style(character: pyte.screens.Char) -> str:
    colours = [
        c for c in (character.fg, character.bg and f"on {character.bg}") if c not in ("default", "on default")
    ]
    marks = [name for name in ("bold", "italics", "underscore", "reverse") if getattr(character, name)]
    return " ".join([*colours, *marks])


def _line(row: Mapping[int, pyte.screens.Char], columns: int) -> str:
    return "".join(row[column].data for column in range(columns)).rstrip()


@contextmanager
def terminal(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    columns: int = 100,
    rows: int = 40,
    timeout: float = 20,
) -> Iterator[Terminal]:
    """A terminal that is closed when the block ends."""
    opened = Terminal(command, cwd, env, columns, rows, timeout)
    try:
        yield opened
    finally:
        opened.close()
