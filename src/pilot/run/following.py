"""Follows one child from its start until nothing is left of it."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Protocol

from pilot.errors import Interrupted
from pilot.run.result import Ending
from pilot.run.starting import Started
from pilot.run.tree import Child, ProcessTree

_CHUNK = 64 * 1024
_LINGER = 0.5
"""Seconds that the output may stay open after the child has ended, before what holds it is killed."""

_LOOKS_EACH = 2.0

Chunks = queue.Queue[tuple[int, bytes]]


class Listener(Protocol):
    """Takes what a child writes."""

    def feed(self, stream: int, data: bytes) -> None:
        """Take more of a stream: 0 is the output, 1 the errors; the end comes as no data."""


class Following:
    """One child with its output, bounded by a time limit."""

    def __init__(
        self, listener: Listener, deadline: float, in_vain: Callable[[], bool] = lambda: False
    ) -> None:
        self._listener = listener
        self._deadline = deadline
        self._in_vain = in_vain
        self._looks = 0.0
        self._chunks: Chunks = queue.Queue(maxsize=16)
        self._open = 0
        self._tree = ProcessTree()

    def follow(self, start: Callable[[], Started]) -> tuple[Ending, int]:
        """Start the child and stay with it to its end; how it ended, and its exit code."""
        try:
            self._tree.start(lambda: self._begun(start()))
            ending = self._wait()
        except KeyboardInterrupt:
            ending = Ending.INTERRUPTED
        finally:
            pressed_again = _despite_interrupts(self._tree.end)
        while self._open and self._take(0.5):
            pass
        if pressed_again:
            raise Interrupted
        return ending, self._tree.exit_code

    def _begun(self, started: Started) -> Child:
        """Listen to its output."""
        self._open = len(started.streams)
        for number, stream in enumerate(started.streams):
            threading.Thread(target=self._read, args=(number, stream), daemon=True).start()
        return started.child

    def _read(self, number: int, stream: IO[bytes]) -> None:
        """In a thread of its own: hand on what the child writes, until its end of the pipe is closed."""
        with stream:
            while data := os.read(stream.fileno(), _CHUNK):
                self._chunks.put((number, data))
        self._chunks.put((number, b""))

    def _wait(self) -> Ending:
        lingers_until = None
        while self._open or self._tree.running(0):
            now = time.monotonic()
            if now >= self._deadline:
                return Ending.TIME_LIMIT
            if self._goes_on_in_vain(now):
                return Ending.IN_VAIN
            if lingers_until is None and not self._tree.running(0):
                lingers_until = now + _LINGER
            if lingers_until is not None and now > lingers_until:
                break  # something that the script left behind holds its output open
            pause = min(0.05, self._deadline - now)
            if self._open:
                self._take(pause)
            else:
                self._tree.running(pause)
        return Ending.EXITED

    def _goes_on_in_vain(self, now: float) -> bool:
        """Whether nothing new can come any more; looked at now and then."""
        if now < self._looks:
            return False
        self._looks = now + _LOOKS_EACH
        return self._in_vain()

    def _take(self, seconds: float) -> bool:
        """Pass on the next piece of output; False when none came in time."""
        try:
            number, data = self._chunks.get(timeout=seconds)
        except queue.Empty:
            return False
        self._open -= not data
        self._listener.feed(number, data)
        return True


def _despite_interrupts(act: Callable[[], None]) -> bool:
    """Carry an act to its end whatever is pressed meanwhile; whether Ctrl-C was."""
    failures: list[BaseException] = []
    ended: list[bool] = []

    def carry_out() -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)
        finally:
            ended.append(True)

    worker = threading.Thread(target=carry_out)
    pressed = False
    while not ended:
        try:
            if worker.ident is None:
                with suppress(RuntimeError):  # Ctrl-C came right after it was started
                    worker.start()
            # not join: where Ctrl-C breaks that off, CPython takes the thread for ended
            time.sleep(0.002)
        except KeyboardInterrupt:
            pressed = True
    if failures:
        raise failures[0]
    return pressed
