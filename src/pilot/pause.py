"""The pause when a step was stopped or can't be repaired: what the person can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilot.errors import Interrupted
from pilot.finding import Finding, FindingKind
from pilot.host import Choice, Host, Question
from pilot.screen import Line

_AGAIN, _LEAVE = "r", "l"


@dataclass(frozen=True)
class Way:
    """Which way the person chose: leave, say what should be different, or (neither) run again."""

    leave: bool = False
    words: str = ""


def ask_way(host: Host, finding: Finding, tried: Sequence[str], can_change: bool) -> Way:
    """Show what is wrong and what was tried, and ask what to do.

    Nobody there: a stopped run raises Interrupted, anything else leaves.
    """
    stopped = finding.kind is FindingKind.INTERRUPTED
    if not host.interactive:
        if stopped:
            raise Interrupted()
        return Way(leave=True)
    host.show(Line(finding.says, "warn" if stopped else "bad"))
    host.show(*(Line(f"tried: {what}", "quiet") for what in tried))
    if finding.hint:
        host.show(Line(finding.hint))
    text = "Edit and run it again, leave" if can_change else "Run it again, or leave"
    question = Question(
        f"{text}, or say in words what should be different" if can_change else text,
        flag="--yes",
        choices=(Choice(_AGAIN, "run again"), Choice(_LEAVE, "leave")),
        free=can_change,
        kept=False,
    )
    answer = host.ask(question)
    if answer == _LEAVE and stopped:
        raise Interrupted()
    return Way(leave=answer == _LEAVE, words="" if answer in (_AGAIN, _LEAVE) else answer)
