"""Whether another program holds a DuckDB file; looked up without opening it as a database."""

from __future__ import annotations

import sys
from pathlib import Path


def is_free(database: Path) -> bool:
    """Whether a writer would get the file now. One that is not there is free."""
    try:
        with database.open("r+b") as file:
            return _lockable(file.fileno())
    except FileNotFoundError:
        return True
    except PermissionError:
        return (
            sys.platform != "win32"
        )  # there, a file that is in use can't be opened; elsewhere it is no lock


def _lockable(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # given back when the file is closed
    except OSError:
        return False
    return True
