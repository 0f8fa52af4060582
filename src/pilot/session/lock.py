"""One writer per project: a lock on a file in `.pilot/state/`, given back by the system when pilot dies."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from pilot.errors import PilotError
from pilot.session.file import STATE

_TRIES, _PAUSE = 5, 0.05
"""Who only looks holds the lock for a moment too."""


def holder(root: Path) -> str | None:
    """Who works in the project now: process, command and since when; None for nobody."""
    try:
        handle = (root / STATE / "lock").open(encoding="utf-8")
    except OSError:
        return None
    with handle:
        return None if _lock(handle, shared=True) else _told(handle)


@contextmanager
def only_writer(root: Path) -> Iterator[None]:
    """Hold the project's lock. Raises PilotError naming the process that has it."""
    path = root / STATE / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+", encoding="utf-8")
    except OSError as error:
        message = f"pilot can't write to {path.parent}: {error.strerror}."
        raise PilotError(message, "Choose another folder with --dir.") from None
    with handle:
        for _ in range(_TRIES):
            if locked := _lock(handle):
                break
            time.sleep(_PAUSE)
        if not locked:
            raise PilotError(
                f"Another pilot ({_told(handle)}) works in this folder.",
                "Wait for it, or look only: pilot status, log, show, query.",
            )
        _sign(handle)
        yield


def _sign(handle: TextIO) -> None:
    """Leave word of who holds the lock; a full disk is told where something is to be kept."""
    # the command alone: what follows it may hold words that are nobody else's business
    command = next((word for word in sys.argv[1:] if word.isalpha()), "")
    word = json.dumps({"process": os.getpid(), "since": time.time(), "command": command})
    with suppress(OSError):
        os.ftruncate(handle.fileno(), 0)
        os.write(handle.fileno(), word.encode())


def _told(handle: TextIO) -> str:
    handle.seek(0)
    try:
        word = json.loads(handle.read())
        since = time.strftime(
            "%H:%M" if time.time() - word["since"] < 43_200 else "%d %b %H:%M", time.localtime(word["since"])
        )
        command = f"pilot {word['command']}".strip()
        return f"process {word['process']}, {command}, since {since}"
    except (ValueError, KeyError, TypeError, OSError):
        return "process unknown"


def _lock(handle: TextIO, *, shared: bool = False) -> bool:
    if sys.platform == "win32":
        import msvcrt

        with suppress(OSError):
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        return False
    import fcntl

    with suppress(BlockingIOError):
        fcntl.flock(handle.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        return True
    return False
