"""One writer per project: a lock on a file in `.pilot/state/`, given back by the system when pilot dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pilot.errors import PilotError
from pilot.session.store import STATE


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
        if not _lock(handle.fileno()):
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise PilotError(
                f"Another pilot (process {holder}) works in this folder.",
                "Wait for it, or look only: pilot status, pilot log.",
            )
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return True
        return False
    import fcntl

    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
