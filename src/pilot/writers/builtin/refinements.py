"""Carries out wishes: small edits of the script, or a plain sentence why not."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from pilot.writers.builtin import config
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.edits import Script, child, entries, text_value
from pilot.writers.builtin.identifiers import snake
from pilot.writers.builtin.incremental import follows, full, incremental
from pilot.writers.builtin.literals import Literal, Noted, comment
from pilot.writers.builtin.script import FAST, SMALL_FILES
from pilot.writers.builtin.since import since
from pilot.writers.builtin.wishes import Change, Wish
from pilot.writers.builtin.workbench import Workbench, alike, refused, unwritten

NOTES = {
    "replace": "every run loads everything anew: what is gone from the API goes here too",
    "append": "every run adds its records to those that are there",
    "merge": "records that come again take the place of their earlier version, by primary key",
}
_LOOK_AGAIN = (
    'How it pages can be said: pilot profile "pages by PARAMETER, starting at 1", then "fit the profile".'
)
FAST_DESTINATION = "duckdb"
DUCKDB = "destination duckdb: a file in the project folder, no credentials; with its fast settings"


def refined(text: str, design: Design, wishes: Sequence[Wish]) -> tuple[str, str]:
    """The script with every wish carried out, and what was done. Raises StepFailed where rules end."""
    bench = Workbench(text, design)
    for wish in wishes:
        before = bench.script.text
        try:
            CHANGES[wish.change](bench, wish)
            ast.parse(bench.script.text)
        except SyntaxError:  # broken by hand, or written in a way that these edits do not know
            raise unwritten("The script is not written in a way that can be changed by rule.") from None
        if bench.script.text == before:
            raise refused(f"The script has it so already: {wish.change.value}.")
    return bench.script.text, "\n".join(bench.told)


def _disposition(bench: Workbench, wish: Wish) -> None:
    how = wish.get("how").lower()
    names = bench.meant(wish)
    if how == "merge" and (keyless := [n for n in names if not bench.has_key(n)]):
        raise refused(
            f"Merging needs a primary key, and {', '.join(keyless)} has none.",
            f'Say "set the primary key of {keyless[0]} to FIELD" first.',
        )
    if how != "merge" and (following := [n for n in names if follows(bench, n)]):
        raise refused(
            f"{', '.join(following)} asks for what is new only: {how} would lose or double records.",
            'Say "do not load incrementally" first.',
        )
    if wish.get("resource"):
        for name in names:
            bench.put(name, "write_disposition", how)
    else:
        _disposition_of_all(bench, how)
    bench.told.append(f"write disposition {how}: {NOTES[how]}")


def _disposition_of_all(bench: Workbench, how: str) -> None:
    whole = bench.script.config()
    if whole is not None:
        value: Literal = how
        if defaults := child(whole, "resource_defaults"):
            bench.script = bench.script.place(defaults, "write_disposition", value)
            bench.script = bench.script.renote("resource_defaults", NOTES[how])
        else:
            value = Noted({"write_disposition": how}, NOTES[how])
            bench.script = bench.script.place(whole, "resource_defaults", value)
    for name, holder in bench.holders().items():
        if isinstance(holder, ast.Call) or "write_disposition" in entries(holder):
            bench.put(name, "write_disposition", how)


def _key(bench: Workbench, wish: Wish) -> None:
    name = bench.only(wish)
    fields = [part.strip("`'\" ") for part in re.split(r",| and ", wish.get("fields"))]
    known = {field.name for r in bench.designed(name) for field in r.endpoint.records.fields}
    if known and (unknown := [field for field in fields if field not in known]):
        raise refused(
            f"{name} has no field {', '.join(unknown)}.", f"Its fields: {', '.join(sorted(known))}."
        )
    bench.put(name, "primary_key", config.key_hint(tuple(fields)))
    bench.told.append(f"primary key of {name}: {', '.join(fields)}")


def _destination(bench: Workbench, wish: Wish) -> None:
    to = wish.get("to").lower()
    _pipeline(bench, "destination", to)
    bench.script = Script(bench.script.text.replace(SMALL_FILES, "")).unnote("jsonl loads into DuckDB")
    fast = to == FAST_DESTINATION and not any(r.is_rewritten for r in bench.design.resources)
    for call in bench.script.calls("run"):
        if fast:
            bench.script = bench.script.place(call, "loader_file_format", "jsonl")
        else:  # only some destinations take the format that is fast for DuckDB
            bench.script = bench.script.take(call, "loader_file_format")
    if fast:
        bench.script = bench.script.before_call("run", f"{SMALL_FILES}{comment(FAST, 4)}")
    if to != FAST_DESTINATION:
        for name in bench.script.decorated():
            bench.script = bench.script.take(bench.script.decorated()[name], "file_format")
    bench.told.append(f"destination {to}: its credentials go to .dlt/secrets.toml" if not fast else DUCKDB)


def _dataset(bench: Workbench, wish: Wish) -> None:
    to = snake(wish.get("to"))
    for call in bench.script.calls("pipeline"):
        if text_value(entries(call).get("pipeline_name")) == to:
            raise refused("The dataset can't be called like the pipeline: DuckDB would confuse them.")
    _pipeline(bench, "dataset_name", to)
    bench.told.append(f"dataset {to}")


def _pipeline(bench: Workbench, argument: str, value: str) -> None:
    calls = bench.script.calls("pipeline")
    if len(calls) != 1:
        raise unwritten("The script has no single dlt.pipeline(...) to change.")
    bench.script = bench.script.place(calls[0], argument, value)


def _rename(bench: Workbench, wish: Wish) -> None:
    name, to = bench.only(wish), snake(wish.get("to"))
    if to in bench.holders():
        raise refused(f"There is a {to} already.")
    bench.put(name, "name", to)
    for other in list(bench.script.resources()):
        if parent := _parents(bench, other).get(name):
            bench.script = bench.script.place(parent, "resource", to)
    bench.told.append(f"{name} is now called {to}; a table {name} that was loaded before stays as it is")


def _parents(bench: Workbench, name: str) -> dict[str, ast.Dict]:
    """By the name of the parent: the parameter that takes its records."""
    endpoint = child(bench.script.resources()[name], "endpoint")
    params = child(endpoint, "params") if endpoint else None
    bound = [child(params, parameter) for parameter in entries(params)] if params else []
    return {text_value(entries(node).get("resource")): node for node in bound if node}


def _paging(bench: Workbench, wish: Wish) -> None:
    meant = {name: r for name in bench.meant(wish) for r in bench.designed(name)}
    proven = {name: r for name, r in meant.items() if r.paged and not r.by_hand and _known(bench, r)}
    if not proven:
        raise refused(_why_not_paged(list(meant.values())), _LOOK_AGAIN if _unproven(meant.values()) else "")
    before = bench.script.text
    for name, resource in proven.items():
        note = config.paging_note(resource)
        paginator = Noted(config.paginator(resource), note)
        bench.script = bench.script.place(bench.endpoint(name), "paginator", paginator)
        bench.add_params(name, config.fixed_params(resource))
        bench.told.append(f"{name}: {note}")
    if rest := _unproven(r for name, r in meant.items() if name not in proven):
        said = _why_not_paged(rest)
        if bench.script.text == before:
            raise refused(f"{', '.join(proven)}: read page by page already. {said}", _LOOK_AGAIN)
        bench.told.append(said)


def _unproven(resources: Iterable[Resource]) -> list[Resource]:
    """Those of which nobody knows how a second page is asked for, or whether there is one."""
    return [resource for resource in resources if not resource.paged and not resource.whole]


def _known(bench: Workbench, resource: Resource) -> bool:
    """Whether the script has what the paginator needs: a class of its own can't be put in by rule."""
    return not resource.endpoint.paging.empty_end or f"class {config.EMPTY_END}" in bench.script.text


