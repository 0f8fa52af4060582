"""The pause when a step was stopped or can't be repaired: what the person can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilot.errors import Interrupted
from pilot.finding import Finding, FindingKind
from pilot.host import Choice, Host, Question
from pilot.screen import Line

_AGAIN, _UNDO, _LEAVE = "r", "u", "l"


@dataclass(frozen=True)
class Way:
    """Which way the person chose: leave, undo, say what should be different, or (none of it) go on."""

    leave: bool = False
    undo: bool = False
    words: str = ""


def ask_way(host: Host, finding: Finding, tried: Sequence[str], kept: str, can_change: bool) -> Way:
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
    if kept:
        host.show(Line(kept, "quiet"))
    if finding.hint:
        host.show(Line(finding.hint))
    text = "Go on, leave, or say what should be different" if can_change else "Go on, or leave"
    again: tuple[Choice, ...] = (Choice(_AGAIN, "run it again and go on"),)
    if can_change:
        again = (*again, Choice(_UNDO, "undo the last change"))
    if can_change and finding.kind is FindingKind.BEYOND_WRITER:
        # the same words are refused again, and nothing was changed
        text, again = "Say what should be different, or leave", ()
    question = Question(
        text,
        flag="--yes",
        choices=(*again, Choice(_LEAVE, "leave")),
        free=can_change,
        about=finding.says,
        kept=False,
        undecided=_LEAVE,
    )
    answer = host.ask(question)
    if answer == _LEAVE and stopped:
        raise Interrupted()
    words = "" if answer in (_AGAIN, _UNDO, _LEAVE) else answer
    return Way(answer == _LEAVE, answer == _UNDO, words)
