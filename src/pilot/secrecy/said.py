"""Credentials that a person says in words: what stands where the words announce one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pilot.api.sensitive import is_sensitive
from pilot.project.placeholders import is_placeholder
from pilot.project.secret_values import is_secret_name
from pilot.secrecy.patterns import UNSURE, is_random

API_KEY = "api_key"
"""What scripts call the one key that there is."""

_QUOTE = r"[\"'`“”]?"
_VALUE = r"(?P<value>[^\s\"'`“”,;<>(){}\[\]]+)"
_SCHEME = r"(?:(?:bearer|basic|token|apikey)\s+)?"
_NAME = rf"(?<![\w-]){_QUOTE}(?P<name>[A-Za-z][\w-]{{1,60}}){_QUOTE}"
_IS = r"\s{0,3}(?::|=|\b(?:is|of|set to|with(?: the)? value)\b)\s{0,3}"
_HEADER = re.compile(
    rf"(?P<said>\bheaders?\s{{1,3}}(?:called\s|named\s)?)?{_NAME}{_IS}{_QUOTE}{_SCHEME}{_QUOTE}{_VALUE}", re.I
)
_BEARER = re.compile(rf"\b(?:bearer|basic)\s+{_QUOTE}{_VALUE}", re.I)
_CALLED = (
    r"(?P<name>(?:api|access|auth|secret|private|client|bearer)[ _-]?(?:key|token|secret)"
    r"|pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|key)"
)
_LINK = r"(?P<link>\s{0,3}[:=]\s{0,3}|\s{1,3}(?:is|are|was|will be|should be|to)(?:\s+now)?\s{1,3}|\s{1,3})"
_WORDS = re.compile(rf"(?<!primary )(?<!foreign )(?<![\w.-]){_CALLED}{_LINK}{_QUOTE}{_VALUE}", re.I)
_GRAMMAR = """
    a an the in at on as by to of for from with without is are be not no none null true false my your our
    its this that it here there and or if when where which what who new old same other another only also all
    any needed required wanted wrong missing empty optional given set unset unknown secret hidden valid
    invalid bearer basic token key string text str int number integer uuid header query param parameter sent
    passed kept stored called named goes stays correct right fine good bad okay public private used unique
    composite enough instead please being taken read shown mine yours
"""
_NO_VALUE = frozenset(_GRAMMAR.split())
_SHORTEST = 4
_PASSWORD = re.compile(r"pass|pwd", re.I)
_REFERENCE = re.compile(r"[$%*<\[{].*|(?:env|file):\S+|(?:dlt|os|self|config)\..*|\*+")
_DRAWN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+=-]{20,}")
_UUID = re.compile(r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}", re.I)


class Said(NamedTuple):
    """A credential in words: where it stands, and what the secret is called that it is the value of."""

    start: int
    end: int
    name: str = API_KEY
    kind: str = UNSURE


def said_secrets(words: str) -> list[Said]:
    """Credentials by what is said of them, in order; the value of a further header is a secret of its own."""
    headers = list(_in_headers(words))
    main = next((at for at, name in headers if _is_authorization(name)), headers[0][0] if headers else None)
    found = {at: Said(*at, API_KEY if at == main else _plain(name)) for at, name in headers}
    for said in (*_in_schemes(words), *_in_sentences(words)):
        if not any(said.start < end and start < said.end for start, end in found):
            found[(said.start, said.end)] = said
    return sorted(found.values())


def _in_headers(words: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in _HEADER.finditer(words):
        name, (start, end) = match["name"], _span(match)
        value = words[start:end]
        if not match["said"] and "-" not in name and not _is_authorization(name):
            continue
        drawn = match["said"] and _DRAWN.fullmatch(value) and is_random(value) and not _UUID.fullmatch(value)
        if drawn or (_is_credential(name) and _may_be(value)):
            yield (start, end), name


def _in_schemes(words: str) -> Iterator[Said]:
    for match in _BEARER.finditer(words):
        start, end = _span(match)
        if _may_be(words[start:end]) and _is_odd(words[start:end], 6):
            yield Said(start, end)


def _in_sentences(words: str) -> Iterator[Said]:
    """`the password is …`, `apikey=…`, `token …`: the less they announce, the more the value must show."""
    for match in _WORDS.finditer(words):
        name, link = match["name"], match["link"].strip()
        start, end = _span(match)
        value = words[start:end]
        password, sign = _PASSWORD.match(name) is not None, link in (":", "=")
        if not _may_be(value) or re.fullmatch("[a-z]+(?:ed|ing)", value):
            continue
        if password and link:
            yield Said(start, end, "password")
        elif name.lower() == "key" or not link:
            if _is_odd(value, 8) and is_random(value):
                yield Said(start, end, "password" if password else API_KEY)
        elif _is_odd(value, 6 if sign else 8) or len(value) >= (16 if sign else 24):
            yield Said(start, end, API_KEY)


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Where the value is, without what ends the sentence."""
    start, end = match.span("value")
    while end > start and match.string[end - 1] in ".:!?":
        end -= 1
    return start, end


def _may_be(value: str) -> bool:
    """Whether it may be a value at all: no grammar, no placeholder, no reference to one."""
    if len(value) < _SHORTEST or value.lower() in _NO_VALUE or is_placeholder(value):
        return False
    return _REFERENCE.fullmatch(value) is None and "://" not in value


def _is_odd(value: str, least: int) -> bool:
    """Whether a text is no everyday word or name: letters and digits mixed."""
    return len(value) >= least and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _is_credential(name: str) -> bool:
    return is_secret_name(name) or is_sensitive(name, "x" * 16) or _is_authorization(name)


def _is_authorization(name: str) -> bool:
    return name.lower() in ("authorization", "proxy-authorization")


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").lower()
