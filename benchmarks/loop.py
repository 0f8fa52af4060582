"""The loop of checks and repairs, and what the ledger costs: `python -m benchmarks.loop`."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.local_api import observations, weather, weather_in_pages
from benchmarks.measure import PYTHON, Cost, Result, command, compare, finish, project
from benchmarks.whole_run import SCRIPT, written
from pilot.run.answers import AnswerMemory
from pilot.run.harness.ledger import Ledger
from pilot.run.harness.line import Line as ChildLine
from pilot.run.line import open_line
from pilot.run.result import RunMode
from pilot.run.runner import ScriptRunner
from pilot.run.warm import WarmStarter

_FAILS = """import time
print(time.monotonic())
import dlt
raise ValueError("wrong")
"""
_ROWS, _PAGES = 6000, 300


def results(times: int = 7) -> list[Result]:
    """The figures of the loop, and of the ledger."""
    return [_from_run_to_run(times), _one_check(times), _ledger(times)]


def _from_run_to_run(times: int) -> Result:
    """What the runner takes from the end of a failed run to the first line of the next, by the clock."""
    gaps, imports = [], []
    with _warm() as (folder, runner):
        (folder / SCRIPT).write_text(_FAILS, "utf-8")
        ended = 0.0
        for number in range(times * 3):
            begun = float(runner.run(SCRIPT, RunMode.CHECK, {}, 60, _unheard).stdout)
            if number:
                gaps.append(begun - ended)
            ended = time.monotonic()
            if number % 3 == 0:
                imports.append(command(PYTHON, "-c", "import dlt").wall)
                ended = time.monotonic()
    measured = f"{min(gaps) * 1000:,.0f} ms / {min(imports) * 1000:,.0f} ms wall, the quickest of each"
    figure = min(gaps) / min(imports)
    return Result("a failed run's end to the next run / import dlt", measured, figure, 0.05, figure)


def _one_check(times: int) -> Result:
    """A check after the first one, as repairs have it, against the script by itself."""
    with weather() as url, _warm() as (folder, runner):
        (folder / SCRIPT).write_text(written(url, 20).checking, "utf-8")

        def check() -> Cost:
            with _counted() as cost:
                assert runner.run(SCRIPT, RunMode.CHECK, {}, 60, _unheard).ok
            return cost[0]

        by_hand = partial(command, PYTHON, SCRIPT, folder=folder, environ=dict(os.environ))
        return compare(f"a check in the loop / python {SCRIPT}", check, by_hand, 0.25, times)


def _ledger(times: int) -> Result:
    """What the ledger takes for the pages of a load, at both ends of the line, as a share of the load.

    The difference of two whole loads would be lost in their noise.
    """
    with weather_in_pages(_ROWS) as url, _warm() as (folder, runner):
        (folder / SCRIPT).write_text(written(url, _ROWS).loading, "utf-8")
        loads = [command(PYTHON, SCRIPT, folder=folder, environ=dict(os.environ)).cpu for _ in range(times)]
        traffic = runner.run(SCRIPT, RunMode.LOAD, {}, 300, _unheard).traffic
    assert len(traffic) >= _PAGES
    taken = min(_told(_PAGES) for _ in range(times))
    measured = f"{taken * 1000:,.0f} ms / {median(loads) * 1000:,.0f} ms"
    figure = taken / median(loads)
    return Result(f"the ledger of {_PAGES} pages / their load", measured, figure, 0.03, figure)


def _told(count: int) -> float:
    """Seconds of this processor that so many exchanges take to be told and understood."""
    document = {"results": observations(20), "page": 1, "total": _ROWS}
    body = json.dumps(document).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    line = open_line(str, None)
    assert line is not None
    begun = time.process_time()
    end = os.dup(line.child_end)
    ledger = Ledger(ChildLine(end), None)
    line.started()
    for number in range(count):
        call = ledger.begin("GET", f"http://127.0.0.1/weather?page={number}")
        assert call is not None
        call.answered(200, headers)
        call.read(body)
        call.ended()
        call.shows(document)
    os.close(end)
    line.close()
    assert len(line.exchanges()) == count
    return time.process_time() - begun


@contextmanager
def _warm() -> Iterator[tuple[Path, ScriptRunner]]:
    """A project with a runner whose parent is warm."""
    with project() as (folder, environ):
        before = dict(os.environ)
        os.environ.update(environ)
        starter = WarmStarter(folder, lambda: Path(PYTHON))
        starter.warm_up()
        starter.prepare()
        try:
            yield folder, ScriptRunner(folder, starter, str, answers=AnswerMemory())
        finally:
            starter.close()
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def _counted() -> Iterator[list[Cost]]:
    """What is done in between costs, in this process and in its children."""
    cost: list[Cost] = []
    cpu, wall = _cpu(), time.perf_counter()
    yield cost
    cost.append(Cost(_cpu() - cpu, time.perf_counter() - wall))


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _unheard(_text: str) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    finish(results())
