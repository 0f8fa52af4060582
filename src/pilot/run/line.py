"""Pilot's end of the line to a child: what it says while it runs, read as the words of a stranger."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from pilot.finding import Json
from pilot.run.harness.line import LONGEST
from pilot.run.traffic import Exchange

_MOST = 16_000_000
"""Bytes of all lines that are kept."""
_CLOSING = 1.0


class _Said(msgspec.Struct):
    """One line."""

    exchange: dict[str, Json] | None = None
    """Part of an exchange; `n` is its number. Later parts add to earlier ones."""
    fence: Json = None
    """What the fence came to."""


class Line:
    """The line of one run. It listens from `start` on; the script may write to it as well."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean
        self._ours, self._its = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._parts: dict[int, dict[str, Json]] = {}
        self._kept = 0
        self.fence: Json = None
        self._thread.start()

    @property
    def child_end(self) -> int:
        """The file descriptor for the child."""
        return self._its.fileno()

    def started(self) -> None:
        """The child has its end: the line is closed once the child, and all that it forked, are gone."""
        self._its.close()

    def close(self) -> None:
        """Read what is left; nothing is heard any more."""
        self._its.close()
        self._thread.join(_CLOSING)
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._ours.close()

    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange that was told, in the order in which they began."""
        found = (self._exchange(self._parts[number]) for number in sorted(self._parts))
        return tuple(exchange for exchange in found if exchange is not None)

    def _exchange(self, parts: dict[str, Json]) -> Exchange | None:
        known: Any = {
            key: self._clean(value) if isinstance(value, str) else value for key, value in parts.items()
        }
        try:
            return msgspec.convert(known, Exchange)
        except msgspec.ValidationError:
            return None

    def _listen(self) -> None:
        decode = msgspec.json.Decoder(_Said).decode
        with self._ours.makefile("rb") as lines:
            while line := lines.readline(LONGEST):
                self._kept += len(line)
                if self._kept > _MOST:
                    continue
                with suppress(msgspec.DecodeError):
                    self._take(decode(line))

    def _take(self, said: _Said) -> None:
        if said.fence is not None and self.fence is None:
            self.fence = said.fence  # the first word is the harness's own: the script has not begun
        if said.exchange is not None and isinstance(number := said.exchange.pop("n", None), int):
            self._parts.setdefault(number, {}).update(said.exchange)


def open_line(clean: Callable[[str], str]) -> Line | None:
    """A line, where the system lets a child have an end of it."""
    return None if sys.platform == "win32" else Line(clean)
