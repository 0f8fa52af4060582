"""A project folder with a person at a terminal, an API, and (where wanted) a model: for whole journeys."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from tests.support.model_server import ModelServer, Script
from tests.support.terminal import Terminal
from tests.support.weather_api import KEY, Fault, FaultyApi

COMMAND = (sys.executable, "-m", "pilot")
SCRIPT = "weather_pipeline.py"
SECRETS = ".dlt/secrets.toml"
MODEL_KEY = "sk-journey-5b1f0c9e7d"
STATIONS, OBSERVATIONS = 24, 240
CHECKS = f"Run {SCRIPT} (shows the first records, loads nothing)?"
LOADS = f"Run {SCRIPT} (loads into duckdb)?"
WITH_KEY = ("--secret", "api_key=env:WEATHER_KEY")
"""The flag that answers for the key; every command of a house finds it in its environment."""
RUNNING = "pilot/run/harness/"
"""Stands in the command line of every process that runs a script."""
_PATIENCE = 60
"""Seconds: a busy machine is no defect."""


@dataclass
class House:
    """One project and everything around it. The process environment is the test's own."""

    home: Path
    """Holds everything that is written: the project, the home folder, dlt's data."""
    api: FaultyApi
    closing: ExitStack = field(default_factory=ExitStack)
    environ: dict[str, str] = field(default_factory=dict)
    """Laid over the environment of every command."""
    folder: Path = field(init=False)
    """The project."""

    def __post_init__(self) -> None:
        self.environ["WEATHER_KEY"] = self.api.key
        self.folder = self.home / "project"
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def stations(self) -> str:
        """The URL of the stations."""
        return f"{self.api.url}/v1/stations"

    @property
    def observations(self) -> str:
        """The URL of the observations, which come in pages."""
        return f"{self.api.url}/v1/observations"

    def pilot(self, *arguments: str, timeout: float = 90, **environ: str) -> CompletedProcess[str]:
        """A command with nobody there, to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self._environment(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command with nobody there, while it runs."""
        with subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self._environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            yield process

    def terminal(self, *arguments: str, columns: int = 110, rows: int = 50, **environ: str) -> Terminal:
        """A command with a person there."""
        with warnings.catch_warnings():
            # the fork that makes the terminal turns into pilot at once, so our servers' threads are no harm
            warnings.simplefilter("ignore", DeprecationWarning)
            opened = Terminal(
                [*COMMAND, *arguments], self.folder, self._environment(environ), columns, rows, _PATIENCE
            )
        self.closing.callback(opened.close)
        return opened

    def model(self, script: Script, key: str | None = MODEL_KEY, **more: Any) -> ModelServer:
        """A model's endpoint that follows a script; every later command finds it in its environment."""
        server = self.closing.enter_context(ModelServer(script, key=key, **more))
        self.environ |= {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": key or "unused"}
        return server

    def document(self, *arguments: str, code: int = 0) -> Any:
        """What a command says with `--json`."""
        done = self.pilot(*arguments, "--json")
        assert done.returncode == code, done
        return json.loads(done.stdout)

    def steps(self) -> dict[str, str]:
        """How every step of the policy stands."""
        return {step["name"]: step["status"] for step in self.document("status")["steps"]}

    def cells(self, step: str | None = None) -> list[dict[str, Any]]:
        """The notebook's cells, all or those of one step."""
        cells = self.document("log")["cells"]
        return [cell for cell in cells if step in (None, cell["step"])]

    def read(self, path: str = SCRIPT) -> str:
        """A file of the project."""
        return (self.folder / path).read_text("utf-8")

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """The person edits a file."""
        file = self.folder / path
        file.write_text(change(file.read_text("utf-8")), "utf-8")

    def rows(self, sql: str, database: str = "weather.duckdb") -> list[tuple[Any, ...]]:
        """The rows of a query over what was loaded."""
        with duckdb.connect(str(self.folder / database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def count(self, table: str, dataset: str = "weather_data") -> int:
        """How many rows a table has."""
        return int(self.rows(f'SELECT count(*) FROM "{dataset}"."{table}"')[0][0])

    def holding(self, text: str) -> list[str]:
        """Every file of the house that holds a text."""
        needle = text.encode()
        files = [file for file in self.home.rglob("*") if file.is_file()]
        return sorted(str(file.relative_to(self.home)) for file in files if needle in file.read_bytes())

    def loaded(self) -> bool:
        """Whether a load of this house has come to its end, by dlt's own records."""
        return any((self.home / "home" / "dlt").glob("pipelines/*/load/loaded/*/package_completed.json"))

    def running(self, words: str) -> list[int]:
        """The processes of this house whose command line has these words."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                here = (entry / "cwd").resolve().is_relative_to(self.home)
            except OSError:
                continue  # it has just ended
            if here and words in command:
                found.append(int(entry.name))
        return found

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        return {**os.environ, **self.environ, **more}


def until(what: Callable[[], object], seconds: float = _PATIENCE) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def paste_key(text: str, key: str = KEY) -> str:
    """secrets.toml with a key in place of the placeholder."""
    changed = re.sub(r'(?m)^(api_key\s*=\s*)".*?"', rf'\g<1>"{key}"', text)
    assert changed != text, text
    return changed


def answer(terminal: Terminal, *pairs: tuple[str, str]) -> None:
    """Answer question after question, each told by a part of its text."""
    for question, words in pairs:
        terminal.expect(question)
        terminal.answer(words)


def well_api() -> FaultyApi:
    """The weather API; set `fault` and `times = None` to break it from then on."""
    return FaultyApi(fault=Fault.SLOW, times=0, delay=90)
