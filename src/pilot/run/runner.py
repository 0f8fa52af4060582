"""The runner: runs the script in a child process, bounded, and says what happened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from pilot.finding import Json
from pilot.run.answers import AnswerMemory, RunAnswers
from pilot.run.endless import in_vain
from pilot.run.environment import child_environment
from pilot.run.fence_failure import without_fence
from pilot.run.following import Following
from pilot.run.harness.job import Job
from pilot.run.line import Line, open_line
from pilot.run.local_state import (
    drop_half_state,
    forget_state,
    keep_state,
    knows,
    put_back_state,
    take_own_state,
)
from pilot.run.output import Streams, plain
from pilot.run.pending import clear_pending
from pilot.run.report import read_report
from pilot.run.result import Ending, RunError, RunMode, RunResult
from pilot.run.starting import Started, Starter
from pilot.run.traceback_text import parse_traceback

_CHECK_MEMORY_MB = 1000
"""A preview needs the first records only; an answer without end would take all there is."""


class Hold(Protocol):
    """What holds one run."""

    @property
    def spec(self) -> Json:
        """What `inside.hold` is to hold the child to, before the script runs; None: nothing."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The child's whole environment."""

    @property
    def refused(self) -> tuple[str, ...]:
        """Hosts that it kept the script from."""

    @property
    def unreached(self) -> Mapping[str, str]:
        """Hosts that it let the script to, and that could not be reached: why."""

    @property
    def overrun(self) -> RunError | None:
        """What the run took too much of, and was ended for."""

    def told(self) -> str:
        """After the end: what held the script, and what that does not cover, for `RunResult.fence`."""


class Fence(Protocol):
    """Holds scripts while they run: prepared before a start, taken down after the end."""

    def around(
        self, mode: RunMode, environment: Mapping[str, str], report: Path
    ) -> AbstractContextManager[Hold]:
        """Put it up for one run; `report` is the file that the harness writes in the end."""


@dataclass(frozen=True)
class NoFence:
    """Nothing holds the script but its environment."""

    environment: Mapping[str, str]
    spec: Json = None
    refused: tuple[str, ...] = ()
    unreached: Mapping[str, str] = field(default_factory=dict)
    overrun: RunError | None = None

    def told(self) -> str:
        """Nothing to tell."""
        return ""


class ScriptRunner:
    """Runs scripts in the project folder; implements the kit's `Runner`."""

    def __init__(
        self,
        root: Path,
        starter: Starter,
        redact: Callable[[str], str],
        fence: Fence | None = None,
        begun: Callable[[str], int] = len,
        answers: AnswerMemory | None = None,
    ) -> None:
        self._root = root
        self._starter = starter
        self._redact = redact
        self._fence = fence
        self._begun = begun
        self._answers = answers
        self.stopped = 0

    def run(
        self,
        script: str,
        mode: RunMode,
        environment: Mapping[str, str],
        timeout: float,
        watch: Callable[[str], None],
        pipeline: str | None = None,
    ) -> RunResult:
        """Run it in the project folder; see `Runner.run`. Raises Interrupted at a second Ctrl-C."""
        passed_on = child_environment(os.environ, environment, mode)
        other = take_own_state(self._root, pipeline, passed_on) if pipeline else None
        if pipeline:
            drop_half_state(pipeline, passed_on)
        if other is not None:
            watch(f"dlt had the state of another project's {pipeline} ({other}); it was set aside.\n")
        with TemporaryDirectory(prefix="pilot-run-") as folder:
            report = Path(folder, "report.json")
            with self._around(mode, passed_on, report) as hold:
                job = self._job(script, mode, report, hold.spec)
                return self._carried_out(job, mode, hold, self._streams(watch), timeout)

    def forget(self, pipeline: str) -> None:
        """Drop dlt's local state of a pipeline: the destination's, which was put back, counts."""
        forget_state(self._root, pipeline, child_environment(os.environ, {}))

    def knows(self, pipeline: str) -> bool:
        """Whether dlt keeps its state of a pipeline where it is looked for."""
        return knows(self._root, pipeline, child_environment(os.environ, {}))

    def keep_state(self, pipeline: str, into: Path) -> None:
        """Copy what dlt knows of a pipeline."""
        keep_state(self._root, pipeline, child_environment(os.environ, {}), into)

    def put_back_state(self, pipeline: str, kept: Path) -> None:
        """Have dlt know that again, and nothing else."""
        put_back_state(self._root, pipeline, child_environment(os.environ, {}), kept)

    def clear_pending(self, pipeline: str) -> bool:
        """Drop load packages that a failed run left behind; whether there were any."""
        environment = child_environment(os.environ, {})
        return clear_pending(self._root, self._starter, pipeline, environment, self._redact)

    def _streams(self, watch: Callable[[str], None]) -> Streams:
        return Streams(self._redact, watch, self._begun)

    def _around(
        self, mode: RunMode, environment: Mapping[str, str], report: Path
    ) -> AbstractContextManager[Hold]:
        if self._fence is None:
            return nullcontext(NoFence(environment))
        return self._fence.around(mode, environment, report)

    def _job(self, script: str, mode: RunMode, report: Path, fence: Json) -> Job:
        memory = _CHECK_MEMORY_MB if mode is RunMode.CHECK else None
        answers = mode is RunMode.CHECK and self._answers is not None
        return Job(script, str(self._root), str(report), answers=answers, memory_mb=memory, fence=fence)

    def _carried_out(
        self, job: Job, mode: RunMode, hold: Hold, streams: Streams, timeout: float
    ) -> RunResult:
        self._starter.prepare()
        started = time.monotonic()
        remembered = RunAnswers(self._answers) if job.answers and self._answers is not None else None
        line = open_line(lambda text: plain(self._redact(text)), remembered)
        try:
            following = Following(
                streams, started + timeout, lambda: line is not None and in_vain(line.different, line.newest)
            )
            ending, code = following.follow(lambda: _start(self._starter, job, line, hold.environment))
            self.stopped += ending is Ending.INTERRUPTED
        finally:
            if line is not None:
                line.close()
        report = read_report(Path(job.report), self._redact)
        error = hold.overrun or report.error
        stdout, stderr = streams.texts()
        if error is None and (ending, code) != (Ending.EXITED, 0):
            error = parse_traceback(stderr, self._root)
        return RunResult(
            mode,
            ending,
            code,
            time.monotonic() - started,
            stdout,
            stderr,
            error,
            streams.cut,
            report.loads,
            traffic=without_fence(line.exchanges(), hold.refused) if line else (),
            fence=hold.told(),
            refused=hold.refused,
            unreached=dict(hold.unreached),
            remark=line.remark if line else "The script's requests can't be recorded on this system.",
            left_behind=report.left_behind,
        )


def _start(starter: Starter, job: Job, line: Line | None, environment: Mapping[str, str]) -> Started:
    if line is None:
        return starter.start(job, environment)
    started = starter.start(job._replace(line=line.child_end), environment)
    line.started()
    return started
