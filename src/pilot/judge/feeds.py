"""Feeds: what the ledger says of each endpoint, its requests put in order, parents' ids folded."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from pilot.api.vocabulary import CURSOR, CURSOR_PARAMS, LAST_ID_PARAMS, OFFSET, PAGE, SIZE, SIZE_PARAMS
from pilot.run.traffic import Exchange

FOLD = "{}"
_ID = re.compile(r"\d[\d.-]*|[0-9a-f]{8,}(-[0-9a-f]{4,})*|.*\d{4,}.*|.*%[0-9A-Fa-f]{2}.*", re.IGNORECASE)
_VERSION = re.compile(r"v?\d{1,2}(\.\d+)*", re.IGNORECASE)
_MANY = 4
"""So many values in one place of a path are ids, where the path before it is an endpoint of its own."""
_NO_SUCH_PAGE = (404, 416)
_REFUSED = (401, 403, 407)


@dataclass(frozen=True)
class Chain:
    """The pages of one list, in order: requests that differ in where they start, and in nothing else."""

    pages: tuple[Exchange, ...]
    sure: bool = True
    """False: what the requests differ in may be something else than a place in one list."""
    past_end: bool = False
    """The request after the last page was answered: no such page."""
    again: int = 0
    """Pages that were asked for once more, and came once more: they are in `pages` once."""

    @property
    def last(self) -> Exchange:
        """The newest page."""
        return self.pages[-1]

    @property
    def records(self) -> int:
        """The records on all pages, pages that came twice counted once."""
        return sum(page.records or 0 for page in self.different)

    @property
    def different(self) -> tuple[Exchange, ...]:
        """The pages without those that came before."""
        first: dict[object, Exchange] = {}
        for number, page in enumerate(self.pages):
            first.setdefault(page.edges or page.digest or number, page)
        return tuple(first.values())


@dataclass(frozen=True)
class Feed:
    """One endpoint as one load read it."""

    path: str
    """With `{}` where ids stand: `/users/{}/orders`."""
    resource: str
    """The dlt resource that asked; empty where none did."""
    chains: tuple[Chain, ...]
    failures: tuple[Exchange, ...] = ()
    """Requests that failed, and were not answered when they were sent again."""

    @property
    def pages(self) -> tuple[Exchange, ...]:
        """Every answer, in the order of the chains."""
        return tuple(page for chain in self.chains for page in chain.pages)

    @property
    def records(self) -> int | None:
        """The records that came; None where one answer's could not be counted."""
        if not self.chains or any(page.records is None for page in self.pages):
            return None
        return sum(chain.records for chain in self.chains)

    @property
    def total(self) -> int | None:
        """The number that the API itself states, lists of several parents added up."""
        totals = [chain.last.total for chain in self.chains]
        known = [total for total in totals if total is not None]
        return sum(known) if totals and len(known) == len(totals) else None

    @property
    def filled(self) -> frozenset[str]:
        """The fields that held something in at least one record."""
        return frozenset(field for page in self.pages for field in page.filled)

    @property
    def nested(self) -> dict[str, int]:
        """How many entries the records' lists hold, by field."""
        summed: Counter[str] = Counter()
        for chain in self.chains:
            for page in chain.different:
                summed.update(page.nested)
        return dict(summed)


def feeds_of(traffic: Sequence[Exchange]) -> tuple[Feed, ...]:
    """The feeds of one load."""
    grouped: dict[tuple[str, str, str], list[Exchange]] = defaultdict(list)
    for (host, path, resource), exchange in _placed([e for e in traffic if _reads(e)]):
        grouped[host, path, resource].append(exchange)
    return tuple(
        _feed(path, resource, alike)
        for (_, path, resource), exchanges in grouped.items()
        for alike in _of_one_kind(exchanges)
    )


