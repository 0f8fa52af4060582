"""How long pilot takes to start: `python -m benchmarks.startup`."""

from __future__ import annotations

import os
import signal
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.local_api import weather
from benchmarks.measure import PILOT, PYTHON, Cost, Result, command, compare, finish, project, start
from pilot.facts import Facts
from pilot.screen import table
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.session.store import Store
from tests.support.model_server import ModelServer
from tests.support.rooms import PlainRedactor

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
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), 5_000)
        log = partial(command, PILOT, "log", "--dir", folder)
        long = compare("pilot log of 5 000 cells / pilot --help", log, pilot_help, 3.0, times)
    return [
        long,
        compare("pilot --version / python -c pass", version, nothing, 1.5, times),
        compare("python -m pilot --version / python -c pass", module, nothing, 1.5, times),
        compare("pilot --help / a bare Typer app", pilot_help, lazy_help, 1.3, times),
        compare("pilot --help / a bare Typer app, on a terminal", shown, lazy_shown, 1.3, times),
        compare("pilot --help / python -c pass", pilot_help, nothing, 10, times),
        compare("first request to a model / import openai", first_request, openai, 2.5, max(times // 2, 5)),
    ]


def _fill(root: Path, cells: int) -> None:
    """A session of many cells, each with a table to show."""
    store = Store.open(root)
    session = Session.start(store, PlainRedactor(), "create_pipeline", Facts(name="weather"))
    shown = (table(("day", "records"), [(f"2026-06-{day:02}", 96) for day in range(1, 31)]),)
    for number in range(cells):
        cell = session.begin(Cell(0, "load", f"Load {number % 9}", "create_pipeline", 8))
        done = replace(cell, state=CellState.DONE, says="loaded into duckdb", shown=shown, seconds=1.5)
        session.finish(done, Facts(goal=f"goal {number}"))
    store.close()


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
