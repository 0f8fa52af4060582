"""Incremental loading and full loads: carried out where a filter was proven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pilot.api.post import changed
from pilot.api.profile import CursorField, Endpoint
from pilot.finding import Json
from pilot.writers.builtin import config
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.edits import child, entries, literals_of
from pilot.writers.builtin.literals import Literal
from pilot.writers.builtin.wishes import Wish
from pilot.writers.builtin.workbench import Workbench, refused, unwritten

EARLIEST: Mapping[str, str | int] = {
    "timestamp": "1970-01-01T00:00:00Z",
    "date": "1970-01-01",
    "bigint": 0,
}
"""Where incremental loading begins, by the type of its field."""
_FOLLOWED = "{incremental.start_value}"
"""Where dlt puts in what the last load ended with."""


def incremental(bench: Workbench, wish: Wish) -> None:
    name, resource, cursor = followed(bench, wish)
    if not bench.has_key(name):
        raise refused(
            f"Incremental loading merges by primary key, and {name} has none.",
            f'Say "set the primary key of {name} to FIELD" first.',
        )
    _follow(bench, name, resource, cursor)


def followed(bench: Workbench, wish: Wish) -> tuple[str, Resource, CursorField]:
    """The one resource, with the field that a request can filter it on."""
    names = bench.meant(wish)
    found = [
        (n, r, c)
        for n in names
        for r in bench.designed(n)
        for c in _cursors(r.endpoint, wish.get("field"), wish.get("param"))
    ]
    if len({name for name, _, _ in found}) > 1:
        raise refused("More than one endpoint could be loaded incrementally: name one.")
    if not found:
        hint = (
            'Each run reads everything then; "write disposition merge" keeps one row for each key. '
            'Where you know one: "load incrementally by FIELD with the parameter NAME".'
        )
        raise refused(_why_not_incremental(wish.get("field"), names), hint)
    return found[0]


def _follow(bench: Workbench, name: str, resource: Resource, cursor: CursorField) -> None:
    """Ask for what is new only, and merge it."""
    kinds = {f.name: set(f.types) - {"null"} for f in resource.endpoint.records.fields}
    first = next((EARLIEST[k] for k in kinds.get(cursor.name, ()) if k in EARLIEST), None)
    if first is None:
        raise refused(f"{cursor.name} is neither a date, a time nor a number that counts up.")
    bench.put(name, "write_disposition", "merge")
    start = _said_start(bench, name, cursor) or first
    follow: Literal = {"cursor_path": config.json_path(cursor.name), "initial_value": start}
    bench.script = bench.script.place(bench.endpoint(name), "incremental", follow)
    asked = cursor.template.replace("{value}", _FOLLOWED)
    ask_for(bench, resource, name, {cursor.param or cursor.name: asked})
    bench.told.append(f"{name}: each run asks for what is new by {cursor.name}, and merges it")
    if not cursor.proven:
        bench.told.append(f"{name}: that {cursor.param} filters by {cursor.name} was not seen, you said so")


def _said_start(bench: Workbench, name: str, cursor: CursorField) -> str | int | None:
    """Where the script begins as it is: the person may have said a date before."""
    endpoint = bench.endpoint(name)
    follow = literals_of(child(endpoint, "incremental")) or {}
    start = follow.get("initial_value")
    if follow.get("cursor_path") == config.json_path(cursor.name) and isinstance(start, str | int):
        return start
    sent = literals_of(child(endpoint, "params" if bench.designed(name)[0].endpoint.body is None else "json"))
    before, _, after = cursor.template.partition("{value}")
    asked = (sent or {}).get(cursor.param or cursor.name)
    if not isinstance(asked, str) or not (asked.startswith(before) and asked.endswith(after)):
        return None
    value = asked.removeprefix(before).removesuffix(after)
    return None if "{" in value else value


def ask_for(bench: Workbench, resource: Resource, name: str, wanted: Mapping[str, str]) -> None:
    """Send a filter: as a parameter, or in the body of a POST."""
    if resource.endpoint.body is None:
        return bench.add_params(name, wanted)
    present = literals_of(child(bench.endpoint(name), "json"))
    if present is None:
        raise unwritten(f"The body that {name} is read with is not written as plain values.")
    bench.script = bench.script.place(
        bench.endpoint(name), "json", changed(cast("Mapping[str, Json]", present), wanted)
    )
    return None


def full(bench: Workbench, wish: Wish) -> None:
    """Load everything anew in each run, from the date on that the person had said."""
    following = [name for name in bench.meant(wish) if follows(bench, name)]
    if not following:
        raise refused(f"{', '.join(bench.meant(wish))}: everything is asked for in each run already.")
    for name in following:
        _unfollow(bench, name)
        bench.told.append(f"{name}: every run loads everything anew, and replaces what was there")


def _unfollow(bench: Workbench, name: str) -> None:
    """Ask for everything again, instead of what is new."""
    endpoint = bench.endpoint(name)
    follow, sent = literals_of(child(endpoint, "incremental")), literals_of(child(endpoint, "params"))
    if not follow or sent is None or not any(_FOLLOWED in str(value) for value in sent.values()):
        raise unwritten(
            f"How {name} asks for what is new is not written in a way that can be taken out by rule."
        )
    start = follow.get("initial_value")
    plain: dict[str, Literal] = {}
    for key, value in sent.items():
        if not isinstance(value, str) or _FOLLOWED not in value:
            plain[key] = value
        elif start not in EARLIEST.values():
            plain[key] = value.replace(_FOLLOWED, str(start))
    bench.script = bench.script.take(bench.endpoint(name), "incremental")
    if plain:
        bench.script = bench.script.place(bench.endpoint(name), "params", plain)
    else:
        bench.script = bench.script.take(bench.endpoint(name), "params")
    bench.put(name, "write_disposition", "replace")


def follows(bench: Workbench, name: str) -> bool:
    """Whether a resource is loaded incrementally."""
    declared = bench.script.resources().get(name)
    endpoint = child(declared, "endpoint") if declared else None
    return endpoint is not None and "incremental" in entries(endpoint)


def _cursors(endpoint: Endpoint, field: str, param: str) -> list[CursorField]:
    """The endpoint's proven cursors: the named one, else all; a parameter that was named needs no proof."""
    proven = [
        c
        for c in endpoint.cursors
        if c.proven and c.param and field in ("", c.name) and param in ("", c.param)
    ]
    if proven or not (field and param) or all(known.name != field for known in endpoint.records.fields):
        return proven
    return [CursorField(field, param)]


def _why_not_incremental(field: str, names: list[str]) -> str:
    what = f"by {field}" if field else "by any field"
    return f"No request parameter was proven that filters {', '.join(names)} {what}."
