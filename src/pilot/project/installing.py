"""Installs packages for the script: into the project's own `.venv`, made where there is none."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pilot.errors import PilotError
from pilot.project.command import end_group
from pilot.project.interpreter import PLACES, has_dlt
from pilot.run.environment import child_environment
from pilot.run.output import plain

ENVIRONMENT = ".venv"
REQUIREMENTS = "requirements.txt"
_TIME_LIMIT = 900.0
_INSTALLERS = ("PIP_", "UV_")
_QUIETLY = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


@dataclass(frozen=True)
class Installation:
    """What is to be run, in order, in the project folder."""

    commands: tuple[tuple[str, ...], ...]
    makes_environment: bool

    @property
    def told(self) -> tuple[str, ...]:
        """The commands as a person would type them."""
        return tuple(shlex.join(command) for command in self.commands)


def planned(root: Path, packages: Sequence[str]) -> Installation:
    """How packages get where the script finds them.

    Where there is no environment that has dlt, everything that requirements.txt lists is installed: the
    packages have to be in there by then.
    """
    folder = root / ENVIRONMENT
    there = next((Path(ENVIRONMENT, place) for place in PLACES if (folder / place).is_file()), None)
    python = str(there or Path(ENVIRONMENT, PLACES[sys.platform == "win32"]))
    install = (python, "-m", "pip", "install")
    if there is not None and has_dlt(folder):
        return Installation(((*install, *packages),), makes_environment=False)
    make = () if there is not None else ((sys.executable, "-m", "venv", ENVIRONMENT),)
    return Installation((*make, (*install, "-r", REQUIREMENTS)), makes_environment=there is None)


def carry_out(
    installation: Installation, root: Path, environ: Mapping[str, str], watch: Callable[[str], None]
) -> None:
    """Run the commands, with no key of pilot's in reach. Raises PilotError with the installer's own words."""
    environment = {
        **child_environment(environ, {}),
        **{name: value for name, value in environ.items() if name.startswith(_INSTALLERS)},
        **_QUIETLY,
    }
    deadline = time.monotonic() + _TIME_LIMIT
    for command, told in zip(installation.commands, installation.told, strict=True):
        watch(f"{told}\n")
        lines = _run(command, root, environment, watch, deadline)
        if lines is not None:
            reason = next((line for line in lines if line.startswith("ERROR")), lines[-1] if lines else "")
            raise PilotError(f"That could not be installed: {reason}", f"Try it yourself: {told}")
    if installation.makes_environment:
        (root / ENVIRONMENT / ".gitignore").write_text("*\n", encoding="utf-8")


def _run(
    command: Sequence[str],
    root: Path,
    environment: Mapping[str, str],
    watch: Callable[[str], None],
    deadline: float,
) -> list[str] | None:
    """Run one; None when it went well, else what it said."""
    lines: list[str] = []
    first, *more = command
    with subprocess.Popen(
        [str(root / first), *more],
        cwd=root,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            for data in process.stdout or ():
                lines.append(plain(data.decode("utf-8", "replace")).strip())
                watch(f"{lines[-1]}\n")
                if time.monotonic() > deadline:
                    raise PilotError(f"That took longer than {_TIME_LIMIT:.0f} s.", "Is the network slow?")
            process.wait()
        except BaseException:
            end_group(process)
            raise
    return [line for line in lines if line] if process.returncode else None
