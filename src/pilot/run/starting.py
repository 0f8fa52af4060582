"""How a job comes to a process: in a fresh interpreter, or another way (see `warm`)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from pilot.errors import PilotError
from pilot.run.harness import job as jobs
from pilot.run.harness.job import Job
from pilot.run.tree import Child

START = Path(__file__).with_name("harness") / "start.py"


class Started(NamedTuple):
    """A child that has begun."""

    child: Child
    streams: Sequence[IO[bytes]]
    """Its output and its errors; who takes them closes them."""


class Starter(Protocol):
    """Begins jobs."""

    def prepare(self) -> None:
        """Be ready for a start. Called while no run is active."""

    def start(self, job: Job, environment: Mapping[str, str]) -> Started:
        """A child of pilot's own that carries the job out, the leader of a group. Raises PilotError."""


class FreshInterpreter:
    """Begins each job in an interpreter of its own."""

    def __init__(self, interpreter: Callable[[], Path]) -> None:
        self._interpreter = interpreter

    def prepare(self) -> None:
        """Nothing is to be done ahead."""

    def start(self, job: Job, environment: Mapping[str, str]) -> Started:
        """Start the interpreter."""
        interpreter = self._interpreter()
        try:
            child = subprocess.Popen(
                [str(interpreter), str(START), jobs.written(job)],
                cwd=job.folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=() if job.line is None else (job.line,),
            )
        except OSError as error:
            raise PilotError(
                f"The project's Python can't be started: {interpreter}: {error.strerror}.",
                "Make the project's .venv anew, or remove it to use pilot's own Python.",
            ) from None
        return Started(child, [stream for stream in (child.stdout, child.stderr) if stream])
