"""Whether a script fits what was seen of the API: where it would be refused, or silently load too little."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, How, PagingKind, Shape

_FLAT = (PagingKind.NONE, PagingKind.UNKNOWN)


def misfits(script: str, profile: ApiProfile) -> tuple[str, ...]:
    """What the script overlooks, one line each; empty when it fits, or can't be read."""
    try:
        tree = ast.parse(script)
    except SyntaxError:
        return ()
    found = [line for endpoint in profile.endpoints for line in _misfits(tree, endpoint)]
    return (*_auth_misfits(tree, profile.auth), *found)


def _auth_misfits(tree: ast.Module, auth: Auth) -> Iterator[str]:
    """Only what was seen or said counts: another way than the guessed one may be right."""
    if auth.how not in (How.SEEN, How.SAID):
        return
    if auth.kind is AuthKind.API_KEY and auth.name and not _sends(tree, auth.name, auth.location):
        yield f"the key goes into the {auth.location or 'header'} {auth.name}, the script sends it otherwise"
    elif auth.kind is AuthKind.BEARER and not _speaks_of(tree, "bearer"):
        yield "the key goes into the header Authorization as a Bearer token, the script sends it otherwise"
    elif auth.kind is AuthKind.BASIC and not (_speaks_of(tree, "basic") or "auth" in _identifiers(tree)):
        yield "user and password go into the header Authorization, the script sends them otherwise"


def _sends(tree: ast.Module, name: str, location: str | None) -> bool:
    """Whether a header or a query parameter is named; the key's own path in secrets.toml does not count."""
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
    texts = list(_texts(tree))
    places = {text for text in texts if text in ("header", "query")}
    named = any(word.search(text) for text in texts) or name in _identifiers(tree)
    return named and (not places or (location or "header") in places)


def _speaks_of(tree: ast.Module, word: str) -> bool:
    return any(word in text.lower() for text in (*_texts(tree), *_identifiers(tree)))


def _misfits(tree: ast.Module, endpoint: Endpoint) -> Iterator[str]:
    selector = endpoint.records.selector
    if endpoint.records.shape is Shape.LIST and selector != "$" and not _names(tree, selector):
        yield f"{endpoint.path}: the records are at {selector}, which the script does not name"
    elif endpoint.records.shape is Shape.LIST and _leaves_it_to_detection(tree):
        yield f"{endpoint.path}: the records are at {selector}, the script leaves it to dlt to find them"
    paging = endpoint.paging
    if paging.proven and paging.kind not in _FLAT and not _pages(tree):
        yield f"{endpoint.path}: there are more pages ({paging.kind.value}), and the script reads one"


def _leaves_it_to_detection(tree: ast.Module) -> bool:
    """dlt takes the first list that it finds in an answer, which may be another one on another day."""
    said = {*_texts(tree), *_identifiers(tree)}
    return bool(said & {"rest_api_source", "rest_api_resources"}) and "data_selector" not in said


def _names(tree: ast.Module, selector: str) -> bool:
    wanted = _plain(selector)
    last = wanted.rpartition(".")[2]
    return any(_plain(text) in (wanted, last) for text in _texts(tree))


def _pages(tree: ast.Module) -> bool:
    """Whether the script reads more than one page: by a paginator of dlt's, or in a loop of its own."""
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):
        return True
    words = {word.lower() for word in (*_texts(tree), *_identifiers(tree)) if len(word) < 60}
    if words & {"single_page", "singlepagepaginator"}:
        kinds = {kind.value for kind in PagingKind if kind not in _FLAT}
        return bool(words & kinds)
    return any("paginat" in word for word in words)


def _plain(path: str) -> str:
    return path.removeprefix("$").removeprefix(".").replace("[*]", "")


def _texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _identifiers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
