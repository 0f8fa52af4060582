"""Trails into an answer, and how dlt writes them: as JSONPath."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from pilot.finding import Json

Trail: TypeAlias = tuple["str | int", ...]
"""Keys and indexes, from the outside in."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS_OF_THE_GRAMMAR = frozenset({"where", "wherenot", "parent", "flatten"})


def json_path(trail: Trail, inner: Trail = ()) -> str:
    """The trail as the JSONPath that dlt takes; `inner` leads on from each item of the list there."""
    text = _joined("", trail)
    return _joined(f"{text or '$'}[*]", inner) if inner else text or "$"


def _joined(text: str, trail: Trail) -> str:
    for part in trail:
        if isinstance(part, int):
            text = f"{text or '$'}[{part}]"
        else:
            text = f"{text}.{_quoted(part)}" if text else _quoted(part)
    return text


def _quoted(name: str) -> str:
    if _PLAIN.match(name) and name not in _WORDS_OF_THE_GRAMMAR:
        return name
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def at(body: Json, trail: Trail) -> Json:
    """What lies at the end of the trail; None where it does not lead anywhere."""
    for part in trail:
        if isinstance(body, dict) and isinstance(part, str):
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int) and -len(body) <= part < len(body):
            body = body[part]
        else:
            return None
    return body


def stem(name: str) -> str:
    """The folded last part of a name that may be a dotted path into a body."""
    return folded(name.rpartition(".")[2])


@lru_cache(maxsize=2048)  # the same few names stand in every answer of an API
def folded(name: str) -> str:
    """A name without case and punctuation: `next_page`, `nextPage` and `next-page` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
