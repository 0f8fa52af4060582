"""The engine: runs a policy over a session. The one loop with validators, remedies and limits.

A step's run gives an outcome; validators look at it; the first finding names a remedy; the policy says which
step carries it out: an earlier step of the policy is gone back to, any other runs on the spot and then the
step runs again. Every loop has a bound; `mending` keeps those of the remedies.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from pilot.engine.mending import Mending
from pilot.engine.open_cell import AS_ASKED, OpenCell, opened
from pilot.errors import (
    Declined,
    Interrupted,
    NothingToChange,
    Replan,
    StepFailed,
    Tangent,
    UsageError,
)
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit
from pilot.policy import Policy
from pilot.run.result import Ending
from pilot.screen import Line
from pilot.session.again import go_back
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.session.taking_up import note_edits
from pilot.step import Outcome, Status, Step
from pilot.validator import Validator


class Names(Protocol):
    """What the engine needs of the catalogue."""

    def step(self, name: str) -> Step:
        """A step by name."""

    def validator(self, name: str) -> Validator:
        """A validator by name."""

    def policy(self, name: str) -> Policy:
        """A policy by name."""


class Engine:
    """Runs policies; the only writer of the session. `kit` is set right after it was built around this."""

    kit: Kit

    def __init__(self, catalogue: Names, session: Session) -> None:
        self._catalogue = catalogue
        self.session = session
        self._requests: dict[int, str] = {}
        """What was said in place of a part's first words."""

    def run_policy(self, policy: Policy, parent: int | None = None) -> Cell | None:
        """Run what is left of a policy; None when it is done, else the cell that ended it.

        Replan of what lies outside of it, Declined, Interrupted and AnswerMissing pass through, after the
        cell was recorded.
        """
        returns, wish = 0, ""
        reason: Finding | None = None
        while (position := self._next(policy, parent)) is not None:
            try:
                if wish:
                    words, wish = wish, ""
                    self._take_tangent(policy, position, parent, words)
                    continue
                cell = self._run_entry(policy, position, parent, reason)
            except Replan as replan:
                if replan.parent != parent:
                    raise
                continue
            except Tangent as tangent:
                if not (tangent.instead and self._reworded(policy, position, parent, tangent.words)):
                    wish = tangent.words
                continue
            reason = None
            if cell.state.finished:
                continue
            target = self.return_target(policy, position, cell.failure)
            if target is None or returns >= policy.limits.returns:
                return cell
            returns += 1
            self._go_back(policy, target, parent)
            reason = cell.failure
        return None

    def again(self, policy: Policy, fact: str) -> None:
        """Have what gives a fact, and everything after it, run again the next time."""
        for position, entry in enumerate(policy.step):
            if fact in self._catalogue.step(entry.use).gives:
                return self._go_back(policy, position, None)

    def run(self, name: str, news: Facts, title: str) -> Cell:
        """Run a policy as child cells of a cell of its own (the kit's `Policies`)."""
        policy = self._catalogue.policy(name).with_repairs(self.kit.options.max_repairs)
        blank = Cell(0, name, title, parent=self._running_id(), input=news.request or "")
        return self._run_part(policy, blank, news)

    def resume(self, cell: Cell) -> Cell:
        """Go on with such a cell that was broken off, after its last finished step."""
        policy = self._catalogue.policy(cell.step).with_repairs(self.kit.options.max_repairs)
        return self._run_part(policy, cell, Facts(request=cell.input or None))

    def rerun(self, cell: Cell) -> Cell | None:
        """Run a cell and everything after it again; None when that is done, else the cell that ended it."""
        if cell.position < 0:
            again = self.run(cell.step, Facts(request=cell.input or None), cell.title)
            return None if again.state.finished else again
        policy = self._catalogue.policy(cell.policy).with_repairs(self.kit.options.max_repairs)
        self._go_back(policy, cell.position, cell.parent)
        part = next((other for other in self.session.cells if other.id == cell.parent), None)
        if part is None:
            return self.run_policy(policy)
        again = self.resume(part)
        return None if again.state.finished else again

    def _run_part(self, policy: Policy, cell: Cell, news: Facts) -> Cell:
        self.notice_edits()
        with self.open_cell(cell) as own:
            self.session.learn(news)
            try:
                failed = self.run_policy(policy, own.cell.id)
            except NothingToChange:
                own.end(Outcome(Status.SKIPPED, AS_ASKED), None)
                return own.cell
            finally:
                own.cell = replace(own.cell, input=self._requests.pop(own.cell.id, own.cell.input))
            if failed is None:
                own.end(Outcome(says="done"), None)
            else:
                own.end(Outcome(says=failed.says), failed.failure)
                own.cell = replace(own.cell, tried=failed.tried, kept=failed.kept)
        return own.cell

    def note(self, cell: Cell) -> None:
        """Record what was done outside of any policy, once it is over."""
        done = replace(self.session.begin(cell), state=CellState.DONE)
        self.session.finish(done)

    def _next(self, policy: Policy, parent: int | None) -> int | None:
        """The entry to run next: the first unfinished one, or a later one that gives what it needs."""
        pending = [i for i in range(len(policy.step)) if not self._finished(policy, i, parent)]
        if not pending:
            return None
        first = self._catalogue.step(policy.step[pending[0]].use)
        missing = [need for need in first.needs if not self.session.facts.knows(need)]
        if not missing:
            return pending[0]
        for i in pending[1:]:
            if missing[0] in self._catalogue.step(policy.step[i].use).gives:
                return i
        raise UsageError(
            f"Step {policy.step[pending[0]].use} needs {missing[0]!r}, and no step gives it.",
            "pilot init starts from the beginning.",
        )

    def _finished(self, policy: Policy, position: int, parent: int | None) -> bool:
        cell = self.session.at(policy.name, position, parent)
        return cell is not None and cell.state.finished

    def _run_entry(self, policy: Policy, position: int, parent: int | None, reason: Finding | None) -> Cell:
        """Run one entry until it is done, its remedies are used up, or the policy has to go back."""
        entry = policy.step[position]
        step = self._catalogue.step(entry.use)
        validators = [self._catalogue.validator(name) for name in (*policy.validators, *entry.validators)]
        blank = Cell(0, entry.use, step.title, policy.name, position, parent)
        self.notice_edits()
        with self.open_cell(blank, reason) as own:
            mending = Mending(self, policy, position, own)
            while True:
                outcome, findings = self._attempt(step, validators)
                own.end(outcome, findings[0] if findings else None)
                if not mending.goes_on(outcome, findings):
                    break
                own.cell = replace(own.cell, attempts=own.cell.attempts + 1)
                self.session.reason = own.cell.failure
        return own.cell

    def _take_tangent(self, policy: Policy, position: int, parent: int | None, words: str) -> None:
        """Change the script as the person asked just now; what was proven of it before is proven again."""
        name = policy.remedy_step(position, Remedy.CHANGE)
        if name is None:
            self.kit.host.show(Line("Nothing can be changed at this point.", "warn"))
            return
        self.session.learn(Facts(request=words))
        step = self._catalogue.step(name)
        try:
            with self.open_cell(Cell(0, name, step.title, parent=parent, input=words)) as own:
                outcome, findings = self._attempt(step, ())
                own.end(outcome, findings[0] if findings else None)
        except NothingToChange:
            return
        except Declined as declined:
            self.kit.host.show(Line(f"{declined.message} Going on as it was."))
            return
        if findings and findings[0].hint:
            self.kit.host.show(Line(findings[0].hint))
        if not findings:
            self._go_back(policy, min(position, self._after_writing(policy)), parent)

    def _reworded(self, policy: Policy, position: int, parent: int | None, words: str) -> bool:
        """Whether the words stand in the place of the request that the entry was to carry out."""
        if parent is None or policy.step[position].use != policy.remedy_step(position, Remedy.CHANGE):
            return False
        self._requests[parent] = words
        self.session.learn(Facts(request=words))
        return True

    def _after_writing(self, policy: Policy) -> int:
        """The first entry that looks at what was written."""
        steps = [self._catalogue.step(entry.use) for entry in policy.step]
        return next((i + 1 for i, step in enumerate(steps) if "written" in step.gives), 0)

    def _attempt(self, step: Step, validators: Sequence[Validator]) -> tuple[Outcome, list[Finding]]:
        """Run a step once and look at what it produced: its outcome, and findings, the first one first."""
        stopped = self.kit.runner.stopped
        try:
            outcome = step.run(self.session, self.kit)
            if not isinstance(outcome, Outcome):
                raise UsageError(f"Step {type(step).__name__} gave {outcome!r} instead of an Outcome.")
            if outcome.run is not None:
                self.session.record_traffic(outcome.run.traffic)
                self.session.last_traffic = outcome.run.traffic
            if outcome.run is not None and outcome.run.ending is Ending.INTERRUPTED:
                return _stopped(step)
        except KeyboardInterrupt:
            if self.kit.runner.stopped > stopped:  # pressed again while the step cleared up after its run
                raise Interrupted from None
            return _stopped(step)
        except StepFailed as failure:
            return Outcome(Status.FAILED), [replace(failure.finding, hint=failure.hint)]
        findings = list(outcome.findings)
        for validator in validators:
            findings += validator.check(self.session, outcome)
        if findings:
            self.session.learn(outcome.learned)
        elif outcome.status is Status.FAILED:
            findings = [Finding(FindingKind.FAILED, outcome.says or f"{step.title} failed.")]
        return outcome, findings

    def run_children(self, names: Sequence[str], finding: Finding, policy: Policy) -> Cell:
        """Run steps as child cells, because of a finding, until one fails; the last one that ran."""
        validators = [self._catalogue.validator(name) for name in policy.validators]
        for name in names:
            step = self._catalogue.step(name)
            self.notice_edits()
            blank = Cell(0, name, step.title, parent=self._running_id(), input=finding.says)
            with self.open_cell(blank, finding) as own:
                outcome, findings = self._attempt(step, validators)
                own.end(outcome, findings[0] if findings else None)
            if findings:
                break
        return own.cell

    def notice_edits(self) -> None:
        """What the person changed by hand since the last cell becomes a cell of its own."""
        cell = note_edits(self.session, self.kit.options.root)
        if cell is not None:
            self.kit.host.open_cell(cell)
            self.kit.host.close_cell(cell)

    def remedy_step(self, policy: Policy, position: int, finding: Finding) -> str | None:
        """The step that carries the finding's remedy out; none where only a person could."""
        if finding.remedy is Remedy.ASK and not self.kit.host.interactive:
            return None
        return policy.remedy_step(position, finding.remedy)

    def return_target(self, policy: Policy, position: int, finding: Finding | None) -> int | None:
        """The earlier entry that a finding sends the policy back to."""
        name = self.remedy_step(policy, position, finding) if finding else None
        target = policy.earlier(position, name) if name else None
        return None if target == position else target

    def _go_back(self, policy: Policy, target: int, parent: int | None) -> None:
        """Everything from an entry on has to run again."""
        go_back(self.session, policy.name, target, parent)

    def open_cell(self, blank: Cell, reason: Finding | None = None) -> AbstractContextManager[OpenCell]:
        """A cell while it runs: recorded when it begins and, whatever happens, when it ends."""
        return opened(self.session, self.kit, blank, reason)

    def _running_id(self) -> int | None:
        running = self.session.running
        return running.id if running else None


def _stopped(step: Step) -> tuple[Outcome, list[Finding]]:
    """What a step came to that Ctrl-C ended."""
    return Outcome(Status.FAILED), [Finding(FindingKind.INTERRUPTED, f"{step.title} was stopped.")]