def _of_one_kind(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    """Answers whose records have nothing in common are no parts of one list, however their paths look."""
    kinds: list[tuple[set[str], list[Exchange]]] = []
    for exchange in exchanges:
        fields = set(exchange.filled)
        kind = next((kind for kind in kinds if not fields or not kind[0] or fields & kind[0]), None)
        if kind is None:
            kind = (set(), [])
            kinds.append(kind)
        kind[0].update(fields)
        kind[1].append(exchange)
    return [alike for _, alike in kinds]


def _reads(exchange: Exchange) -> bool:
    """Whether a request asks for records; one for a token does not, and a redirect answers nothing."""
    redirect = exchange.status is not None and 300 <= exchange.status < 400
    asks = exchange.method == "GET" or (exchange.method == "POST" and exchange.records is not None)
    return asks and not redirect


def _placed(traffic: Sequence[Exchange]) -> Iterator[tuple[tuple[str, str, str], Exchange]]:
    """Host, folded path and resource of each exchange."""
    split = [(urlsplit(exchange.url), exchange) for exchange in traffic]
    paths: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for parts, exchange in split:
        paths[parts.netloc, exchange.resource].add(_segments(parts.path))
    folded = {(host, who): _folded(found, bool(who)) for (host, who), found in paths.items()}
    for parts, exchange in split:
        own = folded[parts.netloc, exchange.resource][_segments(parts.path)]
        yield (parts.netloc, "/" + "/".join(own), exchange.resource), exchange


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def _folded(paths: set[tuple[str, ...]], one: bool) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each path with its ids folded: those that look like one, and those that stand where others do.

    `one`: all are asked for by one resource, whose paths hardly differ in anything but ids.
    """
    folded = {path: tuple(FOLD if _is_id(segment) else segment for segment in path) for path in paths}
    places: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
    for path in folded.values():
        for n, segment in enumerate(path):
            places[path[:n], path[n + 1 :]].add(segment)
    known = set(folded.values())

    def fold(path: tuple[str, ...]) -> tuple[str, ...]:
        for n in range(1, len(path)):
            before, after = path[:n], path[n + 1 :]
            values = len(places[before, after])
            if values >= (2 if one else _MANY) and (one or after or before in known):
                return (*before, FOLD, *after)
        return path

    return {path: fold(own) for path, own in folded.items()}


def _is_id(segment: str) -> bool:
    return bool(_ID.fullmatch(segment)) and not _VERSION.fullmatch(segment) or segment.isdecimal()


def _feed(path: str, resource: str, exchanges: Sequence[Exchange]) -> Feed:
    ordered = sorted(exchanges, key=lambda exchange: exchange.at)
    answered = {_request(e) for e in ordered if _ok(e)}
    failed = [e for e in ordered if not _ok(e) and _request(e) not in answered and not _let_in(e, ordered)]
    chains = list(_chains([e for e in ordered if _ok(e)]))
    for failure in [e for e in failed if e.status in _NO_SUCH_PAGE]:
        n = next((n for n, chain in enumerate(chains) if _goes_on(chain, failure)), None)
        if n is not None:
            chains[n] = replace(chains[n], past_end=True)
            failed.remove(failure)
    once = {_request(failure): failure for failure in failed}
    return Feed(path, resource, tuple(chains), tuple(once.values()))


def _ok(exchange: Exchange) -> bool:
    """Whether an answer came that is no error, not even one inside of a 200."""
    tells_error = bool(exchange.says) and exchange.records is None
    return exchange.status is not None and exchange.status < 300 and not tells_error


def _let_in(refused: Exchange, all_: Sequence[Exchange]) -> bool:
    """Whether who was refused came again with a key, which may be a parameter, and got an answer."""
    path = urlsplit(refused.url).path
    later = (e for e in all_ if e.at >= refused.at and _ok(e))
    return refused.status in _REFUSED and any(urlsplit(e.url).path == path for e in later)


def _request(exchange: Exchange) -> tuple[str, str]:
    return exchange.method, exchange.url


def _chains(answers: Sequence[Exchange]) -> Iterator[Chain]:
    """Answers by what they have in common: the path, and the parameters that do not page."""
    by_path: dict[str, list[Exchange]] = defaultdict(list)
    for answer in answers:
        by_path[urlsplit(answer.url).path].append(answer)
    for same in by_path.values():
        lists = _lists(same)
        if len(lists) > 1 and all(len(pages) == 1 for pages in lists.values()):
            # a parameter of no known name may page as well
            yield _chain(same, sure=False)
        else:
            yield from (_chain(pages, sure=True) for pages in lists.values())


def _lists(answers: Sequence[Exchange]) -> dict[object, list[Exchange]]:
    """Answers of one path by the list that they are of; who goes to the announced address goes on in it."""
    lists: dict[object, list[Exchange]] = defaultdict(list)
    announced: dict[object, object] = {}
    for answer in answers:
        own = announced.get(_query(answer.url), _list_of(answer))
        lists[own].append(answer)
        if answer.leads_to:
            announced[_query(answer.leads_to)] = own
    return lists


def _query(url: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(parse_qsl(urlsplit(url).query, keep_blank_values=True)))


def _chain(answers: Sequence[Exchange], *, sure: bool) -> Chain:
    """Answers in order, each request once: a POST says in its body which page it wants."""
    pages = {_request(a) if a.method == "GET" else (a.method, str(n)): a for n, a in enumerate(answers)}
    return Chain(tuple(pages.values()), sure, again=len(answers) - len(pages))


def _list_of(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in _query(exchange.url) if not pages_by(name))


def pages_by(parameter: str) -> bool:
    """Whether a query parameter says where a page starts, or how large it is."""
    word = re.sub(r"[^a-z0-9]", "", parameter.lower())
    named = parameter in _PAGING or word in _PAGING_WORDS or any(cursor in word for cursor in CURSOR)
    return named or word.removeprefix("page") in _PAGING_WORDS


_PAGING = frozenset([*SIZE_PARAMS, *CURSOR_PARAMS, *LAST_ID_PARAMS])
_PAGING_WORDS = PAGE | OFFSET | SIZE


def _goes_on(chain: Chain, failure: Exchange) -> bool:
    """Whether a request that failed asked for a further page of a chain."""
    path, last = urlsplit(failure.url), urlsplit(chain.last.url)
    same = (path.path, _list_of(failure)) == (last.path, _list_of(chain.last))
    return same and failure.url != chain.last.url and failure.at >= chain.last.at and bool(chain.last.records)


def all_records(feeds: Iterable[Feed]) -> int | None:
    """The records of several feeds; None where one could not be counted."""
    counts = [feed.records for feed in feeds]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
