"""Finds secret values that were taken apart: wrapped, cut, coloured, spelled out, turned round, encoded."""

from __future__ import annotations

import base64
import codecs
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LEAST = 12
"""Letters and digits in a row that give a value away, where they are not the whole of it."""
SHORTEST = 6
LONGEST_ENCODED = 400
"""Longer values (keys of many lines) are looked for as they are and in base64 alone."""
_GRAM = 6
_BEGINNING = 4
_LOOK_BACK = 4_000

_CONTROL = (
    r"(?:\x1b|␛|\\+(?:u00|x)1[bB])(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\\␇]*(?:\x07|␇|\x1b\\|\\+(?:u00|x)07)?)"
)
_SKIPPED = re.compile(
    rf"{_CONTROL}|\\+[nrt]|\n[ \t]*\d*[ \t]*[|│>┃][ \t]*|(?:[^\w\\\x1b\n␛]|_)+|[\\\x1b\n␛]"
    # colours, line ends, gutters, signs
)
_SEAM = re.compile(
    rf"{_CONTROL}|\\+[nrt]|[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+|[\"']\s*[+,]?\s*[\"']|[|│┃]"
)
"""What may part a short value: line ends, colours, hidden characters, the ends of texts put together."""

_LISTED = re.compile(rf"{_CONTROL}|[\s\"'+,\\|│┃\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")


_SPELLINGS = (
    ("{}", 3),
    ("x{:02x}", 3),
    ("0x{:02x}", 4),
    ("u{:02x}", 3),
    ("u{:04x}", 5),
    ("u{:08x}", 9),
    ("{:03o}", 3),
)
"""How a character is spelled out, and in how many letters."""


class Trace(NamedTuple):
    """One way in which a value can be written, as letters and digits alone."""

    path: str
    letters: str
    literal: str
    least: int
    """How much of it gives the value away."""
    plain: bool
    """Written in the value's own characters, of which a part may be an everyday word."""


class Place(NamedTuple):
    """Where a value is in a text."""

    start: int
    end: int
    path: str


class Traces:
    """Looks for many values at once. What it costs depends on the text's length, not on their number.

    Every stretch of eleven letters holds one of the text's windows of six whole, so it is enough to look
    up each sixth window among all those of the values.
    """

    def __init__(self, values: Sequence[tuple[str, str]]) -> None:
        traces = {trace: None for path, value in values for trace in _traces(path, value)}
        self._short = [trace for trace in traces if len(trace.letters) < 2 * _GRAM - 1]
        self._grams: dict[str, list[tuple[Trace, int]]] = defaultdict(list)
        self._beginnings: dict[str, list[Trace]] = defaultdict(list)
        for trace in traces:
            self._beginnings[trace.letters[:_BEGINNING]].append(trace)
            if trace not in self._short:
                for at in range(len(trace.letters) - _GRAM + 1):
                    self._grams[trace.letters[at : at + _GRAM]].append((trace, at))

    def places(self, text: str) -> Iterator[Place]:
        """Every place where so much of a value stands that it is given away."""
        letters = letters_of(text)
        found = [*self._whole(letters), *self._parts(letters)]
        if not found:
            return
        where = _positions(text)
        for trace, start, end in found:
            place = Place(where[start], where[end - 1] + 1, trace.path)
            if len(trace.letters) >= LEAST or _joined(text[place.start : place.end], trace):
                yield place

    def begun(self, text: str) -> int:
        """Where a value begins that the end of the text may have cut off; the text's length for nowhere."""
        offset = max(0, len(text) - _LOOK_BACK)
        end = text[offset:]
        letters = letters_of(end)
        for at in range(len(letters) - _BEGINNING + 1):
            rest = letters[at:]
            if any(t.letters.startswith(rest) for t in self._beginnings.get(rest[:_BEGINNING], ())):
                return offset + _positions(end)[at]
        return len(text)

    def _whole(self, letters: str) -> Iterator[tuple[Trace, int, int]]:
        """The values too short for the windows."""
        for trace in self._short:
            at = letters.find(trace.letters)
            while at >= 0:
                yield trace, at, at + len(trace.letters)
                at = letters.find(trace.letters, at + 1)

    def _parts(self, letters: str) -> Iterator[tuple[Trace, int, int]]:
        done: dict[Trace, int] = {}
        for at in range(0, len(letters) - _GRAM + 1, _GRAM):
            for trace, offset in self._grams.get(letters[at : at + _GRAM], ()):
                if at < done.get(trace, 0):
                    continue
                first, last = _stretch(letters, at, trace.letters, offset)
                if _gives_away(trace, first - at + offset, last - at + offset):
                    done[trace] = last
                    yield trace, first, last


