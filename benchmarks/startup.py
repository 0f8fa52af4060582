"""How long pilot takes to start: `python -m benchmarks.startup`."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.local_api import weather
from benchmarks.measure import PILOT, PYTHON, Cost, Result, command, compare, finish, project, start
from tests.support.model_server import ModelServer

ROOT = Path(__file__).parent.parent
# imported, not run as a file: Python keeps no bytecode of a file that it runs
LAZY_APP = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from benchmarks.lazy_app import app; app()"


def results(times: int = 20) -> list[Result]:
    """Every figure of the start."""
    nothing = partial(command, PYTHON, "-c", "pass")
    version, module = (
        partial(command, PILOT, "--version"),
        partial(command, PYTHON, "-m", "pilot", "--version"),
    )
    pilot_help, lazy_help = (
        partial(command, PILOT, "--help"),
        partial(command, PYTHON, "-c", LAZY_APP, "--help"),
    )
    shown, lazy_shown = partial(_on_terminal, PILOT), partial(_on_terminal, PYTHON, "-c", LAZY_APP)
    openai = partial(command, PYTHON, "-c", "import openai")
    return [
        compare("pilot --version / python -c pass", version, nothing, 1.5, times),
        compare("python -m pilot --version / python -c pass", module, nothing, 1.5, times),
        compare("pilot --help / a bare Typer app", pilot_help, lazy_help, 1.3, times),
        compare("pilot --help / a bare Typer app, on a terminal", shown, lazy_shown, 1.3, times),
        compare("pilot --help / python -c pass", pilot_help, nothing, 10, times),
        compare("first request to a model / import openai", first_request, openai, 2.5, max(times // 2, 5)),
    ]


def _on_terminal(*program: str) -> Cost:
    return start(*program, "--help", terminal=True).end()


def first_request() -> Cost:
    """From launch, through `dlt init` and a look at the API, until the model is asked for the script."""
    launched, pids = Event(), list[int]()

    def stop(_body: dict[str, Any]) -> str:
        launched.wait()
        _refuse_children(pids[0])
        os.kill(pids[0], signal.SIGKILL)
        return ""

    words = ("--model", "gpt-6.1-sol", "--yes", "--no-input")
    with project() as (folder, environ), weather() as url, ModelServer(stop) as model:
        environ |= {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-benchmark"}
        running = start(
            PILOT, "init", "weather", "--api", f"Load {url}", *words, folder=folder, environ=environ
        )
        pids.append(running.child.pid)
        launched.set()
        return running.end(code=-signal.SIGKILL)


def _refuse_children(pid: int) -> None:
    """What a child has taken by now is counted only once it was waited for, so none may be left.

    But for the warm parent, which imports dlt meanwhile: what it takes and saves is in `whole_run`.
    """
    tasks = Path("/proc", str(pid), "task").glob("*/children")
    children = [child for task in tasks for child in task.read_text().split()]
    if left := [
        child for child in children if b"\0warm\0" not in Path("/proc", child, "cmdline").read_bytes()
    ]:
        raise RuntimeError(f"pilot has children that would not be counted: {left}")


if __name__ == "__main__":
    finish(results())
