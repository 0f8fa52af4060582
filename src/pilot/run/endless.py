"""Paging without end, told from the traffic: the same page again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pilot.api.trails import folded
from pilot.api.vocabulary import CURSOR, CURSOR_PARAMS, LAST_ID_PARAMS, OFFSET, PAGE
from pilot.finding import Json
from pilot.run.traffic import Exchange

SURE = 5
"""So many answers in a row with nothing new tell it of a run that did not end by itself."""

_EMPTY = 20
"""Times as many empty pages: an API may have gaps."""

_PAGING = {*PAGE, *OFFSET, *map(folded, (*CURSOR_PARAMS, *LAST_ID_PARAMS)), "p", "pg"}

_FOR_GOOD = 200
"""So many, and a run is ended that goes on."""


@dataclass(frozen=True)
class Loop:
    """Answers at the end of a run that brought nothing new."""

    url: str
    """The address, without its query."""
    answers: int
    same_request: bool
    """Whether it is also the same request each time: what should move on does not."""
    empty: bool = False
    """Whether they were pages without any record: the end was passed and not noticed."""

    @property
    def says(self) -> str:
        """In words."""
        if self.empty:
            return f"page after page is asked for beyond the last one: {self.url} answers with empty ones"
        asked = "the same request is made" if self.same_request else "other pages are asked for"
        return f"{asked} again and again, and {self.url} answers with nothing new"

    @property
    def evidence(self) -> dict[str, Json]:
        """The same for the same loop, however far it got."""
        said: dict[str, Json] = {"url": self.url, "same_request": self.same_request}
        return said | {"empty": True} if self.empty else said


def loop_in(traffic: Sequence[Exchange], at_least: int = SURE) -> Loop | None:
    """The loop that a run was in when it was ended; None where each answer brought something."""
    beyond = _beyond_the_end(traffic)
    if beyond is not None and beyond.answers >= _EMPTY * at_least:
        return beyond
    last = next((exchange for exchange in reversed(traffic) if _tells(exchange)), None)
    if last is None:
        return None
    answers = [e for e in traffic if _tells(e) and _place(e) == _place(last)]
    stale = len(answers) - 1 - _newest(answers)
    if stale < at_least:
        return None
    turn = {(e.method, e.url) for e in answers[-stale:]}
    return Loop(_address(last.url), stale, len(turn) < stale)


def in_vain(different: Callable[[int], int], newest: Callable[[int], Sequence[Exchange]]) -> bool:
    """Whether a run that goes on reads the same full pages for good, or empty ones: a status is no page.

    `different` counts the different ones of the last answers, which is cheap; most runs need no second look.
    """
    if any(e.records == 0 for e in newest(1)):
        beyond = _beyond_the_end(newest(_FOR_GOOD))
        if beyond is not None and beyond.answers >= _FOR_GOOD:
            return True
    if different(_FOR_GOOD) > _FOR_GOOD // 2:
        return False
    full = [e for e in newest(3 * _FOR_GOOD) if e.edges and (e.records or 0) > 1]
    return loop_in(full, _FOR_GOOD) is not None


def _beyond_the_end(traffic: Sequence[Exchange]) -> Loop | None:
    """The empty pages that a run was reading last, one after the other; None where the last one held some."""
    answered = [e for e in traffic if e.status is not None and e.status < 300]
    if not answered:
        return None
    place, asked = _place(answered[-1]), set()
    for answer in reversed(answered):
        if answer.records != 0 or _place(answer) != place:
            break
        asked.add(answer.url)
    return Loop(place[2], len(asked), False, True) if asked else None


def _newest(answers: Sequence[Exchange]) -> int:
    """The position of the last answer whose body had not come before."""
    seen: set[str] = set()
    newest = 0
    for position, answer in enumerate(answers):
        signs = {answer.digest, answer.edges} - {""}
        if not signs & seen:
            newest = position
        seen |= signs
    return newest


def _tells(exchange: Exchange) -> bool:
    """Whether it is a page: an answer that was read and that is not known to be empty."""
    return (
        exchange.status is not None
        and exchange.status < 300
        and bool(exchange.digest)
        and exchange.records != 0
    )


def _place(exchange: Exchange) -> tuple[str, ...]:
    """What is read in pages: the same but for where in it they begin. Another person's orders are no page."""
    query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
    asked = sorted(f"{name}={value}" for name, value in query if not _moves_on(folded(name)))
    return exchange.resource, exchange.method, _address(exchange.url), *asked


def _moves_on(name: str) -> bool:
    return name in _PAGING or any(word in name for word in CURSOR)


def _address(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()
