"""Reading by POST, as people say it: the word, and the JSON body or the GraphQL query in their words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pilot.finding import Json

_POST = re.compile(
    r"(?<!no )(?<!not )(?<!never )(?:\bPOST\b(?=\s*(?:request|body|https?:|/|to\b|with\b|it\b|\{|[,.;:]|\Z))"
    r"|\b(?:by|with|via|using|as|is|an?|method:?|http|means of)\s+(?:an?\s+)?(?:HTTP\s+)?(?:POST|post)\b"
    r"|\bpost (?:request|body)\b)"
)
_BODY = re.compile(r"\b(?:body|payload)\b", re.I)
_EXAMPLE = re.compile(r"\b(?:returns?|respon\w+|answers?|looks? like|example|e\.g\.)[^{}]{0,40}\Z", re.I)
"""JSON that stands after these words is what the API gives, not what it wants."""
_GRAPHQL = re.compile(r"\bgraph ?ql\b", re.I)
_QUERY = re.compile(r"(?:\bquery\b\s*\w*\s*(?:\([^)]*\)\s*)?)?\{")


@dataclass(frozen=True)
class SaidPost:
    """What the words say of reading by POST, and the words without it."""

    rest: str
    place: int = -1
    """Where in the words the POST is spoken of; -1: nowhere."""
    body: dict[str, Json] | None = None


def said_post(goal: str) -> SaidPost:
    """The body that reading needs; `rest` has neither the body nor what is in it."""
    word = _POST.search(goal)
    spoken_of = word or _BODY.search(goal) or _GRAPHQL.search(goal)
    found = _json_body(goal) or (_query(goal) if _GRAPHQL.search(goal) else None)
    if found is None or not spoken_of or _EXAMPLE.search(goal[: found[0]]):
        return SaidPost(goal, word.start(), {}) if word else SaidPost(goal)
    start, end, body = found
    place = word.start() if word else start
    return SaidPost(f"{goal[:start]} {goal[end:]}", min(place, start), body)


def _json_body(goal: str) -> tuple[int, int, dict[str, Json]] | None:
    """The first JSON object; braces of a path's placeholders are none."""
    decoder = json.JSONDecoder()
    for start in _places(goal, "{"):
        try:
            body, end = decoder.raw_decode(goal, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(body, dict):
            return start, end, body
    return None


def _query(goal: str) -> tuple[int, int, dict[str, Json]] | None:
    """A GraphQL query up to its last closing brace."""
    match = _QUERY.search(goal)
    if match is None:
        return None
    depth = 0
    for place in range(match.end() - 1, len(goal)):
        depth += (goal[place] == "{") - (goal[place] == "}")
        if not depth:
            return match.start(), place + 1, {"query": goal[match.start() : place + 1]}
    return None


def _places(text: str, mark: str) -> Iterator[int]:
    place = text.find(mark)
    while place >= 0:
        yield place
        place = text.find(mark, place + 1)
