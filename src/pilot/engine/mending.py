"""What is done about the findings of one step: remedies within bounds, and never worse than it began.

Every attempt of the step is compared with the best one so far. A repair after which the run got less far, or
rows are gone, is put back before the next try; so is one after which the same failure came back. It ends
when the bounds are met, a failure or a state of the script repeats, or a remedy can't be carried out; then
the best state stays, and its rows are loaded again where a worse one has replaced them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Protocol

from pilot.desk import PromptDesk
from pilot.engine.open_cell import OpenCell
from pilot.engine.pause import ask_way
from pilot.engine.progress import Standing
from pilot.engine.tries import Tries
from pilot.errors import PilotError, Tangent
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit
from pilot.load_start import would_add_twice
from pilot.policy import Policy
from pilot.project.files import encoding_of
from pilot.project.sameness import fingerprint
from pilot.run.limits import adds_again
from pilot.screen import Line
from pilot.session.cell import Cell, FileChange
from pilot.session.session import WITHHELD, Session
from pilot.step import Outcome


class Runs(Protocol):
    """What the loop needs of the engine."""

    kit: Kit
    session: Session

    def remedy_step(self, policy: Policy, position: int, finding: Finding) -> str | None:
        """The step that carries the finding's remedy out."""

    def return_target(self, policy: Policy, position: int, finding: Finding) -> int | None:
        """The earlier entry that a finding sends the policy back to."""

    def run_children(self, names: Sequence[str], finding: Finding, policy: Policy) -> Cell:
        """Run steps as child cells, until one fails; the last one that ran."""

    def open_cell(self, blank: Cell, reason: Finding | None = None) -> AbstractContextManager[OpenCell]:
        """A cell while it runs."""


