"""Files of a project: text in its own encoding and line endings, written in one go."""

from __future__ import annotations

import codecs
import io
import os
import tempfile
import tokenize
from pathlib import Path

from pilot.errors import PilotError, UsageError

PRIVATE = 0o600


def inside(root: Path, path: str) -> Path:
    """The file that a path means, symlinks followed. Raises UsageError when it is outside the folder."""
    folder = root.resolve()
    try:
        place = (folder / path).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{path!r} is not a usable path.", "Name a file in the project folder.") from error
    if place == folder or not place.is_relative_to(folder):
        raise UsageError(f"{path} is outside the project folder.", f"Name a file below {folder}.")
    return place


def read_text(file: Path) -> str | None:
    """A file's text, line endings as they are, a byte order mark left out; None without such a file."""
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PilotError(f"Can't read {file.name}: {error.strerror}.", f"Look at {file}.") from error
    try:
        return data.decode(encoding_of(file, data))
    except (UnicodeDecodeError, SyntaxError, LookupError) as error:
        raise UsageError(f"{file.name} is not text that can be read.", "Save it as UTF-8.") from error


def write_text(file: Path, text: str) -> None:
    """Replace a file by new text in one go: encoding, byte order mark and mode stay.

    Secrets files are always readable by their owner alone.
    """
    try:
        replace_bytes(file, encoded(file, text))
    except OSError as error:
        raise PilotError(
            f"Can't write {file.name}: {error.strerror}.", f"Look at the rights of {file.parent}."
        ) from error


def encoded(file: Path, text: str) -> bytes:
    """The bytes that a file has once this text is written to it."""
    before = file.read_bytes() if file.is_file() else b""
    try:
        return text.encode(_encoding_for(file, text, before))
    except (UnicodeEncodeError, SyntaxError, LookupError) as error:
        raise PilotError(
            f"{file.name} declares an encoding that can't hold its text.", "Declare utf-8, or nothing."
        ) from error


def encoding_of(file: Path, data: bytes) -> str:
    """The encoding of a file's bytes: Python's own rules for a script, else UTF-8."""
    if file.suffix == ".py":
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"


def _encoding_for(file: Path, text: str, before: bytes) -> str:
    if before.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    head = "".join(text.splitlines(keepends=True)[:2])
    return encoding_of(file, head.encode("ascii", "replace"))


def replace_bytes(file: Path, data: bytes) -> None:
    """Replace a file's content in one go. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = mode_for(file)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def mode_for(file: Path) -> int:
    """The mode that a file has once it is written. Raises PermissionError for one that may not be."""
    if file.name.endswith("secrets.toml"):
        return PRIVATE
    if file.exists():
        if not os.access(file, os.W_OK):
            raise PermissionError(13, "it is read-only", str(file))
        return file.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
