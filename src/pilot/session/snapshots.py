"""Files as they were: kept by content and mode, compared, and put back exactly."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from pilot.errors import PilotError

WITHHELD = "withheld"
"""Stands for the hash of a content that was not kept, because it holds a secret."""
Kept = tuple[bytes, int]
"""A file's content and its mode."""


def content_hash(content: bytes, mode: int) -> str:
    """The hash under which a content with its mode is kept."""
    return hashlib.sha256(b"%o\0" % mode + content).hexdigest()


def read_kept(file: Path) -> Kept | None:
    """A file as it is now, symlinks followed; None where there is none. Raises PilotError."""
    try:
        return file.read_bytes(), file.stat().st_mode & 0o7777
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PilotError(f"Can't read {file.name}: {error.strerror}.", f"Look at {file}.") from None


def hash_of(file: Path) -> str | None:
    """The hash of a file as it is now; None where there is none."""
    kept = read_kept(file)
    return None if kept is None else content_hash(*kept)


def holds(file: Path, digest: str | None) -> bool:
    """Whether a file is as that hash says; what was withheld can't be told, and is taken to be."""
    return digest == WITHHELD or hash_of(file) == digest


def put_back(file: Path, kept: Kept | None) -> None:
    """Make a file what it was, in one go; a link stays, what it leads to changes. Raises PilotError."""
    try:
        if kept is None:
            file.unlink(missing_ok=True)
        else:
            _replace(file.resolve(), *kept)
    except OSError as error:
        raise PilotError(
            f"Can't write {file.name}: {error.strerror}.", f"Look at the rights of {file.parent}."
        ) from None


def clear_halves(file: Path) -> None:
    """Remove what a killed pilot had begun to write beside a file."""
    for half in file.parent.glob(f".{file.name}.*.new"):
        with suppress(OSError):
            half.unlink()


def _replace(file: Path, content: bytes, mode: int) -> None:
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.chmod(mode)
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
