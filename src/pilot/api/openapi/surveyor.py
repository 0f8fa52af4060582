"""Finds an API's OpenAPI document and says what it offers: from `--docs`, or from its usual places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pilot.api.docs import prose_in, read_docs
from pilot.api.fetch import Fetcher
from pilot.api.naming import says_nothing
from pilot.api.openapi.document import LARGEST, Document, read_document
from pilot.api.openapi.offers import offers_of
from pilot.api.openapi.security import auth_of, declared_auth
from pilot.api.openapi.servers import base_url
from pilot.api.profile import Auth
from pilot.api.sites import host_of, joined, origin, same_site
from pilot.api.survey import Survey
from pilot.api.words import Named
from pilot.kit import Watch

_PLACES = (
    "openapi.json",
    "swagger.json",
    "v3/api-docs",
    "swagger/v1/swagger.json",
    "openapi.yaml",
    "api/openapi.json",
    "api-docs",
)
_MOST_TRIES = 6
"""So that a probe keeps at least half of its requests for the API itself."""
_IN_PAGE = re.compile(
    r"""["'(]([^"'()\s<>]*(?:openapi|swagger|api-docs)[^"'()\s<>]*\.(?:json|ya?ml)(?:\?[^"'()\s<>]*)?)["')]""",
    re.I,
)


def survey_of(named: Named, docs: str | None, fetch: Fetcher, say: Watch) -> Survey:
    """What documentation says of the API that the person named."""
    urls = [target.url for target in named.targets]
    found = _in_docs(docs, urls, fetch) if docs else Survey()
    if not found.offers and not found.notes:
        found = replace(_on_host(named, fetch, say), prose=found.prose)
    return replace(found, requests=fetch.asked, seconds=fetch.spent)


def _in_docs(docs: str, urls: Sequence[str], fetch: Fetcher) -> Survey:
    data, note = read_docs(docs, fetch)
    if note:
        return Survey(notes=(note,))
    if len(data) >= fetch.limits.size:
        return Survey(notes=(f"{docs} is larger than {LARGEST // 1_000_000} MB and was not read.",))
    url = docs if re.match(r"https?://", docs, re.I) else ""
    document, problem = read_document(data, url)
    if document is None and url and not problem:
        document = _linked(data, url, fetch)
    if document is not None:
        return survey_in(document, docs, urls)
    return Survey(prose="" if problem else prose_in(data), notes=(problem,) if problem else ())


def _linked(page: bytes, url: str, fetch: Fetcher) -> Document | None:
    """The document that a page for people is drawn from, on the same host."""
    for link in _IN_PAGE.findall(page[:200_000].decode("utf-8", "replace"))[:3]:
        place = joined(url, link)
        if place and same_site(url, place):
            answer = fetch.get(place, {}, why="read the documentation")
            return read_document(answer.body, place)[0] if answer.ok else None
    return None


def _on_host(named: Named, fetch: Fetcher, say: Watch) -> Survey:
    """A look at the usual places, where the person named a host and no endpoint of it."""
    if len(named.targets) != 1 or named.targets[0].params or not says_nothing(named.targets[0].url):
        return Survey()
    url = named.targets[0].url
    for place in _places(url):
        say(f"looking for a description of the API: {urlsplit(place).path}")
        answer = fetch.get(place, {}, why="look for a description of the API")
        if answer.problem:
            return Survey()  # not reachable, declined, or enough: the probe itself tells which
        if answer.ok and not answer.cut:
            document, _ = read_document(answer.body, answer.url)
            if document is not None:
                return survey_in(document, place, [url])
    return Survey()


def _places(url: str) -> Iterator[str]:
    base = urlsplit(url).path.rstrip("/")
    here = [f"{origin(url)}{base}/{place}" for place in _PLACES[:2]] if base else []
    places = dict.fromkeys([*here, *(f"{origin(url)}/{place}" for place in _PLACES)])
    yield from list(places)[:_MOST_TRIES]


def survey_in(document: Document, source: str, urls: Sequence[str]) -> Survey:
    """What a document offers at the API whose URLs the person named."""
    base = base_url(document, urls)
    offers = offers_of(document)
    notes = [] if offers else [f"The OpenAPI document (version {document.version}) offers nothing to read."]
    if offers and not base:
        notes.append("The OpenAPI document names no server; name the API's host.")
    if urls and base and all(host_of(url) != host_of(base) for url in urls):
        notes.append(f"The OpenAPI document speaks of {host_of(base)}")
    return Survey(base, offers, _auth(document, base), source, notes=tuple(notes))


def _auth(document: Document, base: str) -> Auth | None:
    """How most of the operations that read want their key."""
    found: Counter[Auth] = Counter()
    for path, _ in list(document.at("paths").items())[:3_000]:
        operation = document.at("paths", path, "get")
        if operation and (auth := auth_of(document, operation, base)):
            found[auth] += 1
    if found:
        return found.most_common(1)[0][0]
    return declared_auth(document, base)
