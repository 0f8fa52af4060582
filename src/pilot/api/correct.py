"""Corrections of a profile in the person's words: what they say counts for more than what was seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pilot.api.auth_words import auth_in_words
from pilot.api.profile import ApiProfile, AuthKind, Endpoint, How, Paging, PagingKind, Records, Shape
from pilot.api.trails import json_path
from pilot.finding import Json

_NAME = r"[`'\"]?([A-Za-z_$][\w$\-\[\]]*)[`'\"]?"
_PATH = r"[`'\"]?(\$?[A-Za-z_][\w$\-]*(?:\.[\w$\-]+|\[\*\])*)[`'\"]?"
_RECORDS = re.compile(
    rf"\b(?:records|rows|items|data|list)\s+(?:are|is|lies?|sits?|live)\s+(?:under|in|at|inside|below)\s+"
    rf"(?:the\s+(?:key|field)\s+)?{_PATH}",
    re.I,
)
_SELECTOR = re.compile(rf"\b(?:data[ _]?selector)\s*(?:is|=|:)\s*{_PATH}", re.I)
_AT_TOP = re.compile(r"\b(?:records|rows|items|list)\s+(?:are|is)\s+at\s+the\s+(?:top|root)\b", re.I)
_KEY = re.compile(
    r"\b(?:primary[ _])?(?<!api )(?<!api_)key(?:\s+(?:of|for)\s+(?:the\s+)?/?[\w\-/]+)?"
    rf"(?:\s*[=:]\s*|\s+(?:is|are|should be)\s+){_NAME}((?:\s*(?:,|and|\+)\s*{_NAME})*)",
    re.I,
)
_PAGES = re.compile(
    rf"\bpag(?:es|inates|ing is|ination is)\s+(?:by|with|through|via|using)\s+\??{_NAME}=?", re.I
)
_START = re.compile(
    r"\b(?:start(?:s|ing)?|begin(?:s|ning)?|counts?|counting)\s+(?:at|from|with)\s+(\d+)", re.I
)
_SIZE = re.compile(rf"\b(?:size|limit)\s+(?:is\s+)?(?:by|with|in|set by)\s+\??{_NAME}=?(\d+)?", re.I)
_ONE_PAGE = re.compile(
    r"\b(?:no|not any|without)\s+(?:paging|pagination|further pages)|\bone page (?:only|is all)", re.I
)
_OFFSETS = re.compile(r"offset|skip|start", re.I)
_ONLY = re.compile(
    r"\bonly\s+(?:the\s+)?(?:endpoints?\s+)?(/?[\w\-/{}.]+(?:(?:\s*,\s*|\s+and\s+)/?[\w\-/{}.]+)*)"
    # words after the names say something about them that goes beyond a choice
    r"(?![\w\-/{}.]|\s+(?!please\b)[\w\-])",
    re.I,
)
_NO_KEY = re.compile(
    r"\bno (?:auth(?:entication)?|api[ _]?key|key|token) (?:is )?(?:needed|wanted|required)?", re.I
)
_SAYS_AUTH = re.compile(r"\b(?:auth|header|key|token|bearer|basic|query|param(?:eter)?)\b", re.I)


def correct(profile: ApiProfile, words: str) -> ApiProfile | None:
    """The profile with what the words say laid over it; None when nothing in them is understood.

    A correction holds for the endpoint that the words name, else for all of them.
    """
    changed = _only_endpoints(profile, words) or profile
    changed = _auth(changed, words) or changed
    meant = _meant(changed, words)
    endpoints = tuple(_corrected(e, words) if e in meant else e for e in changed.endpoints)
    changed = replace(changed, endpoints=endpoints)
    return changed if changed != profile else None


def _meant(profile: ApiProfile, words: str) -> tuple[Endpoint, ...]:
    """The endpoints that the words are about."""
    about = re.search(r"\b(?:of|for|on)\s+(?:the\s+)?/?([\w\-/]+)", words, re.I)
    named = about[1].strip("/").lower() if about else ""
    found = tuple(e for e in profile.endpoints if named in (e.name.lower(), e.path.strip("/").lower()))
    return found or profile.endpoints


def _corrected(endpoint: Endpoint, words: str) -> Endpoint:
    rules: tuple[Callable[[Endpoint, str], Endpoint], ...] = (_records, _key, _paging)
    for rule in rules:
        endpoint = rule(endpoint, words)
    return endpoint


def _records(endpoint: Endpoint, words: str) -> Endpoint:
    match = _SELECTOR.search(words) or _RECORDS.search(words)
    if match is None:
        return endpoint
    selector = "$" if _AT_TOP.search(words) else _selector(match[1])
    if endpoint.records.selector == selector and endpoint.records.shape is Shape.LIST:
        return replace(endpoint, records=replace(endpoint.records, how=How.SAID))
    # What was seen of the fields was seen somewhere else.
    return replace(endpoint, records=Records(Shape.LIST, selector, how=How.SAID), primary_key=(), cursors=())


def _selector(said: str) -> str:
    parts = said.removeprefix("$").strip(".").replace("[*]", ".[*]").split(".")
    text = json_path(tuple(part for part in parts if part and part != "[*]"))
    return f"{text}[*]" if said.endswith("[*]") else text


def _key(endpoint: Endpoint, words: str) -> Endpoint:
    match = _KEY.search(words)
    if match is None:
        return endpoint
    names = [match[1], *re.findall(r"[A-Za-z_$][\w$\-]*", re.sub(r"\band\b", " ", match[2] or ""))]
    fields = {field.name.lower(): field.name for field in endpoint.records.fields}
    if fields and not all(name.lower() in fields for name in names):
        return endpoint  # "the key is in the header" is no primary key
    return replace(endpoint, primary_key=tuple(fields.get(name.lower(), name) for name in names))


def _paging(endpoint: Endpoint, words: str) -> Endpoint:
    if _ONE_PAGE.search(words):
        return replace(
            endpoint, paging=Paging(PagingKind.NONE, True, how=How.SAID, note="the person said so")
        )
    match = _PAGES.search(words)
    if match is None:
        return endpoint
    start, size = _START.search(words), _SIZE.search(words)
    first = int(start[1]) if start else None
    options: dict[str, Json]
    if _OFFSETS.search(match[1]):
        kind, limit = PagingKind.OFFSET, size[1] if size else "limit"
        count = (
            int(size[2]) if size and size[2] else endpoint.paging.page_size or endpoint.records.count or 100
        )
        options = {"limit": count, "offset_param": match[1], "limit_param": limit, "total_path": None}
        options |= {"offset": first} if first else {}
    elif re.fullmatch(r"page|p|.*page.*", match[1], re.I):
        kind = PagingKind.PAGE_NUMBER
        options = {"base_page": 1 if first is None else first, "page_param": match[1], "total_path": None}
    else:
        return endpoint
    note = f"{match[1]}, as the person said"
    return replace(
        endpoint, paging=Paging(kind, True, options, endpoint.paging.page_size, how=How.SAID, note=note)
    )


def _auth(profile: ApiProfile, words: str) -> ApiProfile | None:
    if _NO_KEY.search(words):
        return replace(profile, auth=replace(profile.auth, kind=AuthKind.NONE, how=How.SAID, note=""))
    found = auth_in_words(words) if _SAYS_AUTH.search(words) else None
    return replace(profile, auth=found) if found else None


def _only_endpoints(profile: ApiProfile, words: str) -> ApiProfile | None:
    match = _ONLY.search(words)
    if match is None:
        return None
    said = {part.strip("/ .").lower() for part in re.split(r",|\band\b", match[1])}
    kept = tuple(e for e in profile.endpoints if {e.name.lower(), e.path.strip("/").lower()} & said)
    parents = {e.parent for e in kept if e.parent}
    kept = tuple(e for e in profile.endpoints if e in kept or e.name in parents)
    return replace(profile, endpoints=kept) if kept else None
