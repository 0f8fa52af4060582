"""The forms in which a secret value turns up in a text."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol
from urllib.parse import quote, quote_plus, unquote

SHORTEST_STRONG = 6
SHORTEST_LINE = 16
SHORTEST_BASE64 = 8
LOOK_BACK = 80

_COMMON = """
    abc123 access admin administrator api apikey client changeme credentials data database default demo
    dev development duckdb example false guest hello key letmein local localhost login master null none
    pass passwd password password1 postgres private prod production public python qwerty read root sample
    secret server source staging string system table temp test test123 tester testing testpassword token
    true user username value weather welcome write
"""
COMMON = frozenset(_COMMON.split())
NUMBER = re.compile(r"[\d.,:/ +-]{1,11}")
URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/@:\s]*:([^@\s]+)@", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9+/_-]")
REST_OF_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
CREDENTIAL = re.compile(
    r"""(?:
        (?:key|token|secret|passw(?:or)?d|passwd|pass|pwd|pat|pin|auth\w*|credentials?|appid|sig)\w*
            ["'\]\\]{0,4} \s* (?:=>|[:=]) \s* (?:(?:bearer|basic|token)\s+)? \\?["']?
        | \b(?:bearer|basic|token)\s+
        | ://[^/@\s:]*:
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
AFTER = re.compile(r"(?!\w)")


class Form(Protocol):
    """One form of one value."""

    @property
    def path(self) -> str:
        """The dotted path of the value."""

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it is in a text: start and end."""


class Written(NamedTuple):
    """The value written out, as it is or escaped."""

    path: str
    literal: str

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Every occurrence."""
        start = text.find(self.literal)
        while start >= 0:
            yield start, start + len(self.literal)
            start = text.find(self.literal, start + 1)


class InBase64(NamedTuple):
    """The value inside something that was encoded as a whole; all of that is hidden."""

    path: str
    core: str

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Every occurrence, with the rest of what was encoded along with it."""
        for start, end in Written(self.path, self.core).places(text):
            while start and BASE64.fullmatch(text[start - 1]):
                start -= 1
            after = REST_OF_BASE64.match(text, end)
            yield start, after.end() if after else end


class AsCredential(NamedTuple):
    """A value too ordinary to hide anywhere else than where a credential stands."""

    path: str
    literal: str

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Every occurrence right behind the name of a credential, or as the password in a URL."""
        for start, end in Written(self.path, self.literal).places(text):
            if AFTER.match(text, end) and CREDENTIAL.search(text[max(0, start - LOOK_BACK) : start]):
                yield start, end


def is_weak(value: str, path: str = "") -> bool:
    """Whether a value is too short or too ordinary to be hidden wherever it turns up."""
    plain = value.casefold()
    return (
        len(value) < SHORTEST_STRONG
        or plain in COMMON
        or plain in path.casefold().split(".")
        or NUMBER.fullmatch(value) is not None
        or (value.isalpha() and len(value) < 8 and value[1:].islower())
    )


def forms_of(path: str, value: str) -> Iterator[Form]:
    """Every form of a value, each once."""
    value = value.strip()
    if not value:
        return
    if is_weak(value, path):
        yield AsCredential(path, value)
        return
    for literal in dict.fromkeys(_written(value)):
        yield Written(path, literal)
    for core in dict.fromkeys(_cores(value)):
        yield InBase64(path, core)
    if url := URL_PASSWORD.match(value):
        for password in dict.fromkeys((url[1], unquote(url[1]))):
            yield from forms_of(path, password)


def _written(value: str) -> Iterator[str]:
    yield value
    for plain in (json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value), ascii(value)):
        yield plain[1:-1]
        yield json.dumps(plain[1:-1])[1:-1]
    yield repr(value.encode())[2:-1]
    yield html.escape(value)
    for coded in (
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        quote(value, safe="!#$%&'()*+,/:;=?@[]~"),
    ):
        yield coded
        yield re.sub(r"%[0-9A-F]{2}", lambda code: code.group().lower(), coded)
        yield quote(coded, safe="")
    if "\n" in value:
        lines = [line.strip() for line in value.splitlines()]
        yield from ("\r\n".join(lines), " ".join(lines), "".join(lines))
        yield from (line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("-----"))


def _cores(value: str) -> Iterator[str]:
    """What of the value's base64 is the same whatever stands before and after it, at each offset."""
    for offset in range(3):
        data = b"\0" * offset + value.encode()
        first, last = -(-offset * 8 // 6), len(data) * 8 // 6
        for coded in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
            if len(coded[first:last]) >= SHORTEST_BASE64:
                yield coded[first:last]
