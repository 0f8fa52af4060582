"""The remedies of a step: bounded, compared with what was before, and never worse than it began."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from pilot.consent import Consent
from pilot.engine.engine import Engine
from pilot.errors import StepFailed
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit, Prober
from pilot.names import ProjectNames
from pilot.options import Options
from pilot.policy import Limits, Policy, StepUse
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from pilot.screen import Line
from pilot.session.cell import Cell
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.step import Outcome, Status, Step
from pilot.testing import ScriptedHost
from pilot.validator import Validator
from pilot.warehouse.tables import TableInfo
from pilot.writers.writer import Tried, Usage
from tests.support.rooms import Folder, PlainRedactor

SCRIPT = "weather_pipeline.py"


def broken(kind: FindingKind, says: str = "", remedy: Remedy = Remedy.REPAIR) -> Finding:
    return Finding(kind, says or kind.value, remedy)


@dataclass
class _Writers:
    """A writer room that only counts, and remembers when it was hurried."""

    usage: Usage = field(default_factory=Usage)
    deadlines: list[float | None] = field(default_factory=list)

    def hurry(self, deadline: float | None) -> None:
        self.deadlines.append(deadline)


@dataclass
class _Warehouse:
    """What the newest load left."""

    rows: dict[str, int] = field(default_factory=dict)

    def tables(self, names: ProjectNames) -> tuple[TableInfo, ...]:
        return tuple(TableInfo("weather_data", name, count) for name, count in self.rows.items())


@dataclass
class _Files:
    """The project's files, kept in the session before they change."""

    folder: Folder
    session: Session

    @property
    def root(self) -> Path:
        return self.folder.root

    def read(self, path: str) -> str | None:
        return self.folder.read(path)

    def write(self, path: str, text: str) -> None:
        self.session.record_change(self.folder.root, path, text.encode())
        self.folder.write(path, text)


class _Check(Step):
    """Finds in the script what a test says that is wrong with it."""

    title = "Check"

    def __init__(self, project: Project) -> None:
        self.project = project

    def run(self, session: Session, kit: Kit) -> Outcome:
        found = self.project.wrong.get(self.project.read())
        self.project.checked.append(self.project.read())
        if found is None or isinstance(found, Finding):
            findings = (found,) if found else ()
            return Outcome(Status.FAILED if found else Status.DONE, findings=findings)
        finding, rows = found
        tables = tuple(TableInfo("weather_data", name, count) for name, count in rows.items())
        return Outcome(learned=Facts(tables=tables), findings=(finding,) if finding else ())


class _Load(Step):
    """Loads what a test says that the script loads."""

    title = "Load"

    def __init__(self, project: Project) -> None:
        self.project = project

    def run(self, session: Session, kit: Kit) -> Outcome:
        found = self.project.wrong.get(self.project.read())
        self.project.loaded.append(self.project.read())
        if isinstance(found, Finding):
            return Outcome(Status.FAILED, findings=(found,))
        self.project.warehouse.rows = dict(found[1]) if found else {}
        return Outcome()


class _Repair(Step):
    """Writes the next script, through the gate."""

    title = "Repair code"

    def __init__(self, project: Project) -> None:
        self.project = project

    def run(self, session: Session, kit: Kit) -> Outcome:
        self.project.told.append(session.tried)
        draft = self.project.drafts.pop(0)
        if isinstance(draft, StepFailed):
            raise draft
        time.sleep(self.project.slowness)
        kit.consent.change(SCRIPT, draft)
        return Outcome(says="1 line")


Wrong = Mapping[str | None, "Finding | tuple[Finding | None, Mapping[str, int]] | None"]


