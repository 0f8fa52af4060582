"""Runs scripts of a few lines through the real runner."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pilot.run.result import RunMode, RunResult
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter

SECRET = "s3cr3t-value-0815"
SCRIPT = "weather_pipeline.py"


@dataclass
class Scripts:
    """A project folder, a runner for it, and what was shown live."""

    root: Path
    live: list[str] = field(default_factory=list)

    @property
    def runner(self) -> ScriptRunner:
        """The runner, with pilot's own Python."""
        return ScriptRunner(
            self.root,
            FreshInterpreter(lambda: Path(sys.executable)),
            lambda text: text.replace(SECRET, "[key]"),
        )

    def run(
        self,
        code: str,
        mode: RunMode = RunMode.CHECK,
        timeout: float = 30,
        environment: Mapping[str, str] | None = None,
    ) -> RunResult:
        """Write the script and run it."""
        (self.root / SCRIPT).write_text(textwrap.dedent(code), "utf-8")
        return self.runner.run(SCRIPT, mode, environment or {}, timeout, self.live.append)
