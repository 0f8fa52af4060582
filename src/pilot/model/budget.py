"""How many tokens a text has, and how texts are made to fit: the least important goes first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

MARGIN = 1.2
"""The estimate is within about 20 % of what current models count."""

_PIECES = re.compile(
    r"(?P<dense>(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{20,})"  # base64 and hex
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<digits>\d{1,3})"
    r"|(?P<ideograph>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<letters>[^\W\d_]+)"
    r"|(?P<gap>\s+)"
    r"|(?P<signs>[^\w\s]+|_+)"
)


def estimate_tokens(text: str) -> int:
    """About how many tokens a current model sees in a text; no vocabulary is needed."""
    return round(sum(_cost(match.lastgroup or "", match[0]) for match in _PIECES.finditer(text)))


def _cost(kind: str, piece: str) -> float:
    length = len(piece)
    if kind == "dense":
        return length / 1.6
    if kind == "word":
        return 1.0 if length <= 7 else 1 + (length - 7) / 6
    if kind == "letters":
        return max(1.0, length / 4.5)
    if kind == "signs":
        return 0.75 if length == 1 else max(1.0, length / 2.2)
    if kind == "gap":
        return 0.0 if piece == " " else 0.7
    return 0.6 if kind == "ideograph" else 1.0


class Rank(IntEnum):
    """How important a part is: the lowest goes first, the highest never."""

    DOCS = 0
    OUTPUT = 1
    PROFILE = 2
    EVIDENCE = 3
    CAUSE = 4
    ESSENTIAL = 5


@dataclass(frozen=True)
class Part:
    """One part of a request. What is cut from it is cut by whole lines, and said."""

    name: str
    text: str
    rank: Rank = Rank.ESSENTIAL
    keep_end: bool = False
    """The end matters as much as the beginning, as in a program's output."""
    heading: str = ""
    """Marks the text as data from elsewhere, under this heading, once it was cut to fit."""

    def framed(self, text: str) -> str:
        """The text as it goes into the request; nothing in it can end the mark of data."""
        text = text.strip("\n") if self.heading else text
        if not self.heading or not text:
            return text
        inner = text.replace("</data", "<\\/data")
        return f"{self.heading}\n<data>\n{inner}\n</data>\n"


def fit(parts: Sequence[Part], room: int) -> dict[str, str] | None:
    """The parts' texts, cut by importance to `room` tokens; None when the essential alone is more."""
    texts = {part.name: part.framed(part.text) for part in parts}
    sizes = {name: estimate_tokens(text) for name, text in texts.items()}
    for part in sorted((part for part in parts if part.rank < Rank.ESSENTIAL), key=lambda part: part.rank):
        excess = sum(sizes.values()) - room
        if excess <= 0:
            break
        frame = sizes[part.name] - estimate_tokens(part.text)
        texts[part.name] = part.framed(shorten(part.text, sizes[part.name] - frame - excess, part.keep_end))
        sizes[part.name] = estimate_tokens(texts[part.name])
    return texts if sum(sizes.values()) <= room else None


def shorten(text: str, room: int, keep_end: bool = False) -> str:
    """As many whole lines of a text as fit in `room` tokens; "" when not even one does."""
    lines = [_bounded(line) for line in text.splitlines()]
    if sum(map(estimate_tokens, lines)) + len(lines) <= room:
        return "\n".join(lines)
    room -= 12  # what the note on the cut takes
    head: list[str] = []
    tail: list[str] = []
    while len(head) + len(tail) < len(lines):
        from_end = keep_end and len(tail) < len(head)
        line = lines[-1 - len(tail)] if from_end else lines[len(head)]
        room -= estimate_tokens(line) + 1
        if room < 0:
            break
        (tail if from_end else head).append(line)
    if not head:
        return ""
    left = len(lines) - len(head) - len(tail)
    return "\n".join([*head, f"[{left} lines left out]", *reversed(tail)]) if left else "\n".join(lines)


def _bounded(line: str, most: int = 2_000) -> str:
    return line if len(line) <= most else f"{line[: most // 2]} [...] {line[-most // 2 :]}"
