"""The body of a POST that reads: what can be set in it, and setting it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping

from pilot.api.trails import folded
from pilot.api.vocabulary import word_set
from pilot.finding import Json

_HOLDERS = word_set("page pagination paging pager options cursor")
_VARIABLE = re.compile(r"\$(\w+)\s*:")
_IN_BODY: Mapping[str, str] = {
    "page_param": "page_body_path",
    "offset_param": "offset_body_path",
    "limit_param": "limit_body_path",
    "cursor_param": "cursor_body_path",
}
"""dlt's option for a query parameter, and for the same in the body."""


def settable(body: Mapping[str, Json]) -> dict[str, str]:
    """Every plain value by its dotted path, as text; what is null or only declared is empty."""
    found = {path: "" if value is None else str(value) for path, value in _plain(body, "")}
    for name in _VARIABLE.findall(str(body.get("query") or "")):
        found.setdefault(f"variables.{name}", "")
    return found


def holder(body: Mapping[str, Json]) -> str:
    """Where paging is likely asked for, when nothing there is known by name: a prefix of paths."""
    if is_graphql(body):
        return "variables."
    inside = (key for key, value in body.items() if isinstance(value, dict) and folded(key) in _HOLDERS)
    return next((f"{key}." for key in inside), "")


def is_graphql(body: Mapping[str, Json]) -> bool:
    """Whether the body is a GraphQL query: only what it declares can be set."""
    return isinstance(body.get("query"), str) and "{" in str(body["query"])


def changed(body: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """The body with values at dotted paths, as dlt sets them."""
    whole: dict[str, Json] = copy.deepcopy(dict(body))
    for path, value in changes.items():
        *way, last = path.split(".")
        place = whole
        for part in way:
            inner = place.get(part)
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        place[last] = value
    return whole


def in_body(options: Mapping[str, Json]) -> dict[str, Json]:
    """A paginator's options, with everything that it sends sent in the body."""
    return {_IN_BODY.get(name, name): value for name, value in options.items()}


def _plain(body: Mapping[str, Json], prefix: str) -> Iterator[tuple[str, Json]]:
    for key, value in body.items():
        if "." in key:
            continue  # dlt's paths know no way to write it
        if isinstance(value, dict):
            yield from _plain(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield f"{prefix}{key}", value
