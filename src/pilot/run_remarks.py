"""What a person should know of a run besides what came of it: what held it, what could not be done."""

from __future__ import annotations

from pilot.run.result import RunResult
from pilot.screen import Line


def remarks_of(run: RunResult) -> tuple[Line, ...]:
    """The fence in one line, loud where there was none; then what pilot could not do around the run."""
    tone = "warn" if run.unheld else "quiet"
    fence = (Line(f"Fence: {run.fence}", tone),) if run.fence else ()
    return (*fence, *((Line(run.remark, "warn"),) if run.remark else ()))
