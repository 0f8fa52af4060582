"""Pilot's end of the line to a child: what it says while it runs, read as the words of a stranger."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import msgspec

from pilot.finding import Json
from pilot.run.announced import exchange_of
from pilot.run.harness.line import LONGEST
from pilot.run.traffic import Exchange

_MOST = 16_000_000
"""Bytes of all lines that are kept."""
_CLOSING = 1.0


class _Said(msgspec.Struct):
    """One line."""

    exchange: dict[str, Json] | None = None
    """Part of one; `n` is its number."""
    ledger: bool = False
    """The ledger is kept."""
    trouble: str = ""
    """The ledger is not kept, or no more: why."""


class Line:
    """The line of one run. It listens from `start` on; the script may write to it as well."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean
        self._ours, self._its = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._parts: dict[int, dict[str, Json]] = {}
        self._kept = 0
        self._dropped = self._heard = False
        self._trouble = ""
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
        found = (exchange_of(parts, self._clean) for parts in self._parts.values())
        return tuple(sorted((exchange for exchange in found if exchange), key=_began))

    @property
    def remark(self) -> str:
        """What is not in the ledger, where something is not."""
        if self._dropped:
            return "The script's requests were too many to record: those after the first are left out."
        if self._trouble:
            return f"The script's requests could not be recorded: {self._clean(self._trouble[:300])}."
        return "" if self._heard else "The script's requests could not be recorded."

    def _listen(self) -> None:
        decode = msgspec.json.Decoder(_Said).decode
        with self._ours.makefile("rb") as lines:
            while line := lines.readline(LONGEST):
                self._kept += len(line)
                if self._kept > _MOST:
                    self._dropped = True
                    continue
                with suppress(msgspec.DecodeError):
                    self._take(decode(line))

    def _take(self, said: _Said) -> None:
        self._heard = self._heard or said.ledger
        self._trouble = self._trouble or said.trouble
        if said.exchange is not None:
            number = said.exchange.pop("n", None)
            if isinstance(number, int):
                self._parts.setdefault(number, {}).update(said.exchange)


def _began(exchange: Exchange) -> float:
    return exchange.at


def open_line(clean: Callable[[str], str]) -> Line | None:
    """A line, where the system lets a child have an end of it."""
    return None if sys.platform == "win32" else Line(clean)
