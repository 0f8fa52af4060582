"""Text as it may reach a screen: nothing in it moves the cursor, hides, or pretends to be something else."""

from __future__ import annotations

import json
import os
import re
from typing import TextIO

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links, clipboard
    r"|\x1b[ -/]*[0-~]"
)
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_IN_ASCII = str.maketrans(
    {"…": "...", "·": "-", "–": "-", "—": "-", "→": "->", "’": "'", "“": '"', "”": '"', "×": "x"}
)


def visible(text: str) -> str:
    """The text with every control character spelled out, tabs as spaces; only line ends remain."""
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text.expandtabs(4))


def spelled_out(document: str) -> str:
    """JSON with every control character as JSON spells it: a terminal may interpret some that JSON allows."""
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], document)


def printed(text: str) -> str:
    """What is left to read of a program's output: no escape sequences, overwritten lines gone."""
    lines = _SEQUENCE.sub("", text).replace("\r\n", "\n").split("\n")
    return visible("\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines))


def fitted(text: str, encoding: str) -> str:
    """The text with what the encoding lacks spelled out."""
    if can_write(text, encoding):
        return text
    return text.translate(_IN_ASCII).encode(encoding, "backslashreplace").decode(encoding)


def can_write(text: str, encoding: str) -> bool:
    """Whether the encoding has all the characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def between_words(text: str, stream: TextIO) -> str:
    """Text for a stream of its own: on a terminal its lines are broken between words."""
    if not stream.isatty():
        return text
    import textwrap

    width = max(os.get_terminal_size(stream.fileno()).columns or 80, 20)
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def duration(seconds: float) -> str:
    """Seconds for people: `0.4 s`, `12.3 s`, `2 min 05 s`."""
    if seconds < 59.95:
        return f"{max(seconds, 0):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def number(value: int) -> str:
    """A whole number in groups of three: `1 204`."""
    return f"{value:,}".replace(",", " ")


def counted(count: int, noun: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


class LineBuffer:
    """Puts lines together from text that comes in pieces."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """The lines that this piece completes."""
        *lines, self._rest = (self._rest + text).split("\n")
        return lines

    def end(self) -> list[str]:
        """What came after the last line end, if anything."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []
