"""What comes from outside is shown, not interpreted: no markup, no escape sequence, no hidden sign."""

from __future__ import annotations

import io
import json
import re

import pytest

from pilot.hosts.text import spelled_out
from pilot.hosts.unattended import UnattendedHost
from pilot.run.output import plain
from pilot.screen import Block, Code, Diff, Line, Output, Table
from pilot.session.cell import Cell

HOSTILE = {
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "title": "\x1b]0;you are root\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "cursor": "\x1b[2J\x1b[H\x1b[1A\x1b[2K",
    "one byte": "\x9b31m\x9d52;c;eA==\x9c",
    "report": "\x1b[6n\x1bP+q544e\x1b\\",
    "return": "safe\rrm -rf /",
    "backspace": "safe\x08\x08\x08\x08evil",
    "bell": "\x07\x00\x7f",
    "right to left": "\u202egnp.exe\u2066\u2069\u200f",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade\u180e",
    "tags": "hi\U000e0049\U000e0067\U000e006e",
    "line ends": "one\u2028two\u2029three\x85four\x0bfive\x0csix",
}
MARKUP = "[bold red]not red[/bold red] [link=https://evil]x[/link] :boom: **no** [/]"
_NEVER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def blocks(text: str) -> list[Block]:
    return [
        Line(text, "warn"),
        Table((text, "b"), ((text, text),), text),
        Diff(f"{text}.py", text, text + "\nmore"),
        Diff("new.py", None, text),
        Code(text),
        Output(text, text),
    ]


def shown(text: str) -> str:
    stream = io.StringIO()
    host = UnattendedHost(stream=stream, quiet=False, verbose=True)
    cell = Cell(1, "write_code", text, says=text, input=text)
    host.open_cell(cell)
    host.show(*blocks(text))
    with host.working(text) as progress:
        progress.say(text)
        progress.write(text + "\n")
    host.close_cell(cell)
    return stream.getvalue()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_terminal_gets_to_interpret_what_came_from_outside(text: str) -> None:
    assert not _NEVER.search(shown(text).replace("\n", ""))
    assert not _NEVER.search(spelled_out(json.dumps({text: text}, ensure_ascii=False)))
    assert json.loads(spelled_out(json.dumps([text], ensure_ascii=False))) == [text]


def test_markup_is_text() -> None:
    assert shown(MARKUP).count("[bold red]not red[/bold red]") >= 6
    assert ":boom:" in shown(MARKUP)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_run_leaves_in_the_session_is_plain(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain(text))
