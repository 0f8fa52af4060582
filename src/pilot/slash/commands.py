"""The commands that pilot has."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from pilot.errors import EndOfInput, UsageError
from pilot.screen import Block
from pilot.slash.command import Act, Command, SlashContext


def _show(context: SlashContext, text: str) -> Sequence[Block]:
    if not text:
        return context.show(None)
    if not text.lstrip("#").isdecimal():
        raise UsageError(f"{text} is no number of a cell.", "/show 3 shows cell 3, /log lists them.")
    return context.show(int(text.lstrip("#")))


def _numbers(text: str, most: int) -> list[int]:
    """The cells that were named. Raises UsageError."""
    words = text.replace(",", " ").split()
    wrong = next((word for word in words if not word.lstrip("#").isdecimal()), None)
    if wrong is not None or len(words) > most:
        raise UsageError(f"{wrong or text} is no number of a cell.", "/log lists the cells.")
    return [int(word.lstrip("#")) for word in words]


def _undo(context: SlashContext, text: str) -> Sequence[Block]:
    numbers = _numbers(text, 1)
    return context.undo(numbers[0] if numbers else None)


def _diff(context: SlashContext, text: str) -> Sequence[Block]:
    first, *more = _numbers(_needed(text, "Between which cells?", "/diff 3 7, or /diff 3"), 2)
    return context.diff(first, more[0] if more else None)


def _rerun(context: SlashContext, text: str) -> Sequence[Block]:
    return context.rerun(_numbers(_needed(text, "Which cell?", "/rerun 7, /log lists them"), 1)[0])


def _change(context: SlashContext, text: str) -> Sequence[Block]:
    return context.change(_needed(text, "What should be different?", "/change add pagination"))


def _sql(context: SlashContext, text: str) -> Sequence[Block]:
    return context.sql(_needed(text, "What should be asked?", "/sql SELECT count(*) FROM …"))


def _dlt(context: SlashContext, text: str) -> Sequence[Block]:
    text = _needed(text, "Which dlt command?", "/dlt pipeline NAME info")
    try:
        return context.dlt(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"This can't be taken apart into words: {error}.", "Close every quote.") from None


def _model(context: SlashContext, text: str) -> Sequence[Block]:
    return context.model(_needed(text, "Which model?", "/model NAME, or /model builtin"))


def _quit(context: SlashContext, text: str) -> Sequence[Block]:
    raise EndOfInput("Left with /quit.")


def _needed(text: str, question: str, example: str) -> str:
    if not text:
        raise UsageError(question, example)
    return text


def _alone(name: str, method: Callable[[SlashContext], Sequence[Block]]) -> Act:
    """A command without arguments."""

    def act(context: SlashContext, text: str) -> Sequence[Block]:
        if text:
            raise UsageError(f"/{name} takes nothing after it.", f"Type /{name} alone.")
        return method(context)

    return act


COMMANDS = (
    Command("show", "[N]", "show a cell: what it did and what came of it", _show),
    Command(
        "log",
        "",
        "list the cells so far",
        _alone("log", lambda context: context.log()),
        also=("history", "cells"),
    ),
    Command("run", "", "run the script", _alone("run", lambda context: context.run())),
    Command("sql", "QUERY", "ask the loaded tables, in SQL or in words", _sql, also=("query",)),
    Command(
        "profile",
        "[WORDS]",
        "show what is known of the API, or put it right",
        lambda context, text: context.profile(text),
        also=("api",),
    ),
    Command("tables", "", "show the loaded tables", _alone("tables", lambda context: context.tables())),
    Command("dlt", "COMMAND", "run a dlt command: /dlt pipeline NAME info", _dlt),
    Command("change", "WORDS", "change the script in words, then go on from here", _change),
    Command("undo", "[N]", "put the last change back, or cell N and what came after", _undo),
    Command("redo", "", "take the last undo back", _alone("redo", lambda context: context.redo())),
    Command("diff", "N [M]", "what differs in the files between two cells", _diff),
    Command("rerun", "N", "run a cell again, and what comes after it", _rerun),
    Command(
        "sessions",
        "",
        "list this project's sessions",
        _alone("sessions", lambda context: context.sessions()),
    ),
    Command("model", "NAME", "go on with another model, or builtin", _model),
    Command("quit", "", "leave; pilot resume goes on", _quit, also=("exit", "q", "bye")),
)
