"""Pilot's end of the line to a child: what it says while it runs, read as the words of a stranger."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import IO, Annotated

import msgspec

from pilot.finding import Json
from pilot.run.announced import exchange_of
from pilot.run.answers import RunAnswers
from pilot.run.harness.line import LONGEST
from pilot.run.harness.memory import LARGEST
from pilot.run.traffic import Exchange

_MOST = 16_000_000
"""Bytes of all lines that are kept."""
_CLOSING = 1.0
_MOST_TEXTS = 1000


class _Keep(msgspec.Struct):
    """An answer to remember; as many bytes as its size says follow."""

    request: str
    times: int
    status: int
    headers: tuple[tuple[str, str], ...]
    size: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]


class _Said(msgspec.Struct):
    """One line."""

    exchange: dict[str, Json] | None = None
    """Part of one; `n` is its number."""
    ledger: bool = False
    """The ledger is kept."""
    trouble: str = ""
    """The ledger is not kept, or no more: why."""
    ask: str | None = None
    """A request whose answer pilot may remember: it waits for a reply."""
    keep: _Keep | None = None


class Line:
    """The line of one run. It listens from `start` on; the script may write to it as well."""

    def __init__(self, clean: Callable[[str], str], answers: RunAnswers | None) -> None:
        self._clean = clean
        self._answers = answers
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
        clean = lru_cache(_MOST_TEXTS)(self._clean)  # most texts are the same in every exchange
        found = (exchange_of(parts, clean) for parts in self._parts.values())
        return tuple(sorted((exchange for exchange in found if exchange), key=_began))

    def different(self, count: int) -> int:
        """How many of the answers that came last differ; all of them where there are not yet so many."""
        parts = list(self._parts.values())[-count:]
        bodies = {str(one.get("edges") or one.get("digest") or number) for number, one in enumerate(parts)}
        return len(bodies) if len(parts) == count else count

    def newest(self, count: int) -> tuple[Exchange, ...]:
        """The exchanges that began last, while the script runs."""
        parts = list(self._parts.values())[-count:]
        return tuple(exchange for one in parts if (exchange := exchange_of(dict(one), self._clean)))

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
                with suppress(msgspec.DecodeError, OSError):
                    said = decode(line)
                    self._take(said, len(line))
                    self._remember(said, lines)

    def _take(self, said: _Said, size: int) -> None:
        self._heard = self._heard or said.ledger
        self._trouble = self._trouble or said.trouble
        if said.exchange is not None and not self._dropped:
            self._kept += size
            self._dropped = self._kept > _MOST
            number = said.exchange.pop("n", None)
            if isinstance(number, int):
                self._parts.setdefault(number, {}).update(said.exchange)

    def _remember(self, said: _Said, lines: IO[bytes]) -> None:
        """Reply with what an earlier run was answered, and keep what this one was."""
        if said.keep is not None:
            keep, body = said.keep, lines.read(said.keep.size)
            if self._answers is not None:
                self._answers.keep(keep.request, keep.times, keep.status, keep.headers, body)
        if said.ask is not None:
            times, kept = self._answers.ask(said.ask) if self._answers else (0, None)
            head: dict[str, object] = {"times": times}
            if kept is not None:
                head |= {"status": kept.status, "headers": kept.headers, "size": len(kept.body)}
            self._ours.sendall(msgspec.json.encode(head) + b"\n" + (kept.body if kept else b""))


def _began(exchange: Exchange) -> float:
    return exchange.at


def open_line(clean: Callable[[str], str], answers: RunAnswers | None) -> Line | None:
    """A line, where the system lets a child have an end of it."""
    return None if sys.platform == "win32" else Line(clean, answers)
