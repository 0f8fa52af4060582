"""A whole unattended run against the same by hand: `python -m benchmarks.whole_run`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.local_api import weather, weather_in_pages
from benchmarks.measure import PILOT, PYTHON, Cost, Result, command, compare, finish, project
from pilot.secrecy.redaction import Redactor
from pilot.session.session import Session
from pilot.session.store import Store

DLT = str(Path(PYTHON).with_name("dlt"))
SCRIPT = "weather_pipeline.py"


@dataclass(frozen=True)
class Written:
    """The script that pilot writes for an API, in the two states in which it is run."""

    checking: str
    """With its preview."""
    loading: str


def results(times: int = 7) -> list[Result]:
    """The figure of a whole run, for an API in one answer and one in pages."""
    return [
        _result("a list", weather, 20, times),
        _result("twelve pages", weather_in_pages, 240, times),
    ]


def _result(name: str, api: Callable[[], AbstractContextManager[str]], rows: int, times: int) -> Result:
    with api() as url:
        what = f"pilot init / dlt init and its script twice, {name}"
        hand = partial(by_hand, written(url, rows), rows)
        return compare(what, partial(by_pilot, url), hand, 0.6, times, by="wall")


def by_pilot(url: str) -> Cost:
    """The whole policy, from an empty folder to queried tables."""
    with project() as (folder, environ):
        return _init(folder, environ, url)


def by_hand(written: Written, rows: int) -> Cost:
    """What has to run in any case: `dlt init`, the script up to its preview, the script to its end."""
    with project() as (folder, environ):
        cost = command(DLT, "init", "dlthub:weather", "duckdb", folder=folder, environ=environ)
        for text in (written.checking, written.loading):
            (folder / SCRIPT).write_text(text, "utf-8")
            cost += command(PYTHON, SCRIPT, folder=folder, environ=environ)
        _count(folder, rows)
        return cost


def written(url: str, rows: int) -> Written:
    """The script as pilot writes it, taken from a first run. Raises RuntimeError where that loaded less."""
    with project() as (folder, environ):
        _init(folder, environ, url)
        _count(folder, rows)
        with closing(Store.open(folder)) as store:
            session = Session.newest(store, Redactor({}))
            checking = session.left_by("write_code", SCRIPT) if session else None
        return Written(checking or "", (folder / SCRIPT).read_text("utf-8"))


def _init(folder: Path, environ: dict[str, str], url: str) -> Cost:
    words = ("--model", "builtin", "--yes", "--no-input")
    return command(PILOT, "init", "weather", "--api", f"Load {url}", *words, folder=folder, environ=environ)


def _count(folder: Path, rows: int) -> None:
    with duckdb.connect(str(folder / "weather.duckdb"), read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM weather_data.weather").fetchall()[0][0]
    if found != rows:
        raise RuntimeError(f"{found} rows were loaded, not {rows}")


if __name__ == "__main__":
    finish(results())