class Mending:
    """The remedies of one entry of a policy, from its first attempt to its last."""

    def __init__(self, runs: Runs, policy: Policy, position: int, own: OpenCell) -> None:
        self._runs = runs
        self._kit = runs.kit
        self._session = runs.session
        self._policy = policy
        self._position = position
        self._own = own
        self._start_over()

    def _start_over(self) -> None:
        """Nothing was tried yet: at first, and after the person had a say."""
        self._best: Standing | None = None
        self._seen: list[Finding] = []
        self._changes: list[FileChange] = []
        """What remedies changed since the best state."""
        self._stuck = False
        self._behind = False
        """Something else than the best state has loaded since."""
        self._settled = False
        """It is given up."""
        self._begun: float | None = None
        self._names = self._session.facts.names
        self._tries = Tries()
        self._states = {self._state()}

    def goes_on(self, outcome: Outcome, findings: Sequence[Finding]) -> bool:
        """Take over what an attempt came to; whether the step should run again right here."""
        finding = self._judged(Standing.of(findings, outcome.run, outcome.learned.tables))
        if finding is None or self._runs.return_target(self._policy, self._position, finding) is not None:
            return False
        if not self._settled:
            if self._mended(finding):
                return True
            self._settled = True
            if self._behind and self._loaded_again():
                return True  # to look once more at what is there now
        self._tell()
        return self._ask_person(finding)

    def _judged(self, standing: Standing) -> Finding | None:
        """The finding to go on with; a change that made things worse, or was for nothing, is put back."""
        finding, best = standing.finding, self._best
        seen = finding is not None and any(finding.same_as(other) for other in self._seen)
        last = self._seen[-1] if self._seen else None
        if finding is not None:
            self._seen.append(finding)
        if standing.reached is None:
            # what passes by itself may come back between repairs, and a wait may have been too short
            self._stuck = finding is not None and finding.same_as(last) and finding.remedy is not Remedy.WAIT
            return finding
        self._stuck = seen
        if best is None or best.finding is None or not self._changes:
            self._take_as_best(standing)
            return finding
        worse = standing.worse_than(best)
        if not worse and not seen and not best.finding.looks_like(finding):
            self._take_as_best(standing)
            return finding
        self._behind = self._behind or (bool(worse) and bool(standing.rows))
        self._put_back(worse or f"the same failure came back: {finding.says if finding else ''}")
        self._own.fail(best.finding)
        return best.finding

    def _take_as_best(self, standing: Standing) -> None:
        """What is there now is at least as good as all before it."""
        self._tries.came_to(standing.finding.says if standing.finding else "")
        if self._changes:
            self._tries.best = len(self._tries.all)
        self._best, self._behind = standing, False
        self._names = self._session.facts.names
        self._changes.clear()

    def _mended(self, finding: Finding) -> bool:
        """Carry remedies out, until one has changed something that the step can look at."""
        remedy = self._runs.remedy_step(self._policy, self._position, finding)
        while remedy is not None and self._may_try(finding):
            self._own.cell = replace(self._own.cell, repairs=self._own.cell.repairs + 1)
            self._own.tell(self._kit.host)
            self._kit.host.show(Line(finding.says, "warn"))
            before = self._script()
            child = self._carry_out(remedy, finding)
            self._changes += child.changes
            if not _was_not_paid_for(child):
                self._tries.add(child, before, self._script())
            if not child.state.finished:
                if not child.changes and not child.usage.requests:  # nothing was repaired, and none asked
                    self._own.cell = replace(self._own.cell, repairs=self._own.cell.repairs - 1)
                self._give_reason(finding, child)
                return False
            if self._goes_in_circles(finding, child):
                self._put_back("the script was like this before")
                return False
            if self._looks_again(finding):
                return True
        return False

    def _carry_out(self, remedy: str, finding: Finding) -> Cell:
        self._session.tried = tuple(self._tries.all)
        try:
            return self._runs.run_children((remedy,), finding, self._policy)
        finally:
            self._session.tried = ()
            if self._kit.options.max_seconds is not None:
                self._kit.writers.hurry(None)

    def _looks_again(self, finding: Finding) -> bool:
        """Run what the step looks at once more; whether it went well. What it broke is put back."""
        rerun = self._policy.step[self._position].rerun
        if not rerun:
            return True
        child = self._runs.run_children(rerun, finding, self._policy)
        if child.state.finished:
            return True
        failure = child.failure
        worse = Standing.of((failure,)).worse_than(self._best) if failure and self._best else ""
        if failure is None or not worse or not self._changes:
            self._give_reason(finding, child)
            self._stuck = True
            return False
        self._behind = True
        self._stuck = any(failure.same_as(other) for other in self._seen)
        self._seen.append(failure)
        self._put_back(worse)
        return False

    def _may_try(self, finding: Finding) -> bool:
        """Whether the bounds allow another remedy."""
        if self._stuck or self._own.cell.repairs >= self._policy.limits.repairs:
            return False
        most, now = self._kit.options.max_seconds, time.monotonic() - self._kit.host.waited
        self._begun = now if self._begun is None else self._begun
        if most is None:
            return True
        took = now - self._begun
        if took >= most:
            says = f"The repairs took {took:.0f} s, and may take {most:g}. Not repaired: {finding.says}"
            hint = "pilot resume with a larger --max-seconds goes on."
            evidence = {"seconds": round(took, 1), "max_seconds": most, "finding": finding.kind.value}
            self._own.fail(Finding(FindingKind.BUDGET_SPENT, says, evidence=evidence, hint=hint))
            return False
        self._kit.writers.hurry(time.monotonic() + most - took)
        return True

    def _give_reason(self, finding: Finding, child: Cell) -> None:
        """A remedy failed: the step's own failure stays, with what helps further."""
        failure = child.failure
        if failure is None:
            return
        if _was_not_paid_for(child):
            says = f"{failure.says} Not repaired: {finding.says}"
            evidence = {**failure.evidence, "finding": finding.kind.value}
            self._own.fail(replace(failure, says=says, evidence=evidence))
        elif failure.hint:
            self._own.fail(replace(finding, hint=failure.hint))

    def _goes_in_circles(self, finding: Finding, child: Cell) -> bool:
        """Whether a repair has made a script that was there before."""
        names = self._session.facts.names
        changed = names is not None and any(change.path == names.script for change in child.changes)
        if finding.remedy is not Remedy.REPAIR or not changed:
            return False
        state = self._state()
        self._stuck = state in self._states
        self._states.add(state)
        return self._stuck

    def _put_back(self, why: str) -> None:
        """Make the files what they were in the best state."""
        self._tries.came_to(f"{why} (put back)")
        first: dict[str, FileChange] = {}
        for change in self._changes:
            first.setdefault(change.path, change)
        self._changes.clear()
        blank = Cell(0, "put_back", "Put back", parent=self._own.cell.id)
        with self._runs.open_cell(blank) as own:
            paths = [path for path, change in first.items() if self._restored(path, change)]
            own.end(Outcome(says=f"{', '.join(paths)}: {why}" if paths else why), None)
        self._session.learn(Facts(names=self._names))

    def _restored(self, path: str, change: FileChange) -> bool:
        if change.before is None or WITHHELD in (change.before, change.after):
            return False
        kept = self._session.content(change.before)
        if kept is not None:
            encoding = encoding_of(self._kit.project.root / path, kept[0])
            self._kit.consent.put_back(path, kept[0].decode(encoding))
        return kept is not None

    def _tell(self) -> None:
        """It is given up: what was tried, which state is left, and what the person can do."""
        failure, script = self._own.cell.failure, self._script_name()
        if failure is not None and not failure.hint and failure.remedy is Remedy.REPAIR and script:
            hint = f"Edit {script}, or try another model (--model NAME); then pilot resume."
            if self._policy.remedy_step(self._position, Remedy.REPAIR) is None:
                hint = f"Edit {script}, and check again."
            self._own.fail(replace(failure, hint=hint))
        kept = self._tries.kept(script) if script else ""
        self._own.cell = replace(self._own.cell, tried=self._tries.told, kept=kept)
        if not self._kit.host.interactive:
            lines = [*(f"tried: {what}" for what in self._tries.told), kept]
            self._kit.host.show(*(Line(line, "quiet") for line in lines if line))

    def _loaded_again(self) -> bool:
        """Load rows again that a worse state of the script has replaced; whether that was done."""
        names, best = self._session.facts.names, self._best
        rerun = self._policy.step[self._position].rerun
        if names is None or best is None or best.finding is None or not rerun:
            return False
        if adds_again(self._script()) and would_add_twice(self._session, self._kit):
            self._kit.host.show(Line("The script appends: rows that the repair loaded stay.", "warn"))
            return False
        with suppress(PilotError):
            there = Standing.of(best.findings, None, self._kit.warehouse.tables(names))
            if there.worse_than(best) or (best.rows and not there.rows):
                return self._runs.run_children(rerun, best.finding, self._policy).state.finished
        return False

    def _ask_person(self, finding: Finding) -> bool:
        """Ask what to do when no remedy is left; whether the step should run again."""
        change = self._policy.remedy_step(self._position, Remedy.CHANGE)
        can_change = change is not None and bool(self._session.facts.written)
        self._own.tell(self._kit.host)
        own = self._own.cell
        way = ask_way(self._kit.host, own.failure or finding, own.tried, own.kept, can_change)
        while way.undo:
            self._undo()
            way = ask_way(self._kit.host, own.failure or finding, own.tried, own.kept, can_change)
        if way.leave:
            return False
        if way.words:
            raise Tangent(way.words, instead=True)
        self._own.cell = replace(self._own.cell, repairs=0)
        self._start_over()
        return True

    def _undo(self) -> None:
        """Take the last change back; why that can't be done is told."""
        try:
            PromptDesk(self._session, self._kit).undo()
        except PilotError as error:
            self._kit.host.show(Line(error.message, "warn"), *([Line(error.hint)] if error.hint else []))

    def _script_name(self) -> str | None:
        names = self._session.facts.names
        return names.script if names else None

    def _script(self) -> str:
        name = self._script_name()
        return (self._kit.project.read(name) or "") if name else ""

    def _state(self) -> str:
        return fingerprint(self._script())


def _was_not_paid_for(child: Cell) -> bool:
    """Whether a remedy was not even tried, because its budget is spent."""
    return child.failure is not None and child.failure.kind is FindingKind.BUDGET_SPENT
