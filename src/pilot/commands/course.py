"""Follows a policy to its end, whatever that is, and tells it: on screen, as JSON, as an exit code."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from pilot.api.cautions import warnings_of
from pilot.commands.shortfalls import named_and_left_out, not_proven, with_others
from pilot.errors import (
    AnswerMissing,
    Declined,
    Interrupted,
    PilotError,
    StartPolicy,
    StepFailed,
    UsageError,
)
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Json
from pilot.hosts.text import between_words, spelled_out, visible
from pilot.judge.show import verdict_blocks
from pilot.money import cost_of
from pilot.options import Options
from pilot.policy import Policy
from pilot.project.interpreter import find_interpreter
from pilot.report import Document, early_report, failure_of, report
from pilot.run.warm import WarmStarter
from pilot.screen import Line
from pilot.session.cell import Cell, CellState
from pilot.verdict import announced_more, complete_tables

if TYPE_CHECKING:
    from pilot.workshop import ChooseSession, Workshop


@dataclass(frozen=True)
class Ending:
    """How a course ended: the document's status, the exit code, and the failure where there is one."""

    status: str
    code: int
    failure: Finding | None = None
    step: str | None = None
    tried: tuple[str, ...] = ()
    """What was tried against the failure."""
    kept: str = ""
    """Which state of the script that left."""

    @classmethod
    def of(cls, failed: Cell | None) -> Ending:
        """The ending of a policy: done, or ended by a cell."""
        if failed is None:
            return cls("done", 0)
        failure = failed.failure or Finding(FindingKind.FAILED, failed.says)
        if failed.state is CellState.INTERRUPTED:
            return cls("interrupted", Interrupted.exit_code, failure)
        return cls("failed", 1, failure, tried=failed.tried, kept=failed.kept)

    @classmethod
    def of_error(cls, error: PilotError) -> Ending:
        """The ending that an error made."""
        status, kind = "failed", FindingKind.FAILED
        if isinstance(error, StepFailed):
            kind = error.finding.kind
        elif isinstance(error, Declined):
            kind = FindingKind.DECLINED
        elif isinstance(error, UsageError):
            kind = FindingKind.USAGE
        elif isinstance(error, AnswerMissing):
            status, kind = "needs_input", FindingKind.ANSWER_MISSING
        elif isinstance(error, Interrupted):
            status, kind = "interrupted", FindingKind.INTERRUPTED
        return cls(status, error.exit_code, Finding(kind, error.message, hint=error.hint))


@dataclass(frozen=True)
class Course:
    """A policy that was followed, below which cell, and how it ended."""

    policy: Policy
    parent: int | None
    ending: Ending


_AGAIN = {
    "run_pipeline": "pilot run",
    "check_pipeline": "pilot check",
    "refine_pipeline": 'pilot refine "…" again',
}

Take: TypeAlias = "Callable[[Workshop], Cell | None]"
"""Follows a policy: None when it is done, else the cell that ended it."""


def follow(options: Options, choose: ChooseSession, take: Take, part: str | None = None) -> int:
    """Take a course in the project's workshop; returns the exit code.

    `part` is the policy that is followed below a cell of its own; without it, it is the session's.
    """
    try:
        with _signals(), closing(_warmed(options.root)) as starter:
            # most of what pilot imports: dlt is being imported meanwhile
            from pilot.workshop import open_workshop

            with open_workshop(options, choose, starter) as shop:
                course = _taken(shop, take, part)
                _tell(shop, course)
                return course.ending.code
    except PilotError as error:
        if options.verbose:
            _show_trace(error, _redacting(options))
        if options.json:
            print(document_of(error, part or options.policy))
        tell_error(error.message, error.hint, interrupted=isinstance(error, Interrupted))
        return error.exit_code


def _warmed(root: Path) -> WarmStarter:
    """What begins runs of the script, already warming up."""
    starter = WarmStarter(root, lambda: find_interpreter(root)[0], meanwhile=_import_ahead)
    starter.warm_up()
    return starter


def _import_ahead() -> None:
    """What every look at an API needs."""
    import requests  # noqa: F401


def document_of(error: PilotError, policy: str | None) -> str:
    """The document of a command that an error ended before there was a session."""
    ending = Ending.of_error(error)
    return _encoded(early_report(policy, ending.status, _failure(ending, None)))


def tell_error(says: str, hint: str, *, interrupted: bool = False) -> None:
    """What happened, and what to do next."""
    for text in filter(None, (says if interrupted else f"Error: {says}", hint)):
        print(between_words(visible(text), sys.stderr), file=sys.stderr)


def _taken(shop: Workshop, take: Take, part: str | None) -> Course:
    before = len(shop.session.cells)
    ending = _ending(shop, take, part)
    policy = shop.catalogue.policy(part or shop.session.policy)
    if shop.options.strict and ending.code == 0:
        open_ones = not_proven(shop.session.facts.verdicts, policy.name)
        ending = Ending("failed", 1, open_ones) if open_ones else ending
    begun = shop.session.cells[before:]
    parent = next((cell.id for cell in begun if cell.step == part), None)
    entries = [cell for cell in begun if (cell.policy, cell.parent) == (policy.name, parent)]
    broken = entries[-1].step if entries and not entries[-1].state.finished else None
    return Course(policy, parent, replace(ending, step=broken))


