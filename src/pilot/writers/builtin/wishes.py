"""What a person may wish for in words, as far as rules go: each pattern fits a whole request or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pilot.api.auth_words import hands_over_a_key


class Change(str, Enum):
    """The changes that can be made by rule."""

    DISPOSITION = "write disposition"
    KEY = "primary key"
    DESTINATION = "destination"
    DATASET = "dataset"
    RENAME = "table name"
    PAGING = "pagination"
    INCREMENTAL = "incremental loading"
    SINCE = "date to begin with"
    FULL = "full loads"
    ADD = "another endpoint"
    DROP = "one endpoint less"


@dataclass(frozen=True)
class Wish:
    """One change, with its values by name."""

    change: Change
    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """A value of the wish; empty when the person did not say."""
        return (self.values.get(name) or "").strip().strip("`'\"")


NAME = r"[`'\"]?[\w.\-/]+[`'\"]?"


THING = "(?:table|resource|endpoint)"
WHICH = f"(?:the )?(?:{THING} )?(?P<resource>{NAME})(?: {THING})?"
OF = f"(?: (?:of|for|in|on) {WHICH})?"
HOW = "(?P<how>replace|append|merge)"
FIELDS = f"(?P<fields>{NAME}(?:(?:, ?| and ){NAME})*)"
FIELD = f"(?P<field>{NAME})"
KEY = "(?:the )?(?:primary[ _])?key"
BY = "(?:by|on|over|with|using)"
PARAMETER = f"(?: (?:with|by|using|through) (?:the )?(?:query )?param(?:eter)? (?P<param>{NAME}))?"
DATE = r"(?P<date>\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+Z?)?)"
SET = "(?:set|change|switch|make|use)"
LOAD = "(?:load|read|get|fetch)"
ONLY = f"(?:only )?(?:{LOAD} )?(?:only )?(?:all )?"
STOP = "(?:do not|don't|never|stop|no longer)"
BEGINS = "(?:since|after|from|starting (?:at|from|with|on))"
ABOUT = "(?:(?:that|which|who) )?(?:(?:were|was|are|is|got) )?"

PATTERNS: tuple[tuple[Change, str], ...] = (
    (Change.DISPOSITION, f"(?:{SET} )?(?:the )?(?:write[ _]?)?disposition{OF} (?:to |= ?)?{HOW}"),
    (Change.DISPOSITION, f"(?:use|set|switch to) {HOW}(?: write[ _]disposition| mode)?{OF}"),
    (Change.DISPOSITION, f"{HOW}(?: instead of (?:replace|append|merge))?{OF}"),
    (Change.KEY, f"{SET} {KEY}{OF} (?:to |= ?|be )?{FIELDS}"),
    (Change.KEY, f"{SET} {FIELDS} (?:as )?{KEY}{OF}"),
    (Change.DESTINATION, f"{SET} (?:the )?destination to (?P<to>{NAME})"),
    (Change.DESTINATION, f"load (?:it |this |everything )?(?:in)?to (?P<to>{NAME}) instead(?: of {NAME})?"),
    (Change.DATASET, f"(?:{SET}|rename) (?:the )?(?:dataset|schema)(?: name)? to (?P<to>{NAME})"),
    (Change.RENAME, f"rename {WHICH} (?:to|as|into) (?P<to>{NAME})"),
    (Change.RENAME, f"call {WHICH} (?P<to>{NAME})"),
    (Change.PAGING, f"(?:add|use|enable|turn on) (?:the )?(?:pagination|paging){OF}"),
    (Change.PAGING, f"(?:load|read|fetch|get) (?:all|every|the other|further|more) pages?{OF}"),
    (
        Change.INCREMENTAL,
        f"(?:load|make|read)(?: (?:it|{WHICH}))? incremental(?:ly)?(?: {BY} (?P<field>{NAME}))?{PARAMETER}",
    ),
    (
        Change.INCREMENTAL,
        f"(?:(?:add|use|set up|enable) )?incremental(?: (?:loading|load))?(?: {BY} {FIELD})?{OF}{PARAMETER}",
    ),
    (
        Change.SINCE,
        f"{ONLY}(?:{WHICH} )?(?:{ABOUT}{FIELD} )?{BEGINS} {DATE}{PARAMETER}",
    ),
    (
        Change.SINCE,
        f"{ONLY}(?:{WHICH} )?{BEGINS} {DATE} {BY} (?:the )?{FIELD}{PARAMETER}",
    ),
    (Change.FULL, f"{STOP} (?:load|read|loading|reading)(?: (?:it|{WHICH}))? incremental(?:ly)?"),
    (
        Change.FULL,
        f"(?:no|without|stop|remove|disable|drop|turn off) (?:the )?incremental(?: load(?:ing)?)?{OF}",
    ),
    (
        Change.FULL,
        f"{LOAD} (?:it|{WHICH}) (?:in full|fully|completely|whole)(?: (?:each|every) (?:time|run))?",
    ),
    (Change.ADD, f"(?:add|also load|load|include) {WHICH}(?: too| as well| back)?"),
    (Change.DROP, f"(?:drop|remove|leave out|delete|skip|don't load|do not load) {WHICH}(?: any ?more)?"),
)

SEPARATOR = re.compile(r" ?(?:;|, and|, then| and then| and) ")
POLITE = re.compile(
    r"^(?:please|can you|could you|i want you to|i want to|now|and|then)[ ,]+|[ ,]*please$", re.I
)

_FITS = "(?:fit|follow|match|use|apply)"
_FIT = f"(?:make )?(?:the script )?{_FITS}(?: the script)?(?: to)? (?:the )?(?:api )?profile"

EXAMPLES = (
    "add pagination, load (not) incrementally by FIELD, load TABLE FIELD since DATE, "
    "set the primary key of TABLE to FIELD, write disposition merge, rename TABLE to NAME, "
    "add or drop an endpoint, change destination or dataset"
)
"""What can be wished for, in one line."""


def understood(request: str) -> tuple[Wish, ...]:
    """Every change that a request asks for; empty when any part of it is beyond the rules."""
    words = _plain(request)
    if wish := _one(words):
        return (wish,)
    said = re.split(r"\s*(?:;|, and |, then | and then | and |\n)\s*", words)
    parts = [_one(_plain(part)) for part in said if not hands_over_a_key(part)]
    return tuple(wish for wish in parts if wish) if all(parts) else ()


def wants_pages(request: str) -> bool:
    """Whether further pages are to be read."""
    return any(wish.change is Change.PAGING for wish in understood(request))


def wants_fit(request: str) -> bool:
    """Whether the script is to follow what is known of the API now."""
    return re.fullmatch(_FIT, _plain(request), re.IGNORECASE) is not None


def _one(words: str) -> Wish | None:
    for change, pattern in PATTERNS:
        if match := re.fullmatch(pattern, words, re.IGNORECASE):
            return Wish(change, {k: v for k, v in match.groupdict().items() if v})
    return None


def _plain(request: str) -> str:
    words = " ".join(request.split()).rstrip(".! ")
    while (shorter := POLITE.sub("", words)) != words:
        words = shorter
    return words
