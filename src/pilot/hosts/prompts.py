"""One line from the person, at a prompt."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from pilot.errors import EndOfInput, Interrupted

if TYPE_CHECKING:
    from prompt_toolkit.output import Output
    from questionary import Question

STYLE = (
    ("qmark", "fg:ansicyan bold"),
    ("question", "bold"),
    ("instruction", "fg:ansibrightblack"),
    ("answer", "fg:default nobold"),
)


@dataclass(frozen=True)
class Prompt:
    """What stands before the cursor, and what the arrow keys bring back."""

    mark: str
    text: str
    offered: str = ""
    hidden: bool = False
    history: Sequence[str] = ()


def read_line(stream: TextIO, prompt: Prompt) -> str:
    """What the person types. Raises Interrupted on Ctrl-C, EndOfInput on Ctrl-D and without a terminal."""
    try:
        with terminal(stream) as screen:
            if os.environ.get("TERM") in ("dumb", "unknown"):
                return _plain_line(screen, prompt)
            return str(_question(screen, prompt).unsafe_ask())
    except KeyboardInterrupt:
        raise Interrupted from None
    except (EOFError, OSError) as error:
        raise EndOfInput from error


def _question(screen: TextIO, prompt: Prompt) -> Question:
    import questionary
    from prompt_toolkit.history import InMemoryHistory
    from questionary import Style

    return questionary.text(
        prompt.text,
        qmark=prompt.mark,
        instruction=_bracketed(prompt.offered),
        style=Style(list(STYLE)),
        is_password=prompt.hidden,
        history=None if prompt.hidden else InMemoryHistory(prompt.history),
        output=drawn_on(screen),
    )


def _bracketed(offered: str) -> str:
    return f"({offered})" if offered and not offered.startswith("\n") else offered


def drawn_on(screen: TextIO) -> Output:
    """Where the prompt is drawn. The terminal is not asked where its cursor is: a late reply is garbage."""
    from prompt_toolkit.output import create_output

    output = create_output(screen)
    if hasattr(output, "enable_cpr"):
        output.enable_cpr = False
    return output


def _plain_line(screen: TextIO, prompt: Prompt) -> str:
    """A line on a terminal that can't move its cursor."""
    text = f"{prompt.mark} {prompt.text} {_bracketed(prompt.offered)}".rstrip(" ")
    if prompt.hidden:
        from getpass import getpass

        return getpass(f"{text} ", screen)
    screen.write(f"{text} ")
    screen.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


@contextmanager
def terminal(stream: TextIO) -> Iterator[TextIO]:
    """The terminal to draw on, even where all that is shown goes into a pipe."""
    for candidate in (stream, sys.stderr):
        if candidate.isatty():
            yield candidate
            return
    with open("/dev/tty", "w", encoding="utf-8") as terminal:  # noqa: PTH123  a device, not a file
        yield terminal
