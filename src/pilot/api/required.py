"""Parameters that an API will not do without: from its refusal, with values from the person's words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pilot.api.body import read_body
from pilot.api.error_body import message_in
from pilot.api.fetch import Answer
from pilot.api.sensitive import is_sensitive
from pilot.api.vocabulary import word_set
from pilot.finding import Json

_ONE = r"[`'\"]?[A-Za-z_]\w*(?:[.\-]\w+|\[\w+\])*[`'\"]?"
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)"
_NAME = rf"({_ONE}(?:{_AND}{_ONE})*)"
_THING = r"(?:param(?:eter)?s?|fields?|arguments?|quer(?:y|ies))"
_LACKS = r"(?:required|missing|mandatory|not (?:provided|specified|set|given)|(?:be )?(?:provided|specified))"
_REFUSALS = (
    re.compile(
        rf"(?:required|missing|mandatory)\s+(?:\w+\s+){{0,2}}?{_THING}\s*(?:is|are)?\s*:?\s*{_NAME}", re.I
    ),
    re.compile(rf"{_THING}\s*:?\s*{_NAME}\s+(?:is|are|was|were|must|has|have)\s+(?:\w+\s+)?{_LACKS}", re.I),
    re.compile(rf"{_NAME}\s+(?:\w+\s+)?{_THING}?\s*(?:is|are|was|were|must)\s+(?:\w+\s+)?{_LACKS}", re.I),
)
_NO_NAMES = word_set("is the a this that it parameter parameters field value query key one of for and")
_NO_VALUES = word_set("is the a an and or of in for parameter to with by as from that which must be")
_REFUSED = (400, 404, 422)


def required_by(answer: Answer) -> list[str]:
    """The parameters that the answer says are missing; keys are none of them."""
    if answer.status not in _REFUSED:
        return []
    body = read_body(answer)
    text = answer.body[:2000].decode("utf-8", "replace") if body.problem else message_in(body.data)
    names = [*_located(body.data), *_in_words(text)]
    return list(dict.fromkeys(name for name in names if not is_sensitive(name, "x" * 20)))[:3]


def said_value(words: str, name: str) -> str | None:
    """The value that the person's words give a parameter: `city=Berlin`, `for the city Berlin`."""
    spoken = re.escape(name).replace("_", "[ _-]?")
    value = r"[\"'`“](?P<q>[^\"'`”]+)[\"'`”]|(?P<n>[A-Z]\w+(?: [A-Z]\w+)+)|(?P<v>[\w][\w.+:/@-]*\w|\w)"
    pattern = re.compile(rf"(?<!\w)(?i:{spoken})(?:\s*[=:]\s*|\s+(?:(?i:is|of|to|as)\s+)?)(?:{value})")
    for match in pattern.finditer(words):
        found = match["q"] or match["n"] or match["v"]
        if found.lower() not in _NO_VALUES:
            return str(found)
    return None


def _in_words(text: str) -> Iterator[str]:
    for pattern in _REFUSALS:
        for match in pattern.finditer(text):
            names = (name.strip("`'\"") for name in re.split(_AND, match[1]))
            yield from (name for name in names if name.lower() not in _NO_NAMES)


def _located(data: Json) -> Iterator[str]:
    """`{"detail": [{"loc": ["query", "city"], …}]}`, and errors by name."""
    if not isinstance(data, dict):
        return
    for value in list(data.values())[:20]:
        for item in value if isinstance(value, list) else []:
            place = item.get("loc") if isinstance(item, dict) else None
            if isinstance(place, list) and place[:1] == ["query"] and isinstance(place[-1], str):
                yield place[-1]
        if isinstance(value, dict):
            yield from (name for name, says in value.items() if "required" in str(says)[:200].lower())
