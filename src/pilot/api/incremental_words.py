"""Loading only what is new, as people ask for it: that they do, and the parameter that they name."""

from __future__ import annotations

import re

_WANTED = re.compile(
    r"\bincremental|\bonly (?:what is |the )?(?:new|changed|changes)|\bnew (?:and|or) (?:changed|updated)"
    r"|\bsince the last\b|\bdelta load",
    re.I,
)
_NAME = r"[A-Za-z_$][\w$]*(?:\[\w+\])?"
_PARAMETERS = (
    re.compile(rf"\bparam(?:eter)?s?\s+(?:called\s+|named\s+)?[`'\"]?({_NAME})", re.I),
    re.compile(rf"[`'\"]?({_NAME})[`'\"]?\s+(?:query\s+)?param(?:eter)?\b", re.I),
    re.compile(rf"\bfilter(?:s|ed|ing)?\s+(?:is\s+)?(?:with|by|on|using|through)\s+[`'\"]?({_NAME})", re.I),
    re.compile(r"\b(\w+(?:_since|_after|_gte|_from|Since|After)|\w+\[gte?\])"),
    re.compile(rf"[?&]({_NAME})="),
)


def wants_incremental(words: str) -> bool:
    """Whether the person asks for loading only what is new."""
    return _WANTED.search(words) is not None


def said_filters(words: str) -> tuple[str, ...]:
    """Parameters that the words may mean to filter with: each is proven, or not, by what it does."""
    found = (match[1] for pattern in _PARAMETERS for match in pattern.finditer(words))
    return tuple(dict.fromkeys(found))[:6]
