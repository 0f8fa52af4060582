"""Resources in the form of `rest_api_source`: what its configuration says of each endpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from keyword import iskeyword

from pilot.api.post import changed
from pilot.api.profile import Endpoint, Narrowing, PagingKind, Shape
from pilot.finding import Json
from pilot.writers.builtin import columns
from pilot.writers.builtin.design import Resource, placeholders
from pilot.writers.builtin.distinct import renamed, renamer_of
from pilot.writers.builtin.identifiers import snake
from pilot.writers.builtin.literals import Block, Code, Literal, Noted, call

EMPTY_END = "NextLinks"
"""The paginator in the script for links whose last one is an empty text."""
NOT_SEEN = "not seen yet: the API wants its key first"
SHARED = "pages share records: merged by primary key, each is there once"
TURNERS = {Shape.COLUMNAR: "columnar_rows", Shape.KEYED: "keyed_rows"}
"""The function in the script that turns an answer of this shape into rows."""


def resource_config(resource: Resource) -> Block:
    """One element of the list of resources."""
    endpoint = resource.endpoint
    config = Block({"name": resource.name})
    if endpoint.primary_key:
        # what is unique among one parent's records may come again with another parent
        of_parent = tuple(f"_{resource.parent}_{field}" for field in _parent_fields(endpoint))
        config["primary_key"] = key_hint((*of_parent, *endpoint.primary_key))
        if endpoint.paging.overlaps and resource.paged:
            config["write_disposition"] = Noted("merge", SHARED)
    others = renamed(resource)
    fields = (replace(f, name=others.get(f.name, f.name)) for f in endpoint.records.fields)
    if hints := columns.json_hints((*fields, *resource.context)):
        config["columns"] = Noted(hints, "the values alone would give these columns several types, or text")
    if parents := _parent_fields(endpoint):
        config["include_from_parent"] = parents
    if resource.parent:
        config["parallelized"] = Noted(True, "one request per parent: several of them at the same time")
    turning = {"yield_map": turner_of(resource), "map": renamer_of(resource)}
    if steps := [{kind: Code(name)} for kind, name in turning.items() if name]:
        config["processing_steps"] = steps
    config["endpoint"] = endpoint_config(resource)
    return config


def endpoint_config(resource: Resource) -> Block:
    """Where the records come from and how they are asked for."""
    endpoint = resource.endpoint
    config = Block({"path": path_of(endpoint)})
    if endpoint.method != "GET":
        config["method"] = endpoint.method
    if params := request_params(resource):
        config["params"] = params
    if endpoint.body is not None:
        config["json"] = _escaped(request_body(resource))
    if endpoint.headers:
        config["headers"] = _escaped(dict(endpoint.headers))
    if not resource.unseen:
        config["data_selector"] = selector(resource)
    config["paginator"] = Noted(paginator(resource), paging_note(resource))
    if resource.paged and (status := endpoint.paging.end_status):
        ended: Literal = [{"status_code": status, "action": "ignore"}]
        config["response_actions"] = Noted(ended, f"paging ends with status {status}: there is no such page")
    return config


def key_hint(key: tuple[str, ...]) -> Literal:
    """A primary key as dlt takes it."""
    return key[0] if len(key) == 1 else list(key)


def function_hints(
    resource: Resource, types: Block | None = None, *, merges: bool = False
) -> dict[str, Literal]:
    """What `dlt.resource` is told of a function; `merges`: where its pages overlap, by the key."""
    endpoint = resource.endpoint
    hints: dict[str, Literal] = {"name": resource.name, "write_disposition": "replace"}
    if endpoint.primary_key:
        hints["primary_key"] = key_hint(endpoint.primary_key)
        if merges and endpoint.paging.overlaps and resource.paged:
            hints["write_disposition"] = "merge"
    return {**hints, "columns": types} if types else hints


def turner_of(resource: Resource) -> str | None:
    """The function that makes rows of this resource's answers, where they are none yet."""
    if resource.context:
        return f"{resource.name}_with_context"
    return TURNERS.get(resource.endpoint.records.shape)


def selector(resource: Resource) -> str:
    """The JSONPath of the records, always explicit: dlt's own detection takes the first list."""
    path = resource.endpoint.records.selector
    if resource.context:
        return path.rpartition(".")[0] or "$"  # a function takes the list out of what is around it
    return path


def paginator(resource: Resource) -> Literal:
    """The proven paginator in dlt's own options, else one page."""
    paging = resource.endpoint.paging
    if not resource.paged:
        return {"type": PagingKind.NONE.value}
    if paging.empty_end:
        return Code(call(EMPTY_END, paginator_options(resource)))
    return {"type": paging.kind.value, **paginator_options(resource)}


