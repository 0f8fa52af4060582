"""One endpoint under the looking glass: its first page, and asking for others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from pilot.api.body import Body, read_body
from pilot.api.door import Knock
from pilot.api.envelope import Envelope, envelope_of
from pilot.api.error_body import message_in
from pilot.api.fetch import Answer
from pilot.api.keys import identity_of
from pilot.api.post import changed, holder, is_graphql, settable
from pilot.api.profile import Shape
from pilot.api.records import Found, find_records, records_at
from pilot.finding import Json

_ACCEPTED = 202
Ask = Callable[[Knock], Answer]
"""One more request to the API."""


class Verdict(Enum):
    """What a further answer shows beside the first page."""

    OTHER = "other records"
    SAME = "the same records"
    EMPTY = "no records"
    FAILED = "an error"


@dataclass(frozen=True)
class Page:
    """One page of an endpoint. Holds rows: it lives as long as the probe, no longer."""

    answer: Answer
    body: Body = field(default_factory=Body, repr=False)
    rows: tuple[Json, ...] = field(default=(), repr=False)
    envelope: Envelope = field(default_factory=lambda: Envelope(""), repr=False)
    verdict: Verdict = Verdict.OTHER

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status


@dataclass
class Look:
    """The endpoint as looked at so far."""

    ask: Ask = field(repr=False)
    url: str
    params: dict[str, str]
    found: Found
    first: Page
    seen: list[Json] = field(default_factory=list, repr=False)
    """All rows seen that are surely different records."""
    notes: list[str] = field(default_factory=list)
    key: tuple[str, ...] = ()
    """Fields that tell records apart even when others change from call to call."""
    body: Mapping[str, Json] | None = field(default=None, repr=False)
    """For a POST that reads: what it carries. Then paging is asked for in there, by dotted paths."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """Parameters that a spec says are for paging, and what each does: `page offset cursor size`."""
    filters: tuple[str, ...] = ()
    """Parameters that a spec says begin at a time."""
    by_spec: bool = False
    """A spec tells of it: parameters that it does not name are hardly there."""
    refuted: set[str] = field(default_factory=set)
    """Endpoints whose paging was tried here, and does not hold."""
    cut_short: bool = False
    """A limit was reached before everything was asked."""

    def __post_init__(self) -> None:
        self.key = identity_of(self.rows)

    @property
    def rows(self) -> tuple[Json, ...]:
        """The first page's records."""
        return self.first.rows

    @cached_property
    def given(self) -> dict[str, str]:
        """Everything by name that a request sets, or may set: parameters, or what is in the body."""
        return (
            settable(self.body) if self.body is not None else {**dict.fromkeys(self.hints, ""), **self.params}
        )

    def hinted(self, *roles: str) -> list[str]:
        """Parameters that a spec says do this for paging."""
        return [name for name, role in self.hints.items() if role in roles]

    def guesses(self, *names: str) -> list[str]:
        """Names as they may be asked by: in a body, where paging is likely set; none in GraphQL."""
        if self.body is None:
            return [*names]
        return [] if is_graphql(self.body) else [holder(self.body) + name for name in names]

    def page(self, changes: Mapping[str, Json]) -> Page:
        """The endpoint again, with other parameters."""
        if self.body is not None:
            return self._judged(self.ask(Knock(self.url, self.params, changed(self.body, changes))))
        texts = {name: str(value) for name, value in changes.items()}
        return self._judged(self.ask(Knock(self.url, {**self.params, **texts})))

    def linked_page(self, link: str) -> Page:
        """The page that a link leads to."""
        return self._judged(self.ask(Knock(link, {}, self.body, "the next page lies there")))

    @cached_property
    def first_marks(self) -> list[str]:
        """The marks of the first page."""
        return self.marks(self.rows)

    def marks(self, rows: Sequence[Json]) -> list[str]:
        """Each row's identity: its key where it has one, else all of it."""
        return [
            canonical([row.get(name) for name in self.key] if self.key and isinstance(row, dict) else row)
            for row in rows
        ]

    def shares(self, page: Page) -> bool:
        """Whether some of a further page's records are on the first one too."""
        return not set(self.first_marks).isdisjoint(self.marks(page.rows))

    def keep(self, page: Page) -> None:
        """Remember the records of a further page that are not on the first one."""
        known = set(self.first_marks)
        marked = zip(self.marks(page.rows), page.rows, strict=True)
        self.seen.extend(row for mark, row in marked if mark not in known)

    def _judged(self, answer: Answer) -> Page:
        self.cut_short = self.cut_short or answer.unasked
        if not answer.ok or answer.cut:
            return Page(answer, verdict=Verdict.FAILED)
        body = read_body(answer)
        no_lines = not answer.body.strip() and self.found.records.shape in (Shape.NDJSON, Shape.CSV)
        rows = () if answer.status == 204 or no_lines else records_at(body, self.found)
        if rows is None:
            return Page(answer, body, verdict=Verdict.FAILED)
        envelope = envelope_of(answer.url, body.data, answer.headers, self.found.trail)
        return Page(answer, body, rows, envelope, self._verdict(rows))

    def _verdict(self, rows: tuple[Json, ...]) -> Verdict:
        if not rows:
            return Verdict.EMPTY
        if self._numbers_rows(rows):
            self.key = ()
            del self.first_marks
        known, marks = set(self.first_marks), self.marks(rows)
        fresh = sum(1 for mark in marks if mark not in known)
        return Verdict.OTHER if fresh * 2 > len(marks) else Verdict.SAME

    def _numbers_rows(self, rows: Sequence[Json]) -> bool:
        """The key starts anew on every page: the same keys, and everything else is different."""
        known = dict(zip(self.first_marks, self.rows, strict=True))
        pairs = [
            (known[mark], row) for mark, row in zip(self.marks(rows), rows, strict=True) if mark in known
        ]
        return bool(pairs) and sum(1 for one, other in pairs if not _alike(one, other)) * 2 > len(pairs)


def _alike(one: Json, other: Json) -> bool:
    """At least half of the fields are equal."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one == other
    return 2 * sum(1 for name in one if one[name] == other.get(name)) >= len(one)


def first_look(
    ask: Ask, url: str, params: dict[str, str], answer: Answer, sent: Mapping[str, Json] | None = None
) -> Look:
    """What the first answer shows. `Found.problem` says why nothing could be seen."""
    body = read_body(answer)
    if answer.problem:
        found = Found(problem=answer.problem)
    elif not answer.ok:
        said = "" if body.problem else message_in(body.data)
        found = Found(problem=f"HTTP {answer.status}" + (f": {said}" if said else ""))
    else:
        found = find_records(body, url)
        if answer.status == _ACCEPTED and found.records.shape is Shape.SINGLE:
            found = Found(problem="HTTP 202: the API has only begun to make its answer")
    envelope = envelope_of(answer.url, body.data, answer.headers, found.trail)
    page = Page(answer, body, found.rows, envelope)
    return Look(ask, url, params, found, page, [*found.rows], body=sent)


def canonical(value: Json) -> str:
    """JSON in which equal values are equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