class Project:
    """A project with a script that fails, and a writer that gives these drafts."""

    def __init__(
        self, root: Path, store: Store, wrong: Wrong, *drafts: str | StepFailed, **options: float
    ) -> None:
        self.wrong, self.drafts = wrong, list(drafts)
        self.checked: list[str | None] = []
        self.loaded: list[str | None] = []
        self.told: list[tuple[Tried, ...]] = []
        self.slowness = 0.0
        self.host = ScriptedHost(interactive=False)
        self.writers, self.warehouse = _Writers(), _Warehouse()
        self.session = Session.start(store, PlainRedactor(), "p", Facts(names=ProjectNames("weather")))
        self.files = _Files(Folder(root), self.session)
        (root / SCRIPT).write_text(next(iter(wrong)) or "", "utf-8")
        self.engine = Engine(self, self.session)
        self.engine.kit = Kit(
            host=self.host,
            consent=Consent(self.host, self.files, True, self.session.record_consent),
            project=self.files,  # type: ignore[arg-type]  # the part of a project that is used here
            prober=cast("Prober", None),  # these steps look at no API
            writers=self.writers,  # type: ignore[arg-type]
            runner=ScriptRunner(root, FreshInterpreter(lambda: root), str),
            warehouse=self.warehouse,  # type: ignore[arg-type]
            policies=self.engine,
            options=Options(root, **options),  # type: ignore[arg-type]  # one of its numbers
        )

    def step(self, name: str) -> Step:
        if name == "check":
            return _Check(self)
        return _Load(self) if name == "load" else _Repair(self)

    def validator(self, name: str) -> Validator:
        raise KeyError(name)

    def policy(self, name: str) -> Policy:
        raise KeyError(name)

    def read(self) -> str | None:
        return self.files.read(SCRIPT)

    def run(self, rerun: tuple[str, ...] = (), repairs: int = 3) -> Cell | None:
        remedies = {Remedy.REPAIR: "repair_code"}
        policy = Policy("P", (StepUse("check", rerun=rerun),), "p", (), remedies, Limits(repairs))
        return self.engine.run_policy(policy)

    def failed(self, rerun: tuple[str, ...] = (), repairs: int = 3) -> tuple[FindingKind, str]:
        cell = self.run(rerun, repairs)
        assert cell is not None and cell.failure is not None
        return cell.failure.kind, cell.kept

    def steps(self) -> list[str]:
        return [cell.step for cell in self.session.cells]

    def lines(self) -> list[str]:
        return [block.text for block in self.host.shown if isinstance(block, Line)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path)
    yield store
    store.close()


def test_a_repair_after_which_the_run_gets_less_far_is_put_back_before_the_next_try(
    tmp_path: Path, store: Store
) -> None:
    wrong: Wrong = {"a": broken(FindingKind.NO_RECORDS), "b(": broken(FindingKind.SYNTAX_ERROR), "c": None}
    project = Project(tmp_path, store, wrong, "b(", "c")
    assert project.run() is None
    assert project.checked == ["a", "b(", "c"]
    assert project.steps() == ["check", "repair_code", "put_back", "repair_code"]
    put_back = project.session.cells[2]
    assert put_back.says == f"{SCRIPT}: syntax_error"
    assert [(change.path, change.after) for change in put_back.changes] == [
        (SCRIPT, project.session.cells[1].changes[0].before)
    ]
    (tried,) = project.told[1]
    assert (tried.change, tried.came) == ("-a\n+b(", "syntax_error (put back)")


def test_a_failure_that_stays_ends_it_with_the_script_as_it_was(tmp_path: Path, store: Store) -> None:
    same = broken(FindingKind.CODE_ERROR, "KeyError")
    project = Project(tmp_path, store, {"a": same, "b": same}, "b", "c")
    assert project.failed() == (FindingKind.CODE_ERROR, f"{SCRIPT} is as it was before the repairs.")
    assert (project.read(), project.drafts) == ("a", ["c"])
    assert "tried: Repair code: 1 line → the same failure came back: KeyError (put back)" in project.lines()


def test_two_files_in_turn_end_it(tmp_path: Path, store: Store) -> None:
    wrong: Wrong = {"a": broken(FindingKind.CODE_ERROR, "one"), "b": broken(FindingKind.CODE_ERROR, "two")}
    project = Project(tmp_path, store, wrong, "b", "a  # again", "b", "a")
    assert project.failed(repairs=9) == (
        FindingKind.CODE_ERROR,
        f"{SCRIPT} is as repair 1 of 2 left it: none got further.",
    )
    assert project.checked == ["a", "b"]
    assert project.read() == "b"


