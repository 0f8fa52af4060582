"""Follows a policy to its end, whatever that is, and tells it: on screen, as JSON, as an exit code."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import TypeAlias

import msgspec

from pilot.errors import AnswerMissing, Declined, Interrupted, PilotError, StartPolicy
from pilot.finding import Finding, FindingKind
from pilot.options import Options
from pilot.policy import Policy
from pilot.report import Document, early_report, failure_of, report
from pilot.screen import Line
from pilot.session.cell import Cell, CellState
from pilot.workshop import ChooseSession, Workshop, open_workshop


@dataclass(frozen=True)
class Ending:
    """How a course ended: the document's status, the exit code, and the failure where there is one."""

    status: str
    code: int
    failure: Finding | None = None
    step: str | None = None

    @classmethod
    def of(cls, failed: Cell | None) -> Ending:
        """The ending of a policy: done, or ended by a cell."""
        if failed is None:
            return cls("done", 0)
        failure = failed.failure or Finding(FindingKind.FAILED, failed.says)
        if failed.state is CellState.INTERRUPTED:
            return cls("interrupted", Interrupted.exit_code, failure, failed.step)
        return cls("failed", 1, failure, failed.step)

    @classmethod
    def of_error(cls, error: PilotError, step: str | None) -> Ending:
        """The ending that an error made."""
        kind = FindingKind.DECLINED if isinstance(error, Declined) else FindingKind.FAILED
        status = "failed"
        if isinstance(error, AnswerMissing):
            status, kind = "needs_input", FindingKind.ANSWER_MISSING
        elif isinstance(error, Interrupted):
            status, kind = "interrupted", FindingKind.INTERRUPTED
        return cls(status, error.exit_code, Finding(kind, error.message, hint=error.hint), step)


@dataclass(frozen=True)
class Course:
    """A policy that was followed, below which cell, and how it ended."""

    policy: Policy
    parent: int | None
    ending: Ending


Take: TypeAlias = Callable[[Workshop], Course]


def follow(options: Options, choose: ChooseSession, take: Take) -> int:
    """Take a course in the project's workshop; returns the exit code."""
    try:
        with _signals(), open_workshop(options, choose) as shop:
            course = _taken(shop, take)
            _tell(shop, course)
            return course.ending.code
    except StartPolicy as other:
        from pilot.commands.build import init

        return init(replace(options, name=other.name, destination=other.destination, api=None, restart=False))
    except PilotError as error:
        ending = Ending.of_error(error, None)
        if options.json:
            print(_document(early_report(options.policy, ending.status, _failure(ending))))
        _tell_error(ending, error if options.verbose else None)
        return ending.code


def _taken(shop: Workshop, take: Take) -> Course:
    try:
        return take(shop)
    except KeyboardInterrupt:
        error: PilotError = Interrupted()
    except PilotError as raised:
        error = raised
    if shop.options.verbose and not isinstance(error, Interrupted):
        traceback.print_exception(error)
    broken = shop.session.cells[-1].step if shop.session.cells else None
    policy = shop.catalogue.policy(shop.session.policy)
    return Course(policy, None, Ending.of_error(error, broken))


def _tell(shop: Workshop, course: Course) -> None:
    """Say how it ended: the document on stdout, the failure on stderr, what comes next."""
    ending = course.ending
    if shop.options.json:
        failure = _failure(ending)
        document = report(shop.session, course.policy, course.parent, ending.status, failure)
        print(_document(document), flush=True)
    if ending.failure is not None:
        _tell_error(ending, None)
        if ending.code != 2:
            print("pilot resume goes on after the last finished cell.", file=sys.stderr)
    elif shop.session.facts.names is not None and not shop.options.quiet:
        names = shop.session.facts.names
        shop.host.show(
            Line(
                f"Done. The script is {names.script}, the data {names.database or names.destination}.", "good"
            ),
            Line('Next: pilot query "…", pilot refine "…", pilot run, pilot log', "quiet"),
        )


def _tell_error(ending: Ending, error: PilotError | None) -> None:
    if error is not None:
        traceback.print_exception(error)
    failure = ending.failure
    if failure is None:
        return
    head = "" if ending.status == "interrupted" else "Error: "
    print(f"{head}{failure.says}", *filter(None, [failure.hint]), sep="\n", file=sys.stderr)


def _failure(ending: Ending) -> Document | None:
    return failure_of(ending.step, ending.failure) if ending.failure else None


def _document(document: Document) -> str:
    return msgspec.json.encode(document).decode()


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
