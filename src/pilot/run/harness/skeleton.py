"""The skeleton of an answer: where lists lie and how long they are, and the plain values around them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from typing import Any

_DEEPEST = 4
_MOST_KEYS = 100
_MOST_PLACES = 400
_MOST_SIGNS = 60
_MOST_LISTS = 20
_LONGEST_TEXT = 300
_SHORT_LIST = 20
_MOST_LOOKED_INTO = 2
_MOST_FIELDS = 80
_SAMPLE = 25
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_ADDRESSES = ("href", "url", "uri", "link")

Trail = tuple[str, ...]


def skeleton(document: Any) -> dict[str, Any]:
    """What of a document says how much it holds and whether there is more; no record's own values.

    `lists`: where one lies, its length, whether its first element is an object, and of the longest lists of
    objects the fields that are filled and how many entries their own lists have. `signs`: where a plain value
    lies, and the value. `alone`: the same fields, where the document is one object without such a list.
    `kind`: the document's type in Python. `edges`: a hash of the first and the last of the records, the same
    for a page that comes again under another time stamp.
    """
    lists: list[tuple[Trail, list[Any]]] = []
    signs: list[tuple[Trail, Any]] = []
    for trail, value in islice(_walk(document, ()), _MOST_PLACES):
        if isinstance(value, list):
            lists.append((trail, value))
        else:
            signs.append((trail, value))
    of_objects = [found for _, found in lists if found and isinstance(found[0], dict)]
    longest = sorted(of_objects, key=len)[-_MOST_LOOKED_INTO:]
    told = [(trail, len(found), *_looked_into(found, longest)) for trail, found in lists[:_MOST_LISTS]]
    alone = _fields([document]) if isinstance(document, dict) and document and not of_objects else None
    kind = type(document).__name__
    edges = _edges(longest[-1]) if longest else ""
    return {"lists": told, "signs": signs[:_MOST_SIGNS], "alone": alone, "kind": kind, "edges": edges}


def _edges(records: list[Any]) -> str:
    told = f"{len(records)} {records[0]!r} {records[-1]!r}"
    return blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _looked_into(found: list[Any], longest: list[list[Any]]) -> tuple[bool, Any]:
    """Whether a list is one of objects, and the fields of one that is looked into."""
    objects = bool(found) and isinstance(found[0], dict)
    return objects, _fields(found) if any(found is other for other in longest) else None


def _fields(records: list[Any]) -> tuple[list[str], dict[str, int]]:
    """The fields that are filled in some of the records, and how many entries their lists have in all.

    Of many records only some tell which fields there are.
    """
    filled: dict[str, None] = {}
    nested: dict[str, int] = {}
    step = max(1, len(records) // _SAMPLE)
    for record in records[::step]:
        if isinstance(record, dict):
            for name, value in list(record.items())[:_MOST_FIELDS]:
                if value or value not in _NOTHING:  # most hold something
                    filled[name] = None
                    if isinstance(value, list):
                        nested[name] = 0
    for name in nested:
        entries = (record.get(name) for record in records if isinstance(record, dict))
        nested[name] = sum(len(entry) for entry in entries if isinstance(entry, list))
    return [str(name)[:80] for name in list(filled)[:_MOST_FIELDS]], nested


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
