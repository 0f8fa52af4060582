"""Reads what the harness in the child wrote about the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from pilot.run.output import plain
from pilot.run.result import ErrorLink, Frame, RunError

_LARGEST = 1_000_000


class _Report(msgspec.Struct):
    """The report file."""

    error: RunError | None = None
    loads: tuple[str, ...] = ()


def read_report(path: Path, redact: Callable[[str], str]) -> tuple[RunError | None, tuple[str, ...]]:
    """The exception that ended the run, and the loads that finished; nothing when nothing was reported.

    The script could have written the file as well, so it is read as data of a stranger.
    """
    try:
        with path.open("rb") as file:
            report = msgspec.json.decode(file.read(_LARGEST), type=_Report)
    except (OSError, msgspec.DecodeError):
        return None, ()
    if report.error is None or not report.error.chain:
        return None, report.loads
    return _clean(report.error, lambda text: plain(redact(text))), report.loads


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
    )
