"""Streams for hosts: a pipe of any encoding, and one that says that it is a terminal."""

from __future__ import annotations

import io
import re

import pytest

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Sheet(io.TextIOWrapper):
    """Keeps what is written."""

    def __init__(self, terminal: bool = False, encoding: str = "utf-8") -> None:
        self._terminal = terminal
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return self._terminal

    @property
    def raw(self) -> str:
        """Everything written."""
        return self.bytes.getvalue().decode(self.encoding)

    @property
    def lines(self) -> list[str]:
        """The lines written, without colours."""
        return _ESCAPES.sub("", self.raw).splitlines()


def terminal_sheet(monkeypatch: pytest.MonkeyPatch, columns: int, term: str = "xterm-256color") -> Sheet:
    """A terminal of that width."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Sheet(terminal=True)
