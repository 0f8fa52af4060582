"""Remedies by rule: waiting, the database, old packages, missing packages."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import duckdb
import pytest

from benchmarks.faults.packages import MODULE, wheel
from pilot.consent import Consent
from pilot.errors import AnswerMissing, Declined, StepFailed
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.kit import Kit, Policies, Prober, Runner, Warehouse, Writers
from pilot.kit import Project as ProjectContract
from pilot.names import ProjectNames
from pilot.options import Options
from pilot.session.cell import Cell
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.testing import ScriptedHost
from steps.clear_packages import ClearPackages
from steps.install_packages import InstallPackages
from steps.wait import Wait
from steps.wait_for_database import WaitForDatabase
from tests.support.rooms import Folder, PlainRedactor

SCRIPT = """import dlt

pipeline = dlt.pipeline(pipeline_name="weather", destination="duckdb", dataset_name="weather_data")
"""
HOLD = "import duckdb; c = duckdb.connect('weather.duckdb'); print(1, flush=True); input()"


@dataclass
class Packages:
    """A runner that only counts how often packages were dropped."""

    dropped: list[str] = field(default_factory=list)

    def clear_pending(self, pipeline: str) -> bool:
        self.dropped.append(pipeline)
        return True


@dataclass
class Room:
    """A session with a finding, and a kit around a folder."""

    root: Path
    session: Session
    host: ScriptedHost
    packages: Packages = field(default_factory=Packages)
    consents: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kit(self) -> Kit:
        consent = Consent(
            self.host,
            Folder(self.root),
            yes=not self.host.interactive,
            record=lambda what, answer: self.consents.append((what, answer)),
        )
        return Kit(
            host=self.host,
            consent=consent,
            project=cast(ProjectContract, Folder(self.root)),
            prober=cast(Prober, None),
            writers=cast(Writers, None),
            runner=cast(Runner, self.packages),
            warehouse=cast(Warehouse, None),
            policies=cast(Policies, None),
            options=Options(root=self.root),
        )

    def found(self, kind: FindingKind, remedy: Remedy, **evidence: Json) -> None:
        self.session.reason = Finding(kind, "It went wrong.", remedy, evidence)


@contextmanager
def room(root: Path, *answers: str, interactive: bool = True) -> Iterator[Room]:
    (root / "weather_pipeline.py").write_text(SCRIPT, "utf-8")
    store = Store.open(root)
    facts = Facts(names=ProjectNames("weather"))
    session = Session.start(store, PlainRedactor(), "create_pipeline", facts)
    try:
        yield Room(root, session, ScriptedHost(answers, interactive=interactive))
    finally:
        store.close()


def test_a_wait_is_as_long_as_the_api_asks_and_counts_down(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        here.found(FindingKind.RATE_LIMITED, Remedy.WAIT, retry_after=0.3)
        started = time.monotonic()
        outcome = Wait().run(here.session, here.kit)
        assert 0.3 <= time.monotonic() - started < 5
        assert outcome.says == "waited 0 s"
        assert any("Ctrl-C" in said for said in here.host.worked[0].says)


def test_more_patience_than_pilot_has_is_left_to_the_person(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        here.found(FindingKind.RATE_LIMITED, Remedy.WAIT, retry_after=3600)
        with pytest.raises(StepFailed) as failed:
            Wait().run(here.session, here.kit)
        assert "60 minutes" in failed.value.hint and "pilot resume" in failed.value.hint


def test_without_a_word_of_the_api_each_wait_is_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    clock = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with room(tmp_path) as here:
        here.found(FindingKind.API_ERROR, Remedy.WAIT)
        parent = here.session.begin(Cell(0, "load", "Load"))
        said = []
        for _ in range(3):
            cell = here.session.begin(Cell(0, "wait", "Wait", parent=parent.id))
            said.append(Wait().run(here.session, here.kit).says)
            here.session.finish(cell)
        assert said == ["waited 5 s", "waited 10 s", "waited 20 s"]


@contextmanager
def held(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program has the database open."""
    command, pipe = [sys.executable, "-c", HOLD], subprocess.PIPE
    with subprocess.Popen(command, cwd=root, text=True, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder
        holder.kill()


def test_the_database_is_waited_for(tmp_path: Path) -> None:
    with room(tmp_path, interactive=False) as here, held(tmp_path) as holder:
        here.found(FindingKind.DESTINATION_LOCKED, Remedy.UNLOCK, file=str(tmp_path / "weather.duckdb"))
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        outcome = WaitForDatabase().run(here.session, here.kit)
        assert outcome.says == "weather.duckdb is free"
        with duckdb.connect(str(tmp_path / "weather.duckdb")):
            pass


def test_the_script_may_load_into_another_file(tmp_path: Path) -> None:
    with room(tmp_path, "o", "y") as here, held(tmp_path):
        (tmp_path / "weather_2.duckdb").write_bytes(b"")
        here.found(FindingKind.DESTINATION_LOCKED, Remedy.UNLOCK)
        outcome = WaitForDatabase().run(here.session, here.kit)
    assert outcome.says == "loads into weather_3.duckdb"
    assert outcome.learned.names is not None and outcome.learned.names.database == "weather_3.duckdb"
    changed = (tmp_path / "weather_pipeline.py").read_text("utf-8")
    assert changed == SCRIPT.replace('"weather"', '"weather_3"')


def test_old_packages_are_dropped_only_after_consent(tmp_path: Path) -> None:
    with room(tmp_path, "n", "y") as here:
        here.found(FindingKind.PENDING_PACKAGES, Remedy.CLEAR)
        with pytest.raises(Declined):
            ClearPackages().run(here.session, here.kit)
        assert here.packages.dropped == []
        assert ClearPackages().run(here.session, here.kit).says == "dropped"
        assert here.packages.dropped == ["weather"]
        assert "abort-packages" in here.host.asked[0].text


def test_old_packages_that_were_loaded_after_all_are_left_alone(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        here.found(FindingKind.PENDING_PACKAGES, Remedy.CLEAR, loaded=True)
        ClearPackages().run(here.session, here.kit)
        assert here.packages.dropped == [] and here.host.asked == []


def test_a_package_is_never_installed_by_yes_alone(tmp_path: Path) -> None:
    with room(tmp_path, interactive=False) as here:
        here.found(FindingKind.IMPORT_MISSING, Remedy.INSTALL, packages=[MODULE])
        with pytest.raises(AnswerMissing) as missing:
            InstallPackages().run(here.session, here.kit)
        assert f"--allow-install {MODULE}" in missing.value.hint
        assert not (tmp_path / ".venv").exists() and not (tmp_path / "requirements.txt").exists()


def test_the_exact_command_is_shown_and_a_refusal_installs_nothing(tmp_path: Path) -> None:
    with room(tmp_path, "n") as here:
        here.found(FindingKind.IMPORT_MISSING, Remedy.INSTALL, packages=[MODULE])
        with pytest.raises(StepFailed):
            InstallPackages().run(here.session, here.kit)
        assert here.host.lines[0].endswith("-m venv .venv")
        assert here.host.lines[1].endswith("-m pip install -r requirements.txt")
        assert not (tmp_path / ".venv").exists()


def test_an_environment_is_made_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (MODULE, "dlt", "sqlglot"):
        for variable, value in wheel(tmp_path / "wheels", name).items():
            monkeypatch.setenv(variable, value)
    (tmp_path / "requirements.txt").write_text("dlt\nsqlglot\n", "utf-8")
    with room(tmp_path, "y", "y") as here:
        here.found(FindingKind.IMPORT_MISSING, Remedy.INSTALL, packages=[MODULE])
        outcome = InstallPackages().run(here.session, here.kit)
    assert outcome.says == f"{MODULE} in .venv, .venv made"
    assert (tmp_path / "requirements.txt").read_text("utf-8") == f"dlt\nsqlglot\n{MODULE}\n"
    python = tmp_path / ".venv" / "bin" / "python"
    found = subprocess.run(
        [python, "-c", f"import {MODULE}; print({MODULE}.__file__)"], capture_output=True, text=True
    )
    assert found.stdout.startswith(str(tmp_path))
