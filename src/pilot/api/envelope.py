"""What an answer says about itself, around its records: links, cursors, totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from pilot.api.sites import joined
from pilot.api.trails import Trail, folded, json_path
from pilot.api.vocabulary import (
    CURSOR,
    HAS_MORE,
    IS_LAST,
    MAYBE_TOTAL,
    NEXT_LINK,
    NOT_NEXT,
    TOTAL,
    TOTAL_PAGES,
)
from pilot.finding import Json

_DEEPEST = 6
_LINK_KEYS = ("href", "url", "uri", "link")
_LINK_NAMES = ("rel", "relation")
_HEADER = re.compile(r"(next|continuation|cursor).*(token|cursor|marker|page|id)|cursor|continuation", re.I)
_RELATIVE = re.compile(r"[\w./%-]+\?[\w.%\[\]$-]+=")
_TOTAL_HEADERS = ("x-total-count", "x-total", "total-count", "x-wp-total", "x-pagination-total-count")


@dataclass(frozen=True)
class Sign:
    """One plain value of the envelope, and where it lies."""

    path: str
    """As JSONPath."""
    names: tuple[str, ...]
    """The keys on the way, folded."""
    key: str
    """The last key as the API spells it."""
    value: Json = field(repr=False)
    header: bool = False
    """It is a header of the answer: `path` is its name."""

    @property
    def name(self) -> str:
        """The last telling key: `hits.total.value` is a total."""
        return (
            self.names[-2]
            if self.names[-1] in ("value", *_LINK_KEYS) and len(self.names) > 1
            else self.names[-1]
        )

    @property
    def number(self) -> int | None:
        """The value as a whole number, also when it is written as text."""
        if isinstance(self.value, bool):
            return None
        if isinstance(self.value, int):
            return self.value
        return int(self.value) if isinstance(self.value, str) and self.value.isdecimal() else None


@dataclass(frozen=True)
class Envelope:
    """The signs of one answer."""

    url: str = field(repr=False)
    signs: tuple[Sign, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def header_link(self) -> str | None:
        """The next page's address in the Link header."""
        from requests.utils import parse_header_links

        links = parse_header_links(self.headers.get("link", ""))
        found = next((link.get("url") for link in links if "next" in link.get("rel", "").split()), None)
        return joined(self.url, found) if found else None

    def next_links(self) -> Iterator[tuple[Sign, str]]:
        """Values that are the next page's address."""
        for sign in self.signs:
            if isinstance(sign.value, str) and self.leads_on(sign) and _is_address(sign.value):
                link = joined(self.url, sign.value)
                if link:
                    yield sign, link

    def cursors(self) -> list[Sign]:
        """Values that may have to be sent to get the next page, the likeliest first."""
        found = [sign for sign in (*self.signs, *_in_headers(self.headers)) if _is_cursor(sign)]
        return sorted(found, key=lambda sign: "next" not in sign.names[-1] and "after" not in sign.names[-1])

    def again(self, sign: Sign) -> Json:
        """What this answer has at the place of a sign of another answer."""
        if sign.header:
            return self.headers.get(sign.path)
        return next((other.value for other in self.signs if other.path == sign.path), None)

    def has_more(self) -> Sign | None:
        """A plain yes or no to whether there is more."""
        return next((s for s in self.signs if s.name in HAS_MORE and isinstance(s.value, bool)), None)

    def total(self, rows: int) -> tuple[int, Sign | None] | None:
        """How many records there are in all; `count` only where it says more than this page holds."""
        for sign in self.signs:
            if sign.number is not None and (
                sign.name in TOTAL or (sign.name in MAYBE_TOTAL and sign.number > rows)
            ):
                return sign.number, sign
        for name in _TOTAL_HEADERS:
            if self.headers.get(name, "").isdecimal():
                return int(self.headers[name]), None
        return None

    def pages(self) -> Sign | None:
        """How many pages there are in all."""
        return next((s for s in self.signs if s.name in TOTAL_PAGES and s.number is not None), None)

    def echo(self, names: frozenset[str]) -> Sign | None:
        """A number that repeats what was asked for: page, offset or size."""
        return next((s for s in self.signs if s.names[-1] in names and s.number is not None), None)

    def says_complete(self, rows: int) -> str:
        """How the answer says that there is nothing more; "" when it doesn't."""
        more, total, pages = self.has_more(), self.total(rows), self.pages()
        if more and more.value is False:
            return f"{more.path} is false"
        if total and total[0] == rows:
            return f"the total is {rows}"
        if pages and pages.number in (0, 1):
            return f"{pages.path} is {pages.number}"
        if any(s.name in IS_LAST and s.value is True for s in self.signs):
            return "it is called the last page"
        empty = next((s for s in self.signs if s.value in (None, "") and self.leads_on(s)), None)
        return f"{empty.path} is empty" if empty else ""

    @staticmethod
    def leads_on(sign: Sign) -> bool:
        return sign.name in NEXT_LINK or (
            "next" in sign.names
            and sign.names[-1] in (*_LINK_KEYS, "next")
            and not sign.name.startswith("prev")
        )


