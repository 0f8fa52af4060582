"""Runs a command of dlt in a child process, in the project folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pilot.run.environment import child_environment

LAUNCH = (
    "import atexit, gc, sys; gc.set_threshold(50_000); atexit.register(gc.freeze); "
    "sys.path[:] = [p for p in sys.path if p]; sys.argv[0] = 'dlt'; "
    "from importlib.metadata import distribution; "
    "points = distribution('dlt').entry_points; "
    "sys.exit(next(p for p in points if (p.group, p.name) == ('console_scripts', 'dlt')).load()())"
)
"""What the `dlt` script does, without the project folder's modules in the way.

`python -m dlt` will not do: it ends with 0 whatever happened. A command is over in half a second, a third
of which would go into looking for garbage among the modules.
"""

MOVES_THE_PROJECT = frozenset({"DLT_PROJECT_DIR", "DLT_CONFIG_FOLDER"})


@dataclass(frozen=True)
class CommandResult:
    """How a command of dlt ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether dlt says that it went well. For `dlt init` that is not enough."""
        return self.exit_code == 0 and not self.timed_out


def run_dlt(
    arguments: Sequence[str],
    root: Path,
    interpreter: Path,
    environ: Mapping[str, str],
    timeout: float = 120.0,
) -> CommandResult:
    """Run `dlt ARGUMENTS` with nobody to answer its questions; the whole process group ends with it."""
    started = time.monotonic()
    process = subprocess.Popen(
        [str(interpreter), "-c", LAUNCH, *arguments],
        cwd=root,
        env=dlt_environment(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    timed_out = False
    with process:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            stdout, stderr = end_group(process)
        except BaseException:
            end_group(process)
            raise
    return CommandResult(
        process.returncode, _text(stdout), _text(stderr), time.monotonic() - started, timed_out
    )


def dlt_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What any child gets, but for what would move the project; git asks nothing."""
    kept = child_environment(environ, {})
    needed = {name: value for name, value in kept.items() if name not in MOVES_THE_PROJECT}
    return {**needed, "PYTHONUTF8": "1", "GIT_TERMINAL_PROMPT": "0"}


def end_group(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Kill the group; what it had said. A grandchild that keeps the pipes open is not waited for."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    try:
        return process.communicate(timeout=2)
    except subprocess.TimeoutExpired as late:
        return late.stdout or b"", late.stderr or b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n")
