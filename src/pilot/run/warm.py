"""Pilot's side of the warm parent: starts it in the background, hands it jobs, and ends it.

Wherever it will not do, and on any doubt, a job gets a fresh interpreter.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from pilot.run.environment import child_environment, without_keys
from pilot.run.harness.job import Job
from pilot.run.starting import START, FreshInterpreter, Started

_READY = 30.0
"""Seconds that the imports may take."""
_ANSWER = 5.0
_END = 2.0


class Fork:
    """A job of the warm parent's, which is pilot's own child as soon as it runs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode = 0
        self._ended = False

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._reaped(os.WNOHANG)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        self._reaped(0)
        return self.returncode

    def _reaped(self, options: int) -> int | None:
        if not self._ended:
            try:
                pid, status = os.waitpid(self.pid, options)
            except ChildProcessError:  # somebody else reaped it: how it ended is not known
                pid, status = self.pid, 1 << 8
            if not pid:
                return None
            self._ended = True
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


class WarmParent:
    """One warm parent, from its start to its end."""

    def __init__(self, interpreter: Path, root: Path) -> None:
        self.interpreter = interpreter
        self.root = root
        self._ours, its = socket.socketpair()
        try:
            with its:
                self._process = _started(interpreter, root, its.fileno())
        except OSError:
            self._ours.close()
            raise
        self.pid = self._process.pid
        self.ready = False

    def fit(self) -> bool:
        """Whether it can take a job; waits for its imports, which a fresh interpreter too would do."""
        try:
            if not self.ready:
                self.ready = self._told(_READY).get("trouble") == ""
                return self.ready
            self._ours.sendall(msgspec.json.encode({"job": None, "environment": {}}) + b"\n")
            return self._told(_ANSWER).get("trouble") == ""
        except (OSError, ValueError):
            return False

    def start(self, job: Job, environment: Mapping[str, str]) -> Started:
        """Have it fork. Raises OSError or ValueError where that fails: then nothing runs."""
        (out, its_out), (errors, its_errors), (its_go, go) = os.pipe(), os.pipe(), os.pipe()
        streams = [os.fdopen(end, "rb", buffering=0) for end in (out, errors)]
        try:
            given = [its_out, its_errors, its_go, *([] if job.line is None else [job.line])]
            request = {"job": job._asdict(), "environment": dict(environment)}
            self._send(msgspec.json.encode(request) + b"\n", given)
            pid = int(self._told(_ANSWER)["pid"])
            if not pid:
                raise ValueError("it could not fork")
            os.write(go, b"g")  # without it the fork ends: nothing runs that nobody follows
        except BaseException:
            for stream in streams:
                stream.close()
            raise
        finally:
            for end in (its_out, its_errors, its_go, go):
                os.close(end)
        return Started(Fork(pid), streams)

    def end(self) -> None:
        """End it, and whatever waits in it."""
        self._ours.close()
        try:
            self._process.wait(_END if self.ready else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, data: bytes, descriptors: list[int]) -> None:
        sent = socket.send_fds(self._ours, [data], descriptors)
        self._ours.sendall(data[sent:])

    def _told(self, seconds: float) -> dict[str, Any]:
        """Its next line. Raises OSError when none comes in time."""
        deadline = time.monotonic() + seconds
        data = b""
        while not data.endswith(b"\n"):
            self._ours.settimeout(max(deadline - time.monotonic(), 0.001))
            piece = self._ours.recv(1 << 16)
            if not piece:
                raise ConnectionError("it is gone")
            data += piece
        self._ours.settimeout(None)
        told: dict[str, Any] = msgspec.json.decode(data, type=dict)
        return told


def _started(interpreter: Path, root: Path, control: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [interpreter, START, "warm", str(control)],
        cwd=root,
        env=without_keys(child_environment(os.environ, {})),  # /proc shows it in every fork
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=(control,),
    )


_ahead: list[WarmParent] = []
"""Begun before pilot itself was imported; the first starter takes it over."""


def begin_ahead() -> None:
    """Import dlt while pilot is imported; with pilot's own Python only, as nothing was agreed to yet."""
    if sys.platform == "linux" and not Path(".venv").exists():
        with suppress(OSError):
            _ahead.append(WarmParent(Path(sys.executable), Path.cwd()))


def _begun(interpreter: Path, root: Path) -> WarmParent:
    """The one that was begun ahead where it is the same, else a new one. Raises OSError."""
    while _ahead:
        ahead = _ahead.pop()
        if (ahead.interpreter, ahead.root) == (interpreter, root):
            return ahead
        ahead.end()
    return WarmParent(interpreter, root)


class WarmStarter:
    """Begins jobs in forks of a warm parent where there can be one, else in fresh interpreters."""

    def __init__(
        self, root: Path, interpreter: Callable[[], Path], meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self._root = root
        self._interpreter = interpreter
        self._meanwhile = meanwhile
        """What pilot itself can do while the parent's imports are waited for."""
        self._fresh = FreshInterpreter(interpreter)
        self._parent: WarmParent | None = None
        self._sound = sys.platform == "linux"

    @property
    def parent_pid(self) -> int | None:
        """The parent's process; None where there is none."""
        return self._parent.pid if self._parent else None

    def warm_up(self) -> None:
        """Start the parent in the background; a project's own Python only once a job was agreed to."""
        if self._interpreter() == Path(sys.executable):
            self._begin()

    def prepare(self) -> None:
        """See to it that the parent fits what is installed now."""
        if self._parent is not None and not self._parent.ready:
            self._meanwhile()
        while self._sound and not self._fits():
            outdated = self._parent is not None and self._parent.ready
            self.close()
            self._sound = outdated

    def _fits(self) -> bool:
        if self._parent is not None and self._parent.interpreter != self._interpreter():
            self.close()
        self._begin()
        return self._parent is not None and self._parent.fit()

    def _begin(self) -> None:
        if self._sound and self._parent is None:
            with suppress(OSError):
                self._parent = _begun(self._interpreter(), self._root)

    def start(self, job: Job, environment: Mapping[str, str]) -> Started:
        """Start the job one way or the other. Raises PilotError."""
        if self._parent is not None:
            try:
                return self._parent.start(job, environment)
            except (OSError, ValueError, LookupError):
                self.close()
                self._sound = False
        return self._fresh.start(job, environment)

    def close(self) -> None:
        """End the parent."""
        if self._parent is not None:
            self._parent.end()
            self._parent = None