def paginator_options(resource: Resource) -> dict[str, Literal]:
    """What the proven paginator is told."""
    paging = resource.endpoint.paging
    options = {
        name: value for name, value in paging.options.items() if name.isidentifier() and not iskeyword(name)
    }
    if paging.kind in (PagingKind.PAGE_NUMBER, PagingKind.OFFSET):
        # dlt fails without a total at its default path; None means: until a page is empty
        options.setdefault("total_path", None)
    if paging.kind is PagingKind.OFFSET:
        options.setdefault("limit", paging.page_size or resource.endpoint.records.count or 1)
    return _literal(options)


def paging_note(resource: Resource) -> str:
    """Why this paginator."""
    paging = resource.endpoint.paging
    if resource.unseen:
        return NOT_SEEN
    if resource.paged:
        unverified = "" if paging.proven else ", not verified here"
        return f"paging: {paging.note or paging.kind.value.replace('_', ' ')}{unverified}"
    if resource.whole:
        return f"paging: {paging.note}" if paging.note else "paging: one answer holds everything"
    return "paging not proven: only the first page is read"


def values_resource(resource: Resource) -> Noted | None:
    """What sends one value of a parameter after the other, where without it only some records come."""
    walked = resource.walked
    if walked is None:
        return None
    page: Literal = [{snake(walked.param): value} for value in walked.values]
    # dlt takes the records of a parent page by page: the inner list is the one page
    made: dict[str, Literal] = {"*pages": [page], "name": _values_name(resource, walked), "selected": False}
    why = f"without {walked.param} only {walked.default} ones come: one request for each value"
    return Noted(Code(call("dlt.resource", made, indent=12)), why)


def _values_name(resource: Resource, walked: Narrowing) -> str:
    return f"{resource.name}_{snake(walked.param)}"


def fixed_params(resource: Resource) -> dict[str, Literal]:
    """Parameters that are the same in every request."""
    size = _escaped(size_params(resource))
    return {**_escaped(dict(resource.endpoint.params)), **size}


def request_params(resource: Resource) -> dict[str, Literal]:
    """Fixed parameters, the page size, and what comes from the parent or a list of values."""
    endpoint = resource.endpoint
    params = fixed_params(resource)
    if walked := resource.walked:
        values = f"resources.{_values_name(resource, walked)}.{snake(walked.param)}"
        params[_brace(walked.param)] = f"{{{values}}}"
    for name, field in endpoint.bindings.items():
        if resource.parent and name in placeholders(endpoint.path):
            params[_plain(name)] = {
                "type": "resolve",
                "resource": resource.parent,
                "field": json_path(field),
            }
    return params


def size_params(resource: Resource) -> dict[str, Json]:
    """The page size as a query parameter."""
    endpoint, paging = resource.endpoint, resource.endpoint.paging
    if paging.size_param and paging.page_size and endpoint.body is None and not _own_limit(resource):
        return {paging.size_param: paging.page_size}
    return {}


def request_body(resource: Resource) -> dict[str, Json]:
    """What a POST carries, the page size in it."""
    endpoint, paging = resource.endpoint, resource.endpoint.paging
    size = {} if _own_limit(resource) or not paging.page_size else {paging.size_param: paging.page_size}
    return changed(endpoint.body or {}, {path: value for path, value in size.items() if path})


def _own_limit(resource: Resource) -> bool:
    """That paginator sends the page size itself."""
    return resource.paged and resource.endpoint.paging.kind is PagingKind.OFFSET


def path_of(endpoint: Endpoint) -> str:
    """The path as dlt takes it: braces are its own, so only a parent's placeholders keep them."""
    parts = re.split(r"(\{[^{}]*\})", endpoint.path)
    return "".join(
        "{" + _plain(part[1:-1]) + "}"
        if index % 2 and part[1:-1] in endpoint.bindings
        else part.replace("{", "%7B").replace("}", "%7D")
        for index, part in enumerate(parts)
    )


def json_path(field: str) -> str:
    """A field's name as a JSONPath, quoted where it has to be."""
    if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", field):
        return field
    return '"' + field.replace('"', '\\"') + '"'


def _parent_fields(endpoint: Endpoint) -> list[Literal]:
    """Fields of the parent that tell its children apart; dlt takes them from the top level only."""
    used = [endpoint.bindings[name] for name in placeholders(endpoint.path) if name in endpoint.bindings]
    return [field for field in dict.fromkeys(used) if re.fullmatch(r"\w+", field)]


def _plain(placeholder: str) -> str:
    return re.sub(r"\W", "_", placeholder)


def _brace(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _escaped(values: Mapping[str, Json]) -> dict[str, Literal]:
    """The same for dlt, which expands expressions in braces, in keys too."""
    return {_brace(key): _escape(value) for key, value in values.items()}


def _escape(value: Json) -> Literal:
    if isinstance(value, str):
        return _brace(value)
    if isinstance(value, dict):
        return _escaped(value)
    return [_escape(item) for item in value] if isinstance(value, list) else value


def _literal(value: Mapping[str, Json]) -> dict[str, Literal]:
    return dict(value)  # JSON is a literal already; the copy widens its type
