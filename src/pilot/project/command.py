"""Runs a command of dlt in a child process, in the project folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pilot.run.environment import child_environment
from pilot.run.program import Finished, run_program
from pilot.run.starting import Starter

MOVES_THE_PROJECT = frozenset({"DLT_PROJECT_DIR", "DLT_CONFIG_FOLDER"})


def run_dlt(
    arguments: Sequence[str],
    root: Path,
    starter: Starter,
    environ: Mapping[str, str],
    timeout: float = 120.0,
) -> Finished:
    """Run `dlt ARGUMENTS` with nobody to answer its questions. For `dlt init` exit code 0 is not enough."""
    return run_program(starter, "dlt_command", arguments, root, dlt_environment(environ), timeout)


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
