"""Takes out of a destination what loads appended to it, where no copy can be put back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from pilot.errors import PilotError
from pilot.names import ProjectNames
from pilot.run.environment import child_environment

_CHILD = Path(__file__).with_name("unload_child.py")
_TIME_LIMIT = 300.0


class Appended(msgspec.Struct):
    """What loads brought into a destination."""

    rows: dict[str, int] = {}
    """By table, child tables too."""
    standing: tuple[str, ...] = ()
    """Tables that they replaced or merged: what was there before is gone."""
    error: str | None = None


class Unloading:
    """Works in a child process with the project's own dlt; asks nobody: see `Consent.take_out`."""

    def __init__(
        self,
        root: Path,
        interpreter: Callable[[], Path],
        redact: Callable[[str], str],
        environment: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._root = root
        self._interpreter = interpreter
        self._redact = redact
        self._environment = environment

    def appended(self, names: ProjectNames, loads: Sequence[str]) -> Appended:
        """What these loads brought. Raises PilotError."""
        return self._ask(names, loads, really=False)

    def take_out(self, names: ProjectNames, loads: Sequence[str]) -> Appended:
        """Take it out, in one go; nothing where a table was replaced or merged. Raises PilotError."""
        return self._ask(names, loads, really=True)

    def _ask(self, names: ProjectNames, loads: Sequence[str], *, really: bool) -> Appended:
        question = {
            "pipeline": names.pipeline,
            "destination": names.destination,
            "dataset": names.dataset,
            "loads": [*loads],
            "really": really,
        }
        try:
            done = subprocess.run(
                [str(self._interpreter()), str(_CHILD)],
                cwd=self._root,
                env=child_environment(os.environ, self._environment()),
                input=msgspec.json.encode(question) + b"\n",
                capture_output=True,
                timeout=_TIME_LIMIT,
                check=False,
            )
            found = msgspec.json.decode(done.stdout, type=Appended)
        except (subprocess.TimeoutExpired, msgspec.DecodeError, OSError):
            raise PilotError("The destination can't be asked for these rows.", "They stay.") from None
        if found.error is not None:
            raise PilotError(self._redact(found.error).splitlines()[0][:300], "The rows stay.")
        return found
