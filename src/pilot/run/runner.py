"""The runner: runs the script in a child process, bounded, and says what happened."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from pilot.errors import Interrupted, PilotError
from pilot.run.environment import child_environment
from pilot.run.local_state import take_own_state
from pilot.run.output import KeptOutput, LiveOutput
from pilot.run.pending import clear_pending
from pilot.run.report import read_report
from pilot.run.result import Ending, RunMode, RunResult
from pilot.run.traceback_text import parse_traceback
from pilot.run.tree import ProcessTree

HARNESS = Path(__file__).with_name("child.py")

_CHUNK = 64 * 1024
_LINGER = 0.5
"""Seconds that the output may stay open after the child has ended, before what holds it is killed."""

Chunks = queue.Queue[tuple[int, bytes]]


class ScriptRunner:
    """Runs scripts in the project folder; implements the kit's `Runner`."""

    def __init__(self, root: Path, interpreter: Callable[[], Path], redact: Callable[[str], str]) -> None:
        self._root = root
        self._interpreter = interpreter
        self._redact = redact

    def run(
        self,
        script: str,
        mode: RunMode,
        environment: Mapping[str, str],
        timeout: float,
        watch: Callable[[str], None],
        pipeline: str | None = None,
    ) -> RunResult:
        """Run it in the project folder; see `Runner.run`. Raises Interrupted at a second Ctrl-C."""
        started = time.monotonic()
        streams = _Streams(self._redact, watch)
        passed_on = child_environment(os.environ, environment, mode)
        other = take_own_state(self._root, pipeline, passed_on) if pipeline else None
        if other is not None:
            watch(f"dlt had the state of another project's {pipeline} ({other}); it was set aside.\n")
        with TemporaryDirectory(prefix="pilot-run-") as folder:
            report = Path(folder, "report.json")
            command = [str(self._interpreter()), str(HARNESS), str(report), script]
            run = _Run(streams, started + timeout)
            ending, code = run.follow(command, self._root, passed_on)
            error, loads = read_report(report, self._redact)
        stdout, stderr = streams.texts()
        if error is None and (ending, code) != (Ending.EXITED, 0):
            error = parse_traceback(stderr, self._root)
        seconds = time.monotonic() - started
        return RunResult(mode, ending, code, seconds, stdout, stderr, error, streams.cut, loads)

    def clear_pending(self, pipeline: str) -> bool:
        """Drop load packages that a failed run left behind; whether there were any."""
        environment = child_environment(os.environ, {})
        return clear_pending(self._root, self._interpreter(), pipeline, environment, self._redact)


class _Streams:
    """The child's two streams: 0 is its output, 1 its errors."""

    def __init__(self, redact: Callable[[str], str], watch: Callable[[str], None]) -> None:
        self._kept = (KeptOutput(redact), KeptOutput(redact))
        self._live = (LiveOutput(redact, watch), LiveOutput(redact, watch))

    def feed(self, stream: int, data: bytes) -> None:
        """Take more of a stream; its end comes as no data."""
        if not data:
            self._live[stream].close()
            return
        self._kept[stream].feed(data)
        self._live[stream].feed(data)

    def texts(self) -> tuple[str, str]:
        """What is kept of both."""
        return self._kept[0].text(), self._kept[1].text()

    @property
    def cut(self) -> bool:
        """Whether something was left out."""
        return self._kept[0].cut or self._kept[1].cut


class _Run:
    """One child, from its start until nothing is left of it."""

    def __init__(self, streams: _Streams, deadline: float) -> None:
        self._streams = streams
        self._deadline = deadline
        self._chunks: Chunks = queue.Queue(maxsize=16)
        self._open = 0
        self._tree = ProcessTree()

    def follow(self, command: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[Ending, int]:
        """Run the command to its end; how it ended, and its exit code."""
        try:
            self._start(command, folder, environment)
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

    def _start(self, command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        try:
            streams = self._tree.start(command, folder, environment)
        except OSError as error:
            raise PilotError(
                f"The project's Python can't be started: {command[0]}: {error.strerror}.",
                "Make the project's .venv anew, or remove it to use pilot's own Python.",
            ) from None
        self._open = len(streams)
        for number, stream in enumerate(streams):
            threading.Thread(target=self._read, args=(number, stream), daemon=True).start()

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

    def _take(self, seconds: float) -> bool:
        """Pass on the next piece of output; False when none came in time."""
        try:
            number, data = self._chunks.get(timeout=seconds)
        except queue.Empty:
            return False
        self._open -= not data
        self._streams.feed(number, data)
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
