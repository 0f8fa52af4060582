"""Load packages that a failed run left behind: dlt would retry them for ever, and load nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pilot.errors import PilotError
from pilot.run.local_state import data_folder, packages_in
from pilot.run.program import run_program
from pilot.run.starting import Starter

_TIME_LIMIT = 120.0


def clear_pending(
    root: Path,
    starter: Starter,
    pipeline: str,
    environment: Mapping[str, str],
    redact: Callable[[str], str],
) -> bool:
    """Have dlt abort a pipeline's pending packages; whether there were any. Raises PilotError."""
    if not _may_be_pending(root, pipeline, environment):
        return False
    hint = f"See `dlt pipeline {pipeline} info`; `dlt pipeline {pipeline} abort-packages` drops them."
    done = run_program(starter, "pending", [pipeline], root, environment, _TIME_LIMIT)
    if done.timed_out:
        raise PilotError("Dropping what the failed load left behind took too long.", hint)
    if done.exit_code:
        reason = (redact(done.stderr).strip().splitlines() or ["dlt did not say why"])[-1]
        raise PilotError(f"What the failed load left behind can't be dropped: {reason}", hint)
    return done.stdout.split()[-1:] == ["cleared"]


def _may_be_pending(root: Path, pipeline: str, environment: Mapping[str, str]) -> bool:
    """A look at the disk: asking dlt costs a second."""
    if (root / ".dlt" / ".workspace").exists():
        return True  # a dltHub workspace keeps its pipelines elsewhere
    return packages_in(data_folder(environment) / "pipelines" / pipeline)
