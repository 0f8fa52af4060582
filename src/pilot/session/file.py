"""The session's file: opened to write or only to look, and never written over when it is damaged."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pilot.errors import PilotError
from pilot.session.migrations import VERSION, migrate, version_of

if TYPE_CHECKING:
    from pilot.session.recovery import Salvage

STATE = Path(".pilot") / "state"
NAME = "session.db"
_LONGEST = 1 << 30
"""Bytes; what a broken head says beyond that is not believed."""
_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file that was not closed."""


def open_to_write(root: Path) -> tuple[sqlite3.Connection, str]:
    """The project's session file, made when there is none; and what had to be done about it, in one line.

    Raises PilotError where the folder can't be written, or nothing of a damaged file could be read.
    """
    path = root / STATE / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # the folder ignores itself, so the project's own .gitignore stays as it is
        ignore = path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", "utf-8")
        try:
            if path.exists() and path.stat().st_size:
                _check(path)
            return _connect(path), ""
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            return replace_damaged(path, str(error))
    except sqlite3.OperationalError as error:
        raise PilotError(f"The session can't be opened: {error}.", f"Look at {path.parent}.") from None
    except OSError as error:
        message = f"pilot can't write to {path.parent}: {error.strerror}."
        raise PilotError(message, "Choose another folder with --dir.") from None


def open_to_look(root: Path) -> tuple[sqlite3.Connection, str]:
    """The session file without changing anything, as it is or (of an earlier version, or damaged) a copy."""
    path = root / STATE / NAME
    try:
        return _look(path), ""
    except sqlite3.OperationalError:
        return _look_at_copy(path)
    except sqlite3.DatabaseError as error:
        return look_at_damaged(path, str(error))


def _look_at_copy(path: Path) -> tuple[sqlite3.Connection, str]:
    """SQLite wants to write beside a file that another process may hold, and a disk may not let it."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="pilot-") as folder:
        copied = _copied(path, Path(folder))
        try:
            return in_memory(copied), ""
        except sqlite3.OperationalError as error:
            raise PilotError(f"The session can't be opened: {error}.", f"Look at {path}.") from None
        except sqlite3.DatabaseError as error:
            return look_at_damaged(copied, str(error))


def in_memory(path: Path) -> sqlite3.Connection:
    """A copy of the file that lives in memory only, in today's shape: what is written to it is forgotten."""
    copy = sqlite3.connect(":memory:")
    try:
        with closing(_read_only(path)) as db:
            version_of(db)
            db.backup(copy)
        migrate(copy)
    except BaseException:
        copy.close()
        raise
    return copy


def look_at_damaged(path: Path, why: str) -> tuple[sqlite3.Connection, str]:
    """What can be read of a damaged file. Raises PilotError where nothing can."""
    found = _salvaged(path)
    if found is None:
        raise PilotError(f"The session is damaged ({why}).", "pilot init NAME sets it aside and begins anew.")
    return found.db, f"The session is damaged ({why}): {found.says}. pilot resume sets it aside."


def replace_damaged(path: Path, why: str) -> tuple[sqlite3.Connection, str]:
    """Set a damaged file aside and go on with what can be read of it. Raises PilotError where nothing can."""
    aside = path.with_name(f"session.damaged-{time.time_ns()}.db")
    for beside in ("", *_BESIDE):
        with suppress(FileNotFoundError):
            path.with_name(path.name + beside).rename(aside.with_name(aside.name + beside))
    found = _salvaged(aside)
    told = f"The session is damaged ({why}) and was set aside as {aside.name}"
    if found is None:
        raise PilotError(f"{told}.", "Your files are as they were. Begin anew: pilot init NAME")
    fresh = path.with_name(f".{path.name}.recovered")
    fresh.unlink(missing_ok=True)
    with closing(found.db), closing(sqlite3.connect(fresh)) as db:
        found.db.backup(db)
    fresh.replace(path)
    return _connect(path), f"{told}; {found.says}."


def _salvaged(path: Path) -> Salvage | None:
    """What can be read of a damaged file, in memory; None where that is no session."""
    from tempfile import TemporaryDirectory

    from pilot.session.recovery import salvage

    into = sqlite3.connect(":memory:")
    try:
        migrate(into)
        with TemporaryDirectory(prefix="pilot-") as folder, closing(_read_only(_whole(path, folder))) as db:
            found = salvage(db, into)
    except (OSError, sqlite3.Error, PilotError):
        found = None
    if found is None:
        into.close()
    return found


def _whole(path: Path, folder: str) -> Path:
    """The file, or where its end is missing a copy of the length that it had: SQLite reads no shorter one."""
    with path.open("rb") as stream:
        head = stream.read(32)
    size = int.from_bytes(head[16:18], "big")
    length = (65_536 if size == 1 else size) * int.from_bytes(head[28:32], "big")
    if not head.startswith(b"SQLite format 3") or not path.stat().st_size < length <= _LONGEST:
        return path
    copied = _copied(path, Path(folder))
    with copied.open("r+b") as stream:
        stream.truncate(length)
    return copied


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # a finished cell survives a power cut
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _check(path: Path) -> None:
    """Raises DatabaseError for a file whose pages are broken, before anything is written to it."""
    with closing(_read_only(path)) as db:
        said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise sqlite3.DatabaseError(str(said).splitlines()[-1])


def _look(path: Path) -> sqlite3.Connection:
    db = _read_only(path)
    try:
        if version_of(db) == VERSION:
            return db
    except BaseException:
        db.close()
        raise
    db.close()
    return in_memory(path)


def _read_only(path: Path) -> sqlite3.Connection:
    # nobody has a file open that has no journal beside it; SQLite would leave an empty one there
    closed = not path.with_name(path.name + "-wal").exists()
    how = "immutable=1" if closed else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


def _copied(path: Path, folder: Path) -> Path:
    import shutil

    for beside in ("", "-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(path.with_name(path.name + beside), folder / (path.name + beside))
    return folder / path.name
