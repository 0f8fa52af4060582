"""Reads what the harness in the child wrote about the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from pilot.run.output import plain
from pilot.run.result import ErrorLink, Frame, RunError

_LARGEST = 1_000_000


class Report(msgspec.Struct, frozen=True):
    """The report file."""

    error: RunError | None = None
    """The exception that ended the run."""
    loads: tuple[str, ...] = ()
    """The loads that finished."""
    left_behind: bool = False
    """Whether they, or what failed, are of an earlier run."""


def read_report(path: Path, redact: Callable[[str], str]) -> Report:
    """What was reported; nothing when nothing was.

    The script could have written the file as well, so it is read as data of a stranger.
    """
    try:
        with path.open("rb") as file:
            report = msgspec.json.decode(file.read(_LARGEST), type=Report)
    except (OSError, msgspec.DecodeError):
        return Report()
    if report.error is None or not report.error.chain:
        return msgspec.structs.replace(report, error=None)
    error = _clean(report.error, lambda text: plain(redact(text)))
    return msgspec.structs.replace(report, error=error)


def _clean(error: RunError, clean: Callable[[str], str]) -> RunError:
    """The same, with every text free of secrets and control characters."""
    return RunError(
        chain=tuple(ErrorLink(clean(link.type), clean(link.message)) for link in error.chain),
        frames=tuple(
            Frame(clean(frame.file), frame.line, clean(frame.function), clean(frame.code))
            for frame in error.frames
        ),
        dlt_step=error.dlt_step,
        status=error.status,
        url=None if error.url is None else clean(error.url),
        body=None if error.body is None else clean(error.body),
        fields=tuple(clean(field) for field in error.fields),
        retry_after=error.retry_after,
        raised_in=clean(error.raised_in),
    )
