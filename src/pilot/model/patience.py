"""How long what passes by itself is waited for, with the person told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pilot.model.faults import Fault

_REMINDER = 15.0


@dataclass(frozen=True)
class Patience:
    """Bounds, in seconds and in attempts."""

    attempts: int = 5
    first: float = 1.0
    """The first wait; each one after it is twice as long."""
    longest: float = 60.0
    """A `Retry-After` beyond this is not waited for."""
    answer: float = 900.0
    """For one whole answer, however it trickles in."""
    silence: float = 300.0
    """Between two pieces of an answer: a model may think for long."""

    def within(self, seconds: float | None) -> Patience:
        """This patience where only so many seconds are left; None: there is no end to keep."""
        if seconds is None:
            return self
        left = max(seconds, 0.0)
        return replace(self, answer=min(self.answer, left), longest=min(self.longest, left))

    def wait(self, fault: Fault, attempt: int, says: str, say: Callable[[str], None]) -> bool:
        """Wait before the next attempt; False when another one is not worth it."""
        if attempt >= min(self.attempts, fault.most or self.attempts):
            return False
        seconds = fault.after if fault.after is not None else self.first * 2 ** (attempt - 1)
        if seconds > self.longest:
            say(f"{says}. It asks to wait {seconds:.0f} s, which is too long.")
            return False
        say(f"{says}. Trying again in {max(1, round(seconds))} s.")
        _count_down(seconds, say)
        return True


def _count_down(seconds: float, say: Callable[[str], None]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _REMINDER))
        if (left := end - time.monotonic()) > 1:
            say(f"{left:.0f} s left.")
