"""A child process with everything that descends from it: started in a group of its own, killed whole.

Linux: descendants are found in /proc, and orphans (daemons) come to pilot while a run is active. Other
POSIX systems: the process group. Windows: what `taskkill /T` finds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

_PR_SET_CHILD_SUBREAPER = 36
_GRACE = 1.0
_KILL_LIMIT = 5.0

# Waits for pilot's word on its stdin; when pilot dies without a word, kills the group.
_LIFELINE = 'read -r _ || kill -KILL "-$1"'


class Child(Protocol):
    """A child of pilot's own, the leader of a group of its own: a `subprocess.Popen`, or a fork."""

    pid: int
    returncode: int

    def poll(self) -> int | None:
        """Its exit code (a signal's number negative), None while it runs. Reaps it."""

    def wait(self) -> int:
        """The same, once it has ended."""


class _Process(NamedTuple):
    """One line of the process table."""

    pid: int
    parent: int
    group: int
    alive: bool


class ProcessTree:
    """One child and its descendants, from `start` to `end`."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._lifeline: subprocess.Popen[bytes] | None = None
        self._strangers = {p.pid for p in _process_table() if p.parent == os.getpid()}
        """Children that pilot had before: none of them is touched."""

    def start(self, begin: Callable[[], Child]) -> None:
        """Start the child. Raises what `begin` raises; `end` is to be called in any case."""
        _adopt_orphans(True)
        self._child = begin()
        if os.name == "posix":
            self._lifeline = _start_lifeline(self._child.pid)

    def running(self, seconds: float) -> bool:
        """Whether the child still runs, after waiting for at most so long."""
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while self._runs():
            left = deadline - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(pause, left))
            pause = min(2 * pause, 0.02)
        return False

    def _runs(self) -> bool:
        if self._child is None:
            return False
        if sys.platform != "linux":
            return self._child.poll() is None
        # not reaped before the end: a dead child still holds its number, so nobody else gets killed for it
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    @property
    def exit_code(self) -> int:
        """The child's, once it has ended; a signal's number negative."""
        return -signal.SIGKILL if self._child is None else self._child.returncode

    def end(self) -> None:
        """Leave nothing of the tree. A child that still runs is asked first, and given a moment."""
        if self._child is not None:
            if os.name == "posix" and self.running(0):
                _signal_group(self._child.pid, signal.SIGTERM)
                self.running(_GRACE)
            _kill_group(self._child)
        deadline = time.monotonic() + _KILL_LIMIT
        while (alive := self._alive()) and time.monotonic() < deadline:
            for process in alive:
                _signal_process(process.pid)
            time.sleep(0.002)
        if self._child is not None:
            self._child.wait()
        if self._lifeline is not None:
            self._lifeline.communicate(b"\n")
        _adopt_orphans(False)

    def _alive(self) -> list[_Process]:
        """The living members of the tree; orphans that have ended are reaped on the way."""
        table = _process_table()
        child = self._child.pid if self._child else None
        keep = self._strangers | {self._lifeline.pid if self._lifeline else 0}
        members = _descendants(table, os.getpid(), keep)
        if child is not None:
            members += [p for p in table if p.group == child and p not in members]
        for process in members:
            if not process.alive and process.parent == os.getpid() and process.pid != child:
                _reap(process.pid)
        return [process for process in members if process.alive]


def _start_lifeline(group: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _LIFELINE, "sh", str(group)],
        env={},
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _process_table() -> list[_Process]:
    """Every process, on Linux; elsewhere nothing is known."""
    if sys.platform != "linux":
        return []
    table = []
    for name in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208  (pathlib takes three times as long)
        line = _read_at_once(f"/proc/{name}/stat")
        if line:  # else it has just ended
            # the name, in parentheses, may hold anything
            state, parent, group = line.rpartition(b")")[2].split()[:3]
            table.append(_Process(int(name), int(parent), int(group), state not in (b"Z", b"X")))
    return table


def _read_at_once(path: str) -> bytes:
    """The beginning of a small file; nothing where it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _descendants(table: Sequence[_Process], root: int, keep: set[int]) -> list[_Process]:
    """Everything below a process, except below the children to keep."""
    children: dict[int, list[_Process]] = {}
    for process in table:
        children.setdefault(process.parent, []).append(process)
    found: list[_Process] = []
    level = [process for process in children.get(root, []) if process.pid not in keep]
    while level:
        found += level
        level = [child for process in level for child in children.get(process.pid, [])]
    return found


def _adopt_orphans(wanted: bool) -> None:
    """Whether descendants that lose their parent become pilot's own children."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)


def _kill_group(child: Child) -> None:
    if os.name == "posix":
        _signal_group(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], capture_output=True, check=False)


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left in it, or only the dead


def _signal_process(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
