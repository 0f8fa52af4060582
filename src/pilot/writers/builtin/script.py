"""The whole script: imports, functions, the source, the preview, the load."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from pilot.names import ProjectNames
from pilot.writers.builtin import auth, functions
from pilot.writers.builtin.config import resource_config, turner_of, values_resource
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.distinct import renamer, renamer_of
from pilot.writers.builtin.functions import Function
from pilot.writers.builtin.identifiers import function_name, source_function, source_name, unique
from pilot.writers.builtin.literals import (
    Block,
    Code,
    Listing,
    Literal,
    Noted,
    call,
    comment,
    literal,
    quoted,
)
from pilot.writers.builtin.named import NAMED_VALUES, reading_named
from pilot.writers.builtin.reading import reading
from pilot.writers.builtin.tables import TABLES, reading_in_columns
from pilot.writers.builtin.turned import reading_turned

REPLACE = "every run loads everything anew: what is gone from the API goes here too"

SMALL_FILES = """\
    # DuckDB learns the fields of a file from its first 20 480 records: no file may have more
    dlt.config["normalize.data_writer.file_max_items"] = 20_000
"""

AS_THEY_ARE = "no jsonl here: DuckDB would read a text like 10:00 as a time, and write 10:00:00"
FAST = "jsonl loads into DuckDB many times faster than the INSERT statements that dlt would write"

PREVIEW = """\
    # preview: prints the first records and stops before the load; pilot removes it
    for name, resource in {source}().add_limit(1).resources.items():
        for _, record in zip(range(5), resource):
            print(name, record)
    exit()

"""

PREVIEW_OF_CHILDREN = """\
    # preview: prints the first records and stops before the load; pilot removes it
    for name, resource in {source}().selected_resources.items():
        # children are bounded by the one page of their parents
        limited = resource if resource.is_transformer else resource.add_limit(1)
        for _, record in zip(range(5), limited):
            print(name, record)
    exit()