def letters_of(text: str) -> str:
    """The letters and digits of a text, in lower case, without colours and line ends."""
    letters = _SKIPPED.sub("", text)
    lower = letters.lower()
    return lower if len(lower) == len(letters) else letters


def _positions(text: str) -> list[int]:
    """Where in the text each of its letters stands."""
    where: list[int] = []
    end = 0
    for skipped in _SKIPPED.finditer(text):
        where.extend(range(end, skipped.start()))
        end = skipped.end()
    where.extend(range(end, len(text)))
    return where


def _stretch(letters: str, at: int, wanted: str, offset: int) -> tuple[int, int]:
    """How far both are the same around one window: start and end in the letters."""
    first, begin = at, offset
    while first and begin and letters[first - 1] == wanted[begin - 1]:
        first, begin = first - 1, begin - 1
    last, end = at + _GRAM, offset + _GRAM
    while last < len(letters) and end < len(wanted) and letters[last] == wanted[end]:
        last, end = last + 1, end + 1
    return first, last


def _gives_away(trace: Trace, start: int, end: int) -> bool:
    if end - start == len(trace.letters):
        return True
    part = trace.letters[start:end]
    return len(part) >= trace.least and not (trace.plain and (part.isalpha() or part.isdigit()))


def _joined(text: str, trace: Trace) -> bool:
    """Whether a short value stands there in one piece, but for what may part it."""
    ways = (_SEAM, _LISTED)
    return any(way.sub("", text).casefold() == way.sub("", trace.literal).casefold() for way in ways)


def _traces(path: str, value: str) -> Iterator[Trace]:
    never = len(value) + LONGEST_ENCODED * 10
    cut_too = never if _is_composed(value) else LEAST
    for literal in (value, value[::-1], codecs.encode(value, "rot13")):
        yield from _trace(path, literal, cut_too, plain=True)
    data = value.encode()
    if len(value) <= LONGEST_ENCODED:
        yield from _encoded(path, value, data)
    for source in (data, base64.b64encode(data), value.encode("utf-16-le")):
        for core in cores(source):
            yield from _trace(path, core, 2 * LEAST, plain=False)


def _encoded(path: str, value: str, data: bytes) -> Iterator[Trace]:
    """The value character by character, and in the rarer alphabets."""
    yield from _trace(path, data.hex(), 2 * LEAST, plain=False)
    for form, length in _SPELLINGS:
        yield from _trace(path, "".join(form.format(ord(c)) for c in value), length * LEAST, plain=False)
    yield from _trace(path, base64.b32encode(data).decode().rstrip("="), 2 * LEAST, plain=False)


def _trace(path: str, literal: str, least: int, plain: bool) -> Iterator[Trace]:
    letters = letters_of(literal)
    trimmed = literal.strip("".join(c for c in literal if not c.isalnum()))
    if len(letters) >= SHORTEST:
        yield Trace(path, letters, trimmed, least, plain)


def _is_composed(value: str) -> bool:
    """A path, a URL, words: parts of it stand in ordinary texts."""
    return "://" in value or value.startswith(("/", "~", "./", "{")) or bool(re.search(r"\S [^\s-]", value))


def cores(data: bytes) -> Iterator[str]:
    """What of the base64 of a value is the same whatever stands before and after it, at each offset."""
    for offset in range(3):
        padded = b"\0" * offset + data
        first, last = -(-offset * 8 // 6), len(padded) * 8 // 6
        yield base64.b64encode(padded).decode()[first:last]