def envelope_of(url: str, body: Json, headers: Mapping[str, str], records: Trail) -> Envelope:
    """The envelope around the records that lie at a trail."""
    return Envelope(url, tuple(_signs(body, (), records)), headers)


def link_params(link: str, sent: Mapping[str, str]) -> dict[str, str]:
    """What a link asks for beyond what was asked for before."""
    return {k: v for k, v in parse_qsl(urlsplit(link).query) if sent.get(k) != v}


def _signs(body: Json, trail: Trail, records: Trail) -> Iterator[Sign]:
    if len(trail) > _DEEPEST or (trail and trail == records):
        return
    if isinstance(body, list):
        yield from _link_list(body, trail)
        if records[: len(trail)] == trail and isinstance(next(iter(records[len(trail) :]), None), int):
            for place, part in enumerate(body):  # the records are one part of it, and this says more of them
                yield from _signs(part, (*trail, place), records)
    elif isinstance(body, dict):
        for key, value in list(body.items())[:200]:
            yield from _signs(value, (*trail, key), records)
    elif trail:
        yield Sign(json_path(trail), tuple(folded(str(part)) for part in trail), str(trail[-1]), body)


def _in_headers(headers: Mapping[str, str]) -> Iterator[Sign]:
    """Tokens in headers. Numbers are none: they end with an empty text, which dlt would send again."""
    for name, value in headers.items():
        if _HEADER.search(name) and value and not value.isdecimal():
            key = name.removeprefix("x-").replace("-", "_")
            yield Sign(name, (folded(key),), key, value, header=True)


def _link_list(links: list[Json], trail: Trail) -> Iterator[Sign]:
    """`[{"rel": "next", "href": …}]`: the next page's address is picked by its relation."""
    for link in links[:20]:
        if not isinstance(link, dict):
            return
        relation = next((name for name in _LINK_NAMES if link.get(name) == "next"), None)
        address = next((key for key in _LINK_KEYS if isinstance(link.get(key), str)), None)
        if relation and address:
            path = f"{json_path(trail)}[?(@.{relation}=='next')].{address}"
            yield Sign(path, ("links", "next", address), address, link[address])


def _is_address(text: str) -> bool:
    relative = text.startswith(("/", "?")) or _RELATIVE.match(text) is not None
    return (relative or text.startswith(("http://", "https://"))) and not any(c.isspace() for c in text)


def _is_cursor(sign: Sign) -> bool:
    name, value = sign.names[-1], sign.value
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value in ("", 0):
        return False
    if isinstance(value, str) and _is_address(value) and value.startswith("http"):
        return False
    if any(word in name for word in NOT_NEXT) or name in HAS_MORE | TOTAL | TOTAL_PAGES:
        return False
    if isinstance(value, int):
        return "next" in name or "cursor" in name
    inside = sign.names[-2:-1] == ("continue",)  # an object of what is to be sent
    return inside or "next" in name or name in ("after", "offset") or any(word in name for word in CURSOR)
