"""Plays one case with the real command, unattended, and compares what pilot said with what is true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.faults.case import SCRIPT, Case, Place
from pilot.facts import Facts
from pilot.names import ProjectNames, names_in
from pilot.secrecy.redaction import Redactor
from pilot.session.session import Session
from pilot.session.store import Store
from tests.support.api_server import ApiServer

_PATIENCE = 240.0
"""Seconds for the whole command: a case that needs more has hung."""


@dataclass(frozen=True)
class Told:
    """What pilot said in the end."""

    code: int
    kinds: tuple[str, ...] = ()
    """The kinds of everything it found, the one that ended it first."""
    remedy: str = ""
    says: str = ""
    rows: tuple[tuple[str, int], ...] = ()
    """The tables it counted."""


@dataclass(frozen=True)
class Score:
    """How pilot did at one case."""

    case: Case
    told: Told
    healed: Told | None = None
    """How it ended where remedies were allowed."""
    seconds: float = 0.0

    @property
    def detected(self) -> bool:
        """Something was found."""
        return bool(self.told.kinds)

    @property
    def right_kind(self) -> bool:
        """What ended it is of a right kind."""
        return self.told.kinds[:1] != () and self.told.kinds[0] in [kind.value for kind in self.case.expects]

    @property
    def right_remedy(self) -> bool:
        """The remedy fits, and where it is a rule it worked."""
        named = self.case.remedy is None or self.told.remedy == self.case.remedy.value
        return named and (self.healed is None or _well(self.case, self.healed))

    @property
    def well(self) -> bool:
        """As it should be, in all respects."""
        if self.case.healthy:
            return _well(self.case, self.told)
        return self.right_kind and self.right_remedy


def play(case: Case) -> Score:
    """First without remedies, for what is found; then, where a rule should heal it, with them."""
    started = time.monotonic()
    told = _played(case, 0)
    healed = _played(case, 3) if case.heals else None
    return Score(case, told, healed, time.monotonic() - started)


def _well(case: Case, told: Told) -> bool:
    return told.code == 0 and not told.kinds and dict(told.rows) == dict(case.rows)


def _played(case: Case, repairs: int) -> Told:
    with _place(case, repairs) as (place, environment), case.around(place):
        _begin(place, case.hosts)
        command = [
            sys.executable,
            "-m",
            "pilot",
            "run",
            "--json",
            "--yes",
            "--no-input",
            "--model",
            "builtin",
        ]
        command += ["--max-repairs", str(repairs), "--timeout", str(case.seconds), *case.flags]
        try:
            run = _run(command, place.root, environment)
        except subprocess.TimeoutExpired:
            return Told(124, ("hung",), says=f"no end within {_PATIENCE:g} s")
        return _told(run)


@contextmanager
def _place(case: Case, repairs: int) -> Iterator[tuple[Place, dict[str, str]]]:
    """A project folder and its API, and the environment in which everything runs."""
    with TemporaryDirectory(prefix="pilot-fault-") as folder, ApiServer(case.routes()) as server:
        root = Path(folder, "project")
        for path, text in {SCRIPT: case.script, **case.files}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("{base}", server.url), encoding="utf-8")
        environment = {
            **os.environ,
            "HOME": folder,
            "DLT_DATA_DIR": f"{folder}/dlt",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            **{name: value.replace("{base}", server.url) for name, value in case.environment.items()},
        }

        def python(script: str) -> None:
            _run([sys.executable, script], root, environment)

        yield Place(root, server, python, bool(repairs)), environment


def _run(command: list[str], root: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


def _begin(place: Place, hosts: tuple[str, ...]) -> None:
    """A session as if the script had just been agreed to: `pilot run` wants one."""
    root = place.root
    names = names_in((root / SCRIPT).read_text("utf-8"), ProjectNames("case"))
    # who asked for the API agreed to its host
    goal = " ".join(["Load", place.server.url, *(f"http://{host}" for host in hosts)])
    facts = Facts(name="case", destination=names.destination, names=names, written=True, goal=goal)
    with closing(Store.open(root)) as store:
        Session.start(store, Redactor(lambda: {}), "run_pipeline", facts)


def _told(run: subprocess.CompletedProcess[str]) -> Told:
    """What the document at the end says."""
    try:
        document: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        return Told(run.returncode, ("no_document",), says=(run.stderr or run.stdout)[-300:])
    failure = document["failure"] or {}
    kinds = tuple(filter(None, [failure.get("kind")]))
    rows = tuple((table["name"], table["rows"]) for table in document["tables"])
    return Told(run.returncode, kinds, failure.get("remedy", ""), failure.get("message", ""), rows)
