"""Undo and redo over any history: edits, refinements, hands of the person; files and facts are exact."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.session.taking_up import finish_broken, note_edits
from pilot.session.undo import redo, undo
from tests.support.rooms import PlainRedactor

PATHS = ("script.py", "requirements.txt", ".dlt/config.toml")
paths = st.sampled_from(PATHS)
contents = st.binary(max_size=12)
modes = st.sampled_from([0o644, 0o755, 0o600])
Files = dict[str, tuple[bytes, int] | None]


class Notebook(RuleBasedStateMachine):
    """A session beside a model of it: a stack of what was, and a stack of what was undone."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        (self.root / ".dlt").mkdir()
        self.store = Store.open(self.root)
        self.goals = 0

    @initialize()
    def start(self) -> None:
        self.session = Session.start(self.store, PlainRedactor(), "create_pipeline", Facts(name="weather"))
        self.done: list[tuple[Files, Facts, bool]] = []
        """Before each undoable unit: files, facts, and whether it is the person's own edit."""
        self.undone: list[tuple[Files, Facts, bool, Files, Facts]] = []
        self.by_hand = False

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.root)

    def files(self) -> Files:
        found: Files = {}
        for path in PATHS:
            file = self.root / path
            found[path] = (file.read_bytes(), file.stat().st_mode & 0o777) if file.exists() else None
        return found

    def write(self, path: str, content: bytes) -> None:
        """As the gate does: recorded, then written; the mode stays."""
        file = self.root / path
        self.session.record_change(self.root, path, content)
        mode = file.stat().st_mode & 0o7777 if file.exists() else 0o644
        file.write_bytes(content)
        file.chmod(mode)

    def notice(self) -> None:
        """What happens before every step: edits by hand become a cell."""
        before = self.recorded if self.by_hand else self.files()
        if note_edits(self.session, self.root) is not None:
            self.done.append((before, self.session.facts, True))
            self.undone = []
        self.by_hand = False

    def begin(self, step: str, parent: int | None = None) -> Cell:
        return self.session.begin(Cell(0, step, step, "p", 0, parent))

    def finish(self, cell: Cell) -> None:
        self.goals += 1
        self.session.finish(replace(cell, state=CellState.DONE), Facts(goal=f"goal {self.goals}"))

    @rule(path=paths, content=contents)
    def step_changes_a_file(self, path: str, content: bytes) -> None:
        self.notice()
        before, facts = self.files(), self.session.facts
        cell = self.begin("write_code")
        self.write(path, content)
        self.finish(cell)
        self.done.append((before, facts, False))
        self.undone = []

    @rule(changes=st.lists(st.tuples(paths, contents), min_size=1, max_size=3))
    def refinement_changes_files_in_child_cells(self, changes: list[tuple[str, bytes]]) -> None:
        self.notice()
        before, facts = self.files(), self.session.facts
        request = self.begin("refine_pipeline")
        for path, content in changes:
            child = self.begin("change_code", request.id)
            self.write(path, content)
            self.finish(child)
        self.finish(request)
        self.done.append((before, facts, False))
        self.undone = []

    @precondition(lambda self: not self.by_hand)
    @rule(path=paths, content=contents, mode=modes, gone=st.booleans())
    def person_changes_a_file(self, path: str, content: bytes, mode: int, gone: bool) -> None:
        file = self.root / path
        if path not in self.session_files():
            return  # what pilot never left there is none of its business
        self.recorded = self.files()
        if gone:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(content)
            file.chmod(mode)
        self.by_hand = self.files() != self.recorded

    def session_files(self) -> set[str]:
        return {change.path for cell in self.session.cells for change in cell.changes}

    @rule()
    def undo_the_last(self) -> None:
        self.notice()
        if not self.done or self.done[-1][2]:
            now = self.files()
            with pytest.raises(PilotError):
                undo(self.session, self.root)
            assert self.files() == now
            return
        files, facts, own = self.done.pop()
        self.undone.append((files, facts, own, self.files(), self.session.facts))
        undo(self.session, self.root)
        assert (self.files(), self.session.facts) == (files, facts)

    @precondition(lambda self: not self.by_hand and self.done and self.done[-1][2])
    @rule()
    def undo_an_edit_by_its_number(self) -> None:
        files, facts, own = self.done.pop()
        self.undone.append((files, facts, own, self.files(), self.session.facts))
        newest = max(
            cell.id for cell in self.session.cells if cell.step == "edited" and cell.state is CellState.DONE
        )
        undo(self.session, self.root, newest)
        assert (self.files(), self.session.facts) == (files, facts)

    @rule()
    def redo_the_last(self) -> None:
        self.notice()
        if not self.undone:
            with pytest.raises(PilotError, match="nothing to redo"):
                redo(self.session, self.root)
            return
        before, known, own, files, facts = self.undone.pop()
        redo(self.session, self.root)
        self.done.append((before, known, own))
        assert (self.files(), self.session.facts) == (files, facts)

    @rule(path=paths, content=contents, written=st.booleans())
    def pilot_is_killed_in_a_step(self, path: str, content: bytes, written: bool) -> None:
        self.notice()
        before, facts = self.files(), self.session.facts
        self.begin("write_code")
        self.session.record_change(self.root, path, content)
        if written:
            file = self.root / path
            mode = file.stat().st_mode & 0o7777 if file.exists() else 0o644
            file.write_bytes(content)
            file.chmod(mode)
        self.reopen()
        assert (self.files(), self.session.facts) == (before, facts)
        self.undone = []

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.root)
        session = Session.newest(self.store, PlainRedactor())
        assert session is not None
        self.session = session
        finish_broken(session, self.root)

    @invariant()
    def nothing_half_is_left(self) -> None:
        assert not list(self.root.rglob("*.new"))


Notebook.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestUndoAndRedo = Notebook.TestCase
