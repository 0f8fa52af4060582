"""Runs one of pilot's own programs where the project's dlt is, to its end."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pilot.run.following import Following
from pilot.run.harness.job import Job
from pilot.run.result import Ending
from pilot.run.starting import Starter

PROGRAMS = Path(__file__).with_name("harness") / "programs"
_MOST = 4_000_000


@dataclass(frozen=True)
class Finished:
    """How a program ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether it says that it went well."""
        return self.exit_code == 0 and not self.timed_out


class _Collected:
    """What a program writes, as it is."""

    def __init__(self) -> None:
        self._data = (bytearray(), bytearray())

    def feed(self, stream: int, data: bytes) -> None:
        """Keep it, as long as it is of a sensible length."""
        self._data[stream].extend(data[: _MOST - len(self._data[stream])])

    def text(self, stream: int) -> str:
        """All of a stream."""
        return self._data[stream].decode("utf-8", "replace").replace("\r\n", "\n")


def run_program(
    starter: Starter,
    name: str,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    timeout: float,
) -> Finished:
    """Run `programs/NAME.py` with nobody to answer it; all that it started ends with it.

    Raises KeyboardInterrupt at Ctrl-C, and PilotError where it can't be started.
    """
    starter.prepare()
    started = time.monotonic()
    said = _Collected()
    job = Job(str(PROGRAMS / f"{name}.py"), str(folder), os.devnull, tuple(arguments))
    ending, code = Following(said, started + timeout).follow(lambda: starter.start(job, environment))
    if ending is Ending.INTERRUPTED:
        raise KeyboardInterrupt
    seconds = time.monotonic() - started
    return Finished(code, said.text(0), said.text(1), seconds, ending is Ending.TIME_LIMIT)
