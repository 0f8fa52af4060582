"""The job: what a child is to carry out. The parent writes it, the child reads it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Job(NamedTuple):
    """One run of the script. Its environment is not in here: secrets are in that, and this is in `ps`."""

    script: str
    """Its path, as it is to be in `sys.argv`."""
    folder: str
    """The working folder: the project."""
    report: str
    """The file that takes how the script ended."""
    arguments: tuple[str, ...] = ()
    line: int | None = None
    """The file descriptor of the child's end of the line; None where there is none."""
    answers: bool = False
    """Ask over the line for an answer of an earlier run before the API is asked."""
    memory_mb: int | None = None
    """The largest memory, in megabytes, that the script may take."""
    fence: Any = None
    """What `inside.hold` is to hold the process to, as JSON; None: nothing."""


def written(job: Job) -> str:
    """The job as JSON."""
    return json.dumps(job._asdict())


def read(text: str) -> Job:
    """The job from its JSON."""
    return Job(**json.loads(text))
