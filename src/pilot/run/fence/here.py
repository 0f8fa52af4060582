"""What the fence can do on this system, found out by a script of one word."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from pilot.errors import PilotError
from pilot.options import Level
from pilot.run.fence.fence import ScriptFence
from pilot.run.result import RunMode
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter

_SCRIPT = "nothing.py"
_SECONDS = 30.0


def fence_here(interpreter: Path, level: Level) -> str:
    """The line that a run would tell, tried in a folder of its own."""
    with TemporaryDirectory(prefix="pilot-fence-") as folder:
        root = Path(folder, "project")
        root.mkdir()
        (root / _SCRIPT).write_text("pass\n", "utf-8")
        fence = ScriptFence(root, level, lambda: ["the hosts that you agree to"], lambda: "duckdb")
        runner = ScriptRunner(root, FreshInterpreter(lambda: interpreter), str, fence)
        environment = {"DLT_DATA_DIR": str(Path(folder, "data"))}
        try:
            return runner.run(_SCRIPT, RunMode.CHECK, environment, _SECONDS, lambda text: None).fence
        except PilotError as error:
            return error.message
