"""Bounds on a run as a whole, whatever it starts: processes, memory, the disk. Kept from outside."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PULSE = 0.1
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_PAGE = 4096


@dataclass(frozen=True)
class Bounds:
    """What a run may take in all."""

    processes: int
    memory: int
    """Bytes."""
    room: int
    """Bytes that must stay free where the project is."""
    folder: Path


class Overseer:
    """Looks at a run ten times a second, and kills it once it takes too much; `overrun` says what."""

    def __init__(self, pid: int, bounds: Bounds) -> None:
        self.overrun: tuple[str, str] | None = None
        """The kind of error, as Python would call it, and what happened."""
        self._pid = pid
        self._bounds = bounds
        self._over = threading.Event()
        self._full = _free(bounds.folder) < bounds.room
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The run has ended."""
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(_PULSE):
            members = list(family(self._pid))
            for check in (self._count, self._weigh, self._look_at_disk):
                self.overrun = self.overrun or check(members)
            if self.overrun is not None:
                _kill(self._pid, members)
                return

    def _count(self, members: list[int]) -> tuple[str, str] | None:
        most = self._bounds.processes
        return ("OSError", f"the script started more than {most} processes") if len(members) > most else None

    def _weigh(self, members: list[int]) -> tuple[str, str] | None:
        largest = self._bounds.memory
        if sum(map(_resident, members)) <= largest:
            return None
        return "MemoryError", f"the script and what it started took more than {largest // 1_000_000:,} MB"

    def _look_at_disk(self, members: list[int]) -> tuple[str, str] | None:
        if self._full or _free(self._bounds.folder) >= self._bounds.room:
            return None
        return (
            "OSError",
            "[Errno 28] No space left on device: the script was stopped before the disk was full",
        )


def family(pid: int) -> Iterator[int]:
    """A process and its descendants, with those that lost their parent and came to pilot."""
    orphans = [child for child in _children(os.getpid()) if child != pid and _group(child) == pid]
    level = [pid, *orphans]
    while level:
        yield from level
        level = [child for process in level for child in _children(process)]


def machine_memory() -> int:
    """The memory that there is, or that the container has; 0 where it is not told."""
    found = []
    with suppress(AttributeError, ValueError, OSError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for file in _CGROUP_LIMITS:
        with suppress(OSError, ValueError):
            found.append(int(Path(file).read_text("ascii")))
    return min((size for size in found if size > 0), default=0)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  (ten times a second)
            found += _numbers(f"/proc/{pid}/task/{thread}/children")
    return found


def _numbers(file: str) -> list[int]:
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return []
    try:
        return [int(word) for word in os.read(handle, 1 << 16).split()]
    except OSError:
        return []
    finally:
        os.close(handle)


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _resident(pid: int) -> int:
    numbers = _numbers(f"/proc/{pid}/statm")
    return numbers[1] * _PAGE if len(numbers) > 1 else 0


def _free(folder: Path) -> int:
    try:
        status = os.statvfs(folder)
    except (AttributeError, OSError):
        return 1 << 62
    return status.f_bavail * status.f_frsize


def _kill(group: int, members: list[int]) -> None:
    """The group in one go, so that nothing can be started in between; then who left it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    for pid in members:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
