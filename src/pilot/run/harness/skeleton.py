"""The skeleton of an answer: where lists lie and how long they are, and the plain values around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_DEEPEST = 4
_MOST_KEYS = 100
_MOST_SIGNS = 60
_MOST_LISTS = 20
_LONGEST_TEXT = 300
_SHORT_LIST = 20
_ADDRESSES = ("href", "url", "uri", "link")

Trail = tuple[str, ...]


def skeleton(document: Any) -> dict[str, Any]:
    """What of a document says how much it holds and whether there is more; no record's own values.

    `lists`: `[trail, length, whether its first element is an object]`, `signs`: `[trail, value]`. A trail
    holds the keys on the way. `object` says that the document is one itself.
    """
    lists: list[list[Any]] = []
    signs: list[list[Any]] = []
    for trail, value in _walk(document, ()):
        if isinstance(value, list):
            if len(lists) < _MOST_LISTS:
                lists.append([trail, len(value), bool(value) and isinstance(value[0], dict)])
        elif len(signs) < _MOST_SIGNS:
            signs.append([trail, value])
    return {"lists": lists, "signs": signs, "object": isinstance(document, dict) and bool(document)}


def _walk(value: Any, trail: Trail) -> Iterator[tuple[Trail, Any]]:
    """Every list, and every plain value outside of lists."""
    if isinstance(value, dict):
        if len(trail) < _DEEPEST:
            for key in list(value)[:_MOST_KEYS]:
                yield from _walk(value[key], (*trail, str(key)[:80]))
    elif isinstance(value, list):
        yield trail, value
        if len(value) <= _SHORT_LIST:
            yield from _next_link(value, trail)
    elif trail and not (isinstance(value, str) and len(value) > _LONGEST_TEXT):
        yield trail, value


def _next_link(links: list[Any], trail: Trail) -> Iterator[tuple[Trail, str]]:
    """`[{"rel": "next", "href": …}]` says where it goes on."""
    for link in links:
        if not isinstance(link, dict) or "next" not in (link.get("rel"), link.get("relation")):
            continue
        for key in _ADDRESSES:
            if isinstance(link.get(key), str):
                yield (*trail, "next", key), link[key][:_LONGEST_TEXT]