def _add(bench: Workbench, wish: Wish) -> None:
    name = snake(wish.get("resource"))
    more = [r for r in bench.design.resources if r.name not in bench.loaded()]
    resource = next((r for r in more if alike(r.name, name)), None)
    if resource is None:
        known = ", ".join(r.name for r in more)
        hint = f"What could be added: {known}." if known else "Name its URL to have it looked at."
        raise refused(f"No endpoint called {wish.get('resource')} was seen that is not loaded yet.", hint)
    if resource.by_hand or config.turner_of(resource) or bench.script.listing() is None:
        raise unwritten(f"{resource.name} needs a function of its own in this script.")
    if resource.parent and resource.parent not in bench.holders():
        raise refused(f"{resource.name} needs its parent {resource.parent}.", f"Add {resource.parent} first.")
    if values := config.values_resource(resource):
        bench.script = bench.script.extend(values)
    bench.script = bench.script.extend(config.resource_config(resource))
    bench.told.append(f"{resource.name} is loaded too")


def _drop(bench: Workbench, wish: Wish) -> None:
    name = bench.only(wish)
    listing = bench.script.listing()
    node = bench.script.resources().get(name)
    if listing is None or node is None:
        raise unwritten(f"{name} is a function of its own in this script.")
    if len(listing.elts) == 1:
        raise refused(f"{name} is all that is loaded.")
    if children := [other for other in bench.script.resources() if name in _parents(bench, other)]:
        raise refused(f"{', '.join(children)} needs its parent {name}.", f"Drop {children[0]} first.")
    bench.script = bench.script.drop(node)
    bench.told.append(f"{name} is not loaded any more; the table stays as it is in the dataset")


def _why_not_paged(resources: list[Resource]) -> str:
    whole = [r.name for r in resources if r.whole]
    if len(whole) == len(resources) and whole:
        return f"One answer holds everything of {', '.join(whole)}: there are no further pages."
    names = ", ".join(r.name for r in resources if not r.whole) or "this API"
    return f"No way to ask {names} for a second page was proven, so adding one would be a guess."


CHANGES: Mapping[Change, Callable[[Workbench, Wish], None]] = {
    Change.DISPOSITION: _disposition,
    Change.KEY: _key,
    Change.DESTINATION: _destination,
    Change.DATASET: _dataset,
    Change.RENAME: _rename,
    Change.PAGING: _paging,
    Change.INCREMENTAL: incremental,
    Change.SINCE: since,
    Change.FULL: full,
    Change.ADD: _add,
    Change.DROP: _drop,
}
