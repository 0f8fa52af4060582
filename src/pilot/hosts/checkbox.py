"""Several choices out of a list, at a prompt with boxes to check."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from pilot.errors import EndOfInput, Interrupted
from pilot.host import Question
from pilot.hosts.prompts import STYLE, drawn_on, terminal

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPressEvent
    from questionary import Question as Prompt

_WAYS = "(space picks, at least one; Enter ends; type to filter)"


def can_draw() -> bool:
    """Whether the terminal can move its cursor; on another one the choices are typed."""
    return os.environ.get("TERM") not in ("dumb", "unknown")


def read_checked(stream: TextIO, mark: str, question: Question, clean: Callable[[str], str]) -> str:
    """The keys of what the person checks, with commas. Raises Interrupted on Ctrl-C, EndOfInput on Ctrl-D."""
    try:
        with terminal(stream) as screen:
            checked = _prompt(screen, mark, question, clean).unsafe_ask()
    except KeyboardInterrupt:
        raise Interrupted from None
    except (EOFError, OSError) as error:
        raise EndOfInput from error
    return ",".join(checked)


def _prompt(screen: TextIO, mark: str, question: Question, clean: Callable[[str], str]) -> Prompt:
    import questionary
    from questionary import Choice, Style

    before = (question.default or "").split(",")
    prompt = questionary.checkbox(
        clean(question.text),
        choices=[
            Choice(clean(choice.label), value=choice.key, checked=choice.key in before)
            for choice in question.choices
        ],
        validate=lambda checked: bool(checked) or question.optional,
        qmark=mark,
        instruction=_WAYS,
        style=Style(list(STYLE)),
        use_search_filter=True,
        use_jk_keys=False,
        output=drawn_on(screen),
    )
    return _left_with_ctrl_d(prompt)


def _left_with_ctrl_d(prompt: Prompt) -> Prompt:
    """The prompt, with the key that a list has none for by itself."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    keys = KeyBindings()

    @keys.add("c-d", eager=True)
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError, style="class:aborting")

    application = prompt.application
    application.key_bindings = merge_key_bindings(
        [bindings for bindings in (application.key_bindings, keys) if bindings is not None]
    )
    return prompt
