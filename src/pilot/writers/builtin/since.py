"""A date to begin with: asked of the API where a filter was proven, else older records are left out here."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from pilot.api.profile import CursorField
from pilot.writers.builtin import config
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.edits import child, entries, literals_of, text_value
from pilot.writers.builtin.identifiers import snake
from pilot.writers.builtin.incremental import ask_for, followed, follows
from pilot.writers.builtin.literals import Code, Listing, Literal, quoted
from pilot.writers.builtin.wishes import Wish
from pilot.writers.builtin.workbench import Workbench, alike, refused, unwritten

_DATES = frozenset({"timestamp", "date"})
_OF_TIME = frozenset({"at", "on", "date", "time", "datetime", "timestamp", "utc", "ts", "dt"})
"""What a field of a date is called beside the word for what happened then."""


def since(bench: Workbench, wish: Wish) -> None:
    """Leave out what is older than a date, by the field that the person means."""
    wish = _by_its_field(bench, wish)
    if not wish.get("field"):
        name, resource, cursor = followed(bench, wish)
        if not _is_date(resource, cursor.name):
            raise refused(f"{cursor.name} of {name} is no date.")
        return _asked(bench, wish, name, resource, cursor)
    found = [
        (name, r, field)
        for name in bench.meant(wish)
        for r in bench.designed(name)
        for field in _meant(r, wish)
    ]
    if len(found) != 1:
        raise _unclear(bench, wish, [f"{name} {field}" for name, _, field in found])
    name, resource, field = found[0]
    param = wish.get("param")
    proven = [c for c in resource.endpoint.cursors if c.name == field and c.proven and c.param]
    named = [c for c in proven if param in ("", c.param)] or ([CursorField(field, param)] if param else [])
    if named:
        return _asked(bench, wish, name, resource, named[0])
    return _left_out(bench, name, field, wish.get("date"))


def _by_its_field(bench: Workbench, wish: Wish) -> Wish:
    """`created since ...` names a field where no resource is called so."""
    said, names = wish.get("resource"), list(bench.holders())
    if not said or wish.get("field") or any(n == said or alike(n, snake(said)) for n in names):
        return wish
    if not any(_meant(r, Wish(wish.change, {"field": said})) for n in names for r in bench.designed(n)):
        return wish
    return replace(wish, values={**wish.values, "field": said, "resource": ""})


def _asked(bench: Workbench, wish: Wish, name: str, resource: Resource, cursor: CursorField) -> None:
    """Have the API leave out what is older."""
    date = wish.get("date")
    bench.told.append(f"{name}: only since {date}, by {cursor.name}")
    following = child(bench.endpoint(name), "incremental")
    if following and text_value(entries(following).get("cursor_path")) == config.json_path(cursor.name):
        bench.script = bench.script.place(following, "initial_value", date)
        later = "what is asked for begins at the later of this date and where the last load ended"
        bench.told.append(f"{name}: rows that were loaded before stay; {later}")
    else:
        asked = cursor.template.replace("{value}", date)
        ask_for(bench, resource, name, {cursor.param or cursor.name: asked})
        _tell_of_rows(bench, name)
    others = [
        f.name for f in resource.endpoint.records.fields if _DATES & set(f.types) and f.name != cursor.name
    ]
    if others and not wish.get("field"):
        bench.told.append(f'{name}: another date it has: {", ".join(others)}; say "{others[0]} since {date}"')
    if wish.get("param") and not cursor.proven:
        bench.told.append(f"{name}: that {cursor.param} filters by {cursor.name} was not seen, you said so")


def _left_out(bench: Workbench, name: str, field: str, date: str) -> None:
    """Have the script leave out what is older, of all that comes."""
    declared = bench.script.resources().get(name)
    if declared is None:
        raise unwritten(f"{name} is a function of its own in this script.")
    steps = entries(declared).get("processing_steps")
    if steps is not None and not isinstance(steps, ast.List):
        raise unwritten(f"The processing steps of {name} are not written as a list.")
    taken = f"record.get({quoted(field)})"
    kept = [ast.unparse(step) for step in steps.elts] if steps else []
    kept = [step for step in kept if not (f"get({field!r})" in step and step.startswith("{'filter'"))]
    # what renames fields comes last: the filter reads the record as the API sends it
    place = next((n for n, step in enumerate(kept) if step.startswith("{'map'")), len(kept))
    filtering = {"filter": Code(f'lambda record: ({taken} or "") >= {quoted(date)}')}
    wanted: list[Literal] = [Code(_double(step)) for step in kept]
    bench.put(name, "processing_steps", Listing([*wanted[:place], filtering, *wanted[place:]]))
    bench.told.append(
        f"{name}: only since {date}, by {field}: no parameter was proven that filters by it, so everything "
        "is asked for, and what is older (or has no such date) is left out here"
    )
    _tell_of_rows(bench, name)


def _double(step: str) -> str:
    """A step with the quotes that the rest of the script has."""
    return step.replace("'", '"') if '"' not in step else step


def _tell_of_rows(bench: Workbench, name: str) -> None:
    """A table that is not replaced keeps what was loaded before."""
    own = text_value(entries(bench.holders()[name]).get("write_disposition"))
    whole = bench.script.config()
    shared = literals_of(child(whole, "resource_defaults")) if whole else None
    if (own or (shared or {}).get("write_disposition")) in ("merge", "append") or follows(bench, name):
        bench.told.append(f"{name}: rows that were loaded before stay")


def _meant(resource: Resource, wish: Wish) -> list[str]:
    """The fields with dates that a word may mean: the one called so, else those that say the same."""
    said = wish.get("field")
    dates = [f.name for f in resource.endpoint.records.fields if _DATES & set(f.types)]
    exact = [field for field in dates if field == said or snake(field) == snake(said)]
    return exact or [field for field in dates if _event(field) == _event(said)]


def _event(name: str) -> frozenset[str]:
    """What happened at a date, whatever form the words have: `created`, `created_at`, `creation_date`."""
    words = frozenset(snake(name).split("_"))
    return frozenset(re.sub(r"(?:ed|ion|ing|e)$", "", word) for word in words - _OF_TIME or words)


def _is_date(resource: Resource, field: str) -> bool:
    return any(f.name == field and _DATES & set(f.types) for f in resource.endpoint.records.fields)


def _unclear(bench: Workbench, wish: Wish, found: list[str]) -> Exception:
    said, date = wish.get("field"), wish.get("date")
    if found:
        return refused(
            f"Which one is {said}?", f"Say which: {', '.join(f'{one} since {date}' for one in found)}."
        )
    dates = {
        f.name
        for name in bench.meant(wish)
        for r in bench.designed(name)
        for f in r.endpoint.records.fields
        if _DATES & set(f.types)
    }
    hint = f"Dates it has: {', '.join(sorted(dates))}." if dates else "No date was seen in its records."
    return refused(f"{', '.join(bench.meant(wish))} has no date that is called {said}.", hint)
