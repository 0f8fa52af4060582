"""Incremental loading and dates to begin with: carried out where a filter was proven."""

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


def incremental(bench: Workbench, wish: Wish) -> None:
    name, resource, cursor = _followed(bench, wish)
    if not bench.has_key(name):
        raise refused(
            f"Incremental loading merges by primary key, and {name} has none.",
            f'Say "set the primary key of {name} to FIELD" first.',
        )
    _follow(bench, name, resource, cursor)


def _followed(bench: Workbench, wish: Wish) -> tuple[str, Resource, CursorField]:
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
    follow: Literal = {"cursor_path": config.json_path(cursor.name), "initial_value": first}
    bench.script = bench.script.place(bench.endpoint(name), "incremental", follow)
    asked = cursor.template.replace("{value}", "{incremental.start_value}")
    _ask_for(bench, resource, name, {cursor.param or cursor.name: asked})
    bench.told.append(f"{name}: each run asks for what is new by {cursor.name}, and merges it")
    if not cursor.proven:
        bench.told.append(f"{name}: that {cursor.param} filters by {cursor.name} was not seen, you said so")


def _ask_for(bench: Workbench, resource: Resource, name: str, wanted: Mapping[str, str]) -> None:
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


def since(bench: Workbench, wish: Wish) -> None:
    """Leave out what is older than a date, by the parameter that filters."""
    name, resource, cursor = _followed(bench, wish)
    kinds = {kind for f in resource.endpoint.records.fields if f.name == cursor.name for kind in f.types}
    if kinds.isdisjoint({"timestamp", "date"}):
        raise refused(f"{cursor.name} of {name} is no date.")
    if incremental := child(bench.endpoint(name), "incremental"):
        bench.script = bench.script.place(incremental, "initial_value", wish.get("date"))
    else:
        asked = cursor.template.replace("{value}", wish.get("date"))
        _ask_for(bench, resource, name, {cursor.param or cursor.name: asked})
    bench.told.append(f"{name}: only since {wish.get('date')}, by {cursor.name}")


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
