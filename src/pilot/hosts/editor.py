"""The person's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread

from pilot.errors import PilotError

_USUAL = ("nano", "vim", "vi")
_HINT = "Set EDITOR to the editor to use, for example EDITOR=nano."


def edit_text(text: str, suffix: str) -> str | None:
    """Open a text in the editor; None when it comes back as it was. Raises PilotError without an editor."""
    command = _command()
    with TemporaryDirectory(prefix="pilot-") as folder:
        file = Path(folder, f"draft{suffix}")
        file.touch(0o600)
        file.write_bytes(text.encode())
        with _keyboard_left_to_the_editor():
            ended_well = _run([*command, str(file)])
        edited = _read(file)
    return edited if ended_well and edited != text else None


def _command() -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(name, ""))
        except ValueError as error:
            raise PilotError(f"{name} can't be read: {error}.", _HINT) from None
        if command:
            return command
    usual = next(filter(shutil.which, _USUAL), None)
    if usual is None:
        raise PilotError("There is no editor to open.", _HINT)
    return [usual]


def _run(command: list[str]) -> bool:
    """Run the editor on the terminal itself: standard output may be a pipe."""
    try:
        with Path("/dev/tty").open("r+b", buffering=0) as terminal:
            return subprocess.run(command, stdin=terminal, stdout=terminal, check=False).returncode == 0
    except FileNotFoundError:
        raise PilotError(f"The editor {command[0]} was not found.", _HINT) from None
    except OSError as error:
        raise PilotError(f"The editor {command[0]} can't be started: {error.strerror}.", _HINT) from None


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise PilotError("The edited text is not UTF-8, so it was left out.", "Save it as UTF-8.") from None


@contextmanager
def _keyboard_left_to_the_editor() -> Iterator[None]:
    """Ctrl-C in the editor is the editor's: a handler that does nothing is not passed on to it."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