def _ending(shop: Workshop, take: Take, part: str | None) -> Ending:
    try:
        return _judged(shop, Ending.of(take(shop)), part)
    except KeyboardInterrupt:
        return Ending.of_error(Interrupted())
    except PilotError as error:
        if shop.options.verbose and not isinstance(error, Interrupted):
            _show_trace(error, shop.redactor.text)
        return Ending.of_error(error)
    except StartPolicy:
        raise
    except (OSError, sqlite3.Error) as error:
        if shop.options.verbose:
            _show_trace(error, shop.redactor.text)
        hint = "Put that right (is the disk full?), and pilot resume goes on."
        return Ending("failed", 1, Finding(FindingKind.FAILED, f"The system refused: {error}.", hint=hint))
    except Exception as defect:
        if own := _in_project(shop, defect):
            return Ending("failed", 1, own)
        # nothing that anybody foresaw, so it is shown in full; who asked for a document gets one
        _show_trace(defect, shop.redactor.text)
        finding = Finding(FindingKind.FAILED, f"{type(defect).__name__}: {defect}")
        return Ending(
            "failed", 1, replace(finding, hint="This should not happen: the stack trace tells where.")
        )


def _judged(shop: Workshop, ending: Ending, part: str | None) -> Ending:
    """The ending, with all that is incomplete; no good one where something that was named is left out."""
    facts = shop.session.facts
    if ending.failure is not None:
        return replace(ending, failure=with_others(ending.failure, facts.verdicts or ()))
    left_out = named_and_left_out(facts, shop.options) if part is None else None
    return Ending("failed", 1, left_out) if left_out else ending


def _further(course: Course, hint: str) -> str:
    """How to go on, where the hint does not say so."""
    if course.parent is None:
        return "" if "pilot resume" in hint else "pilot resume goes on after the last finished cell."
    kind = course.ending.failure.kind if course.ending.failure else None
    if hint or kind is FindingKind.BEYOND_WRITER:
        return ""
    lead = "To go on" if kind is FindingKind.INTERRUPTED else "Once that is put right"
    return f"{lead}: {_AGAIN.get(course.policy.name, 'pilot resume')}"


def _in_project(shop: Workshop, defect: Exception) -> Finding | None:
    """What the project's own Python did wrong, where the error came from there."""
    folder = shop.options.root / ".pilot"
    frames = traceback.extract_tb(defect.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    if not own:
        return None
    if shop.options.verbose:
        _show_trace(defect, shop.redactor.text)
    where = f"{Path(own[-1].filename).relative_to(shop.options.root)}:{own[-1].lineno}"
    hint = "This is the project's own Python; --verbose shows the stack trace."
    return Finding(FindingKind.CODE_ERROR, f"{where}: {type(defect).__name__}: {defect}", hint=hint)


def _redacting(options: Options) -> Callable[[str], str]:
    """What takes secrets out of a text where there is no workshop."""
    from pilot.project.secrets import ProjectSecrets
    from pilot.secrecy.redaction import Redactor

    secrets = ProjectSecrets(options.root, options.secrets, os.environ)
    return Redactor(secrets.values, secrets.words).text


def _show_trace(error: Exception, redact: Callable[[str], str]) -> None:
    trace = "".join(traceback.format_exception(error))
    print(visible(redact(trace)), end="", file=sys.stderr)


def _tell(shop: Workshop, course: Course) -> None:
    """Say how it ended: the document on stdout, the failure on stderr, what comes next."""
    ending = course.ending
    if shop.options.json:
        failure = _failure(ending, course.ending.step)
        document = report(shop.session, course.policy, course.parent, ending.status, failure)
        print(_encoded(shop.redactor.tree(document)), flush=True)
    if (asked := shop.session.usage).requests and not shop.options.quiet:
        told = f"{asked.requests} requests, {asked.input_tokens:,} tokens in, {asked.output_tokens:,} out"
        shop.host.show(Line(f"The model took {told} in this session; cost {cost_of(asked)}.", "quiet"))
    if ending.failure is not None:
        says, hint = (shop.redactor.text(text) for text in (ending.failure.says, ending.failure.hint))
        tell_error(says, hint, interrupted=ending.status == "interrupted")
        if ending.code != UsageError.exit_code and (further := _further(course, hint)):
            print(further, file=sys.stderr)
    elif not shop.options.quiet:
        shop.host.show(*_done(shop.session.facts, looked=course.parent is None))
    elif verdicts := shop.session.facts.verdicts:
        shop.host.show(*verdict_blocks(verdicts))


def _done(facts: Facts, *, looked: bool) -> list[Line]:
    """The last lines of what went well: where things are, what is not sure, what comes next."""
    names = facts.names
    if names is None:
        return []
    data = (
        f"the data {names.database or names.destination}"
        if facts.tables or facts.loaded
        else "nothing is loaded yet"
    )
    done = f"Done. The script is {names.script}, {data}."
    complete = complete_tables(facts.verdicts)
    unsure = [*warnings_of(facts.profile, complete, looked=looked), *announced_more(facts.verdicts)]
    query = 'pilot query "…", ' if facts.tables else ""
    following = Line(f'Next: {query}pilot refine "…", pilot run, pilot log', "quiet")
    return [Line(done, "good"), *(Line(line, "warn") for line in unsure), following]


def _failure(ending: Ending, step: str | None) -> Document | None:
    return failure_of(step, ending.failure, ending.tried, ending.kept) if ending.failure else None


def _encoded(document: Json) -> str:
    return spelled_out(msgspec.json.encode(document).decode())


@contextmanager
def _signals() -> Iterator[None]:
    """A signal to stop, or a terminal that went away: save and leave."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise Interrupted(f"Stopped by {signal.Signals(number).name}.")

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), leave) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