"""

OF_ROWS = re.compile(r"( +)for _, record in zip\(range\(5\), (\w+)\):\n")
OF_PAGES = r"""\1pages = (page.to_pylist() if isinstance(page, pa.Table) else [page] for page in \2)
\1for _, record in zip(range(5), (record for page in pages for record in page)):
"""
"""Previews print records, from pages in columns too."""


def script(design: Design, preview: bool) -> str:
    """The script that a design describes."""
    names = hand_written(design)
    turned = {name: functions.turner(r, name) for r in design.resources if (name := turner_of(r))}
    parts = [*turned.values()]
    parts += [renamer(r, name) for r in design.resources if (name := renamer_of(r))]
    if any(r.endpoint.paging.empty_end and r.paged for r in design.resources):
        parts.append(functions.PAGINATOR)
    if names:
        parts.append(functions.client(design))
        parts += [TABLES] if any(r.in_columns for r in design.resources) else []
        parts += [NAMED_VALUES] if any(r.is_table for r in design.resources) else []
        parts += [_by_hand(r, names[r.name]) for r in design.resources if r.by_hand]
    parts.append(source(design, names))
    sections = [f"{_docstring(design)}\n{imports(parts)}", *(part.text for part in parts)]
    return "\n\n".join([*sections, main(design, preview)])


def _by_hand(resource: Resource, name: str) -> Function:
    if resource.is_table:
        return reading_named(resource, name)
    if resource.ends_with_object:
        return reading_turned(resource, name)
    return reading_in_columns(resource, name) if resource.in_columns else reading(resource, name)


def hand_written(design: Design) -> dict[str, str]:
    """The names of the functions for resources that are read by hand."""
    named: dict[str, str] = {}
    for resource in design.resources:
        if resource.by_hand:
            taken = {*named.values(), source_function(design.names.name)}
            named[resource.name] = unique(function_name(resource.name), taken)
    return named


def source(design: Design, by_hand: dict[str, str]) -> Function:
    """The function that makes the source; each call makes one of its own."""
    name, schema = source_function(design.names.name), source_name(design.names.name)
    if len(by_hand) == len(design.resources):
        made = [Code(f"{function}()") for function in by_hand.values()]
        text = (
            f"@dlt.source(name={quoted(schema)})\n"
            f"def {name}() -> list[DltResource]:\n"
            '    """One resource for each endpoint of the API."""\n'
            f"    return {literal(made, indent=4, lead=len('return '), trail=0)}\n"
        )
        return Function(text, (("dlt", ""), ("dlt.sources", "DltResource")))
    made_of: dict[str, Literal] = {"*config": Code("config"), "name": schema}
    if any(resource.has_lists for resource in design.resources):
        # nested tables without it can't be merged later: dlt adds a column that is then empty in old rows
        made_of["root_key"] = True
    text = (
        f"def {name}() -> DltSource:\n"
        '    """One resource for each endpoint of the API."""\n'
        f"    config: RESTAPIConfig = {literal(_config(design, by_hand), indent=4)}\n"
        f"    return {call('rest_api_source', made_of, indent=4, lead=len('return '))}\n"
    )
    rest_api = "dlt.sources.rest_api"
    return Function(
        text,
        (
            ("dlt", ""),
            ("dlt.sources", "DltSource"),
            (rest_api, "RESTAPIConfig"),
            (rest_api, "rest_api_source"),
        ),
    )


def main(design: Design, preview: bool) -> str:
    """The preview, as long as it is wanted, and the load."""
    function = source_function(design.names.name)
    children = any(resource.parent or resource.walked for resource in design.resources)
    shown = (PREVIEW_OF_CHILDREN if children else PREVIEW).format(source=function) if preview else ""
    if any(resource.in_columns for resource in design.resources):
        shown = OF_ROWS.sub(OF_PAGES, shown)
    rows = [resource for resource in design.resources if not resource.in_columns]
    faithful = not any(resource.is_rewritten for resource in rows)
    return f'if __name__ == "__main__":\n{shown}{load(design.names, function, bool(rows), faithful)}'


def load(names: ProjectNames, function: str, rows: bool, faithful: bool) -> str:
    """The statements that load the source: fast where rows come, and JSON keeps them as they are."""
    pipeline = call(
        "dlt.pipeline",
        {"pipeline_name": names.pipeline, "destination": names.destination, "dataset_name": names.dataset},
        indent=4,
        lead=len("pipeline = "),
    )
    fast = rows and faithful and names.destination == "duckdb"
    why = f"{SMALL_FILES}{comment(FAST, 4)}" if fast else ""
    if rows and not faithful and names.destination == "duckdb":
        why = comment(AS_THEY_ARE, 4)
    file_format = ', loader_file_format="jsonl"' if fast else ""
    return (
        f"    pipeline = {pipeline}\n"
        f"{why}    load_info = pipeline.run({function}(){file_format})\n"
        "    print(load_info)\n"
    )


def imports(parts: Sequence[Function]) -> str:
    """The imports of all parts, sorted, standard library first."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        for module, name in part.imports:
            wanted[module].add(name)
    groups: tuple[list[str], list[str]] = ([], [])
    for module, names in sorted(wanted.items()):
        ours = groups[module.split(".")[0] in ("dlt", "pyarrow as pa")]
        if "" in names:
            ours.append(f"import {module}")
        if members := sorted(names - {""}, key=lambda n: (not n.isupper(), not n[0].isupper(), n)):
            ours.append(f"from {module} import {', '.join(members)}")
    # plain imports come before the others, as import sorters have it
    blocks = ["\n".join(sorted(group, key=lambda line: line.startswith("from"))) for group in groups if group]
    return "\n\n".join(blocks) + "\n"


def _docstring(design: Design) -> str:
    host = re.match(r"https?://(?:[^/?#@]*@)?([\w.:\[\]-]+)", design.base_url)
    return f'"""Loads {source_name(design.names.name)} from {host[1] if host else "its API"}."""\n'


def _config(design: Design, by_hand: dict[str, str]) -> Block:
    api_client = Block({"base_url": design.base_url})
    if auth.options(design.auth, design.names):
        api_client["auth"] = auth.noted(design.auth, design.names)
    if headers := auth.beside(design.auth, design.names, "header"):
        api_client["headers"] = headers
    defaults: dict[str, Literal] = {"write_disposition": "replace"}
    if params := auth.beside(design.auth, design.names, "query"):
        defaults["endpoint"] = {"params": params}
    resources: list[Literal] = []
    for resource in design.resources:
        resources += filter(None, [values_resource(resource)])
        by_name = by_hand.get(resource.name)
        resources.append(Code(f"{by_name}()") if by_name else resource_config(resource))
    return Block(
        {
            "client": api_client,
            "resource_defaults": Noted(defaults, REPLACE),
            "resources": Listing(resources),
        }
    )