def test_the_same_wrong_turn_twice_ends_it(tmp_path: Path, store: Store) -> None:
    syntax = broken(FindingKind.SYNTAX_ERROR)
    project = Project(
        tmp_path, store, {"a": broken(FindingKind.NO_RECORDS), "b(": syntax, "c(": syntax}, "b(", "c(", "d"
    )
    assert project.failed(repairs=9)[0] is FindingKind.NO_RECORDS
    assert (project.read(), project.drafts) == ("a", ["d"])


def test_the_best_state_stays_when_the_bound_is_met(tmp_path: Path, store: Store) -> None:
    wrong: Wrong = {
        "a": broken(FindingKind.CONFIGURATION),
        "b": broken(FindingKind.NO_RECORDS),
        "c": broken(FindingKind.IMPORT_MISSING),
    }
    project = Project(tmp_path, store, wrong, "b", "c")
    assert project.failed(repairs=2) == (
        FindingKind.NO_RECORDS,
        f"{SCRIPT} is as repair 1 of 2 left it: none got further.",
    )
    assert project.read() == "b"


def test_a_repair_that_drops_rows_is_put_back_and_the_rows_come_back(tmp_path: Path, store: Store) -> None:
    incomplete = broken(FindingKind.INCOMPLETE)
    wrong: Wrong = {"a": (incomplete, {"stations": 50}), "b": (None, {"stations": 5})}
    project = Project(tmp_path, store, wrong, "b", StepFailed(broken(FindingKind.BEYOND_WRITER), "no"))
    project.warehouse.rows = {"stations": 50}
    assert project.failed(rerun=("load",)) == (
        FindingKind.INCOMPLETE,
        f"{SCRIPT} is as it was before the repairs.",
    )
    assert project.read() == "a"
    assert (project.loaded, project.warehouse.rows) == (["b", "a"], {"stations": 50})
    facts = project.session.facts
    assert facts.tables is not None and facts.tables[0].rows == 50
    assert f"{SCRIPT}: stations holds 5 rows, where there were 50." in [c.says for c in project.session.cells]


def test_a_load_that_fails_after_a_repair_counts_as_worse(tmp_path: Path, store: Store) -> None:
    wrong: Wrong = {
        "a": (broken(FindingKind.INCOMPLETE), {"stations": 50}),
        "b": broken(FindingKind.CODE_ERROR),
        "c": (None, {"stations": 240}),
    }
    project = Project(tmp_path, store, wrong, "b", "c")
    assert project.run(rerun=("load",)) is None
    assert (project.loaded, project.read()) == (["b", "c"], "c")


def test_a_repair_that_breaks_the_key_is_put_back_and_the_person_is_not_asked_for_one(
    tmp_path: Path, store: Store
) -> None:
    refused = broken(FindingKind.SECRET_REFUSED, remedy=Remedy.SECRET)
    project = Project(
        tmp_path, store, {"a": broken(FindingKind.NO_RECORDS), "b": refused, "c": None}, "b", "c"
    )
    assert project.run() is None
    assert project.checked == ["a", "b", "c"]


def test_a_budget_that_is_spent_is_the_failure_and_names_what_was_not_repaired(
    tmp_path: Path, store: Store
) -> None:
    spent = StepFailed(Finding(FindingKind.BUDGET_SPENT, "All is spent.", hint="more"))
    project = Project(tmp_path, store, {"a": broken(FindingKind.CODE_ERROR, "KeyError")}, spent)
    cell = project.run()
    assert cell is not None and cell.failure is not None
    assert cell.failure.says == "All is spent. Not repaired: KeyError"
    assert (cell.failure.hint, cell.tried) == ("more", ())


def test_repairs_take_no_longer_than_they_may(tmp_path: Path, store: Store) -> None:
    wrong: Wrong = {name: broken(FindingKind.CODE_ERROR, f"error {name}") for name in "abcd"}
    project = Project(tmp_path, store, wrong, "b", "c", "d", max_seconds=0.2)
    project.slowness = 0.15
    cell = project.run(repairs=50)
    assert cell is not None and cell.failure is not None
    assert cell.failure.kind is FindingKind.BUDGET_SPENT
    assert "and may take 0.2. Not repaired: error " in cell.failure.says
    assert project.writers.deadlines[-1] is None
