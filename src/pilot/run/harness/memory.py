"""Answers of earlier runs, which pilot keeps in its memory: asked for over the line before the API is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from .line import Line

LARGEST = 4_000_000
"""Bytes of an answer that is kept."""
_NOT_TELLING = {"user-agent", "accept-encoding", "connection", "content-length"}
"""Headers that do not change what is answered."""

Headers = list[tuple[str, str]]


class Remembered(NamedTuple):
    """An answer of an earlier run."""

    status: int
    headers: Headers
    body: bytes


class Place(NamedTuple):
    """Where an answer belongs: which request, and how often it was made before in this run."""

    request: str
    times: int


class Memory:
    """Pilot's memory, as the script's process sees it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._process = os.getpid()

    def recall(self, method: str, url: str, headers: Headers) -> tuple[Place | None, Remembered | None]:
        """Where the answer to a request belongs, and the answer where pilot has one."""
        if method != "GET" or os.getpid() != self._process:  # pilot's answers would reach another process
            return None, None
        request = _digest(url, headers)
        told, body = self._line.ask("ask", request)
        if told is None:
            return None, None
        place = Place(request, int(told["times"]))
        if "status" not in told:
            return place, None
        return place, Remembered(told["status"], [(name, value) for name, value in told["headers"]], body)

    def keep(self, place: Place, status: int, headers: Headers, body: bytes) -> None:
        """Have pilot remember an answer."""
        about: dict[str, Any] = {**place._asdict(), "status": status, "headers": headers, "size": len(body)}
        self._line.say("keep", about, body)


def _digest(url: str, headers: Iterable[tuple[str, str]]) -> str:
    """What a request is known by: no key can be read out of it."""
    telling = sorted((name.lower(), value) for name, value in headers if name.lower() not in _NOT_TELLING)
    return blake2b(repr((url, telling)).encode(), digest_size=20).hexdigest()
