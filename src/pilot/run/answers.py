"""Answers of the API, kept in memory while pilot runs, so that repairs do not burn the API's limits.

Only good answers to GET requests are kept, whatever the API says of caching: they serve check runs alone, for
a while, and never reach a disk. A request is known by a hash of everything in it that could change the
answer, the key included; so one with another key is asked anew. Within a run every repetition of a request
has its own answer: a script that asks until something is ready sees the same course again.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_BYTES = 64_000_000
MOST_ANSWERS = 1000
LONGEST_KEPT = 1800.0
"""Seconds after which an answer may be outdated: cursors and signed addresses in it expire."""

Place = tuple[str, int]
"""A request, and how often it was made before in its run."""


@dataclass(frozen=True)
class KeptAnswer:
    """One answer as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float


class AnswerMemory:
    """The answers of one session, the least used of which go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[Place, KeptAnswer] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, place: Place) -> KeptAnswer | None:
        """The answer, where there is a fresh one."""
        found = self._kept.get(place)
        if found is None or self._clock() - found.at > LONGEST_KEPT:
            return None
        self._kept.move_to_end(place)
        return found

    def keep(self, place: Place, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """Remember a good answer; any other one is not kept."""
        if not 200 <= status < 300 or len(body) > MOST_BYTES // 8:
            return
        self._bytes -= len(old.body) if (old := self._kept.pop(place, None)) else 0
        self._kept[place] = KeptAnswer(status, headers, body, self._clock())
        self._bytes += len(body)
        while self._bytes > MOST_BYTES or len(self._kept) > MOST_ANSWERS:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)


class RunAnswers:
    """The memory as one run sees it."""

    def __init__(self, memory: AnswerMemory) -> None:
        self._memory = memory
        self._asked: Counter[str] = Counter()

    def ask(self, request: str) -> tuple[int, KeptAnswer | None]:
        """How often this run made the request before, and the answer to it."""
        times = self._asked[request]
        self._asked[request] += 1
        return times, self._memory.get((request, times))

    def keep(
        self, request: str, times: int, status: int, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> None:
        """Remember what this run was answered."""
        if 0 <= times < self._asked[request]:
            self._memory.keep((request, times), status, headers, body)
