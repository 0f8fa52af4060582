"""The endpoints that a document offers for reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pilot.api.naming import identifier, table_name
from pilot.api.openapi.answers import answer_of, key_hint, paging_of
from pilot.api.openapi.choices import choices_of
from pilot.api.openapi.document import Document, plain
from pilot.api.openapi.families import with_parents
from pilot.api.openapi.follow import links_of
from pilot.api.openapi.parameters import Parameter, Role, needed, parameters_of
from pilot.api.openapi.sampling import Sampler
from pilot.api.openapi.servers import own_server
from pilot.api.profile import Endpoint, Shape
from pilot.api.survey import Offer
from pilot.finding import Json

_MOST = 3_000
"""Operations that are looked at; the largest public APIs have about 1 500."""
_READS = re.compile(r"(?<![a-z])(search|query|find|list|filter|lookup|retrieve)(?![a-z])")
_OWN_HEADERS = ("accept", "authorization", "content-type", "user-agent")


def offers_of(document: Document) -> tuple[Offer, ...]:
    """Every operation that reads, parents and children recognised."""
    found = [offer for path, item in _paths(document) for offer in _at(document, path, item)][:_MOST]
    names = _names([offer.endpoint.path for offer in found])
    named = [_named(offer, name) for offer, name in zip(found, names, strict=True)]
    return with_parents(named, links_of(document))


def _paths(document: Document) -> Iterator[tuple[str, dict[str, Json]]]:
    for path, node in document.at("paths").items():
        if path.startswith("/"):
            yield path.split("?")[0].split("#")[0], document.resolve(node)


def _at(document: Document, path: str, item: dict[str, Json]) -> Iterator[Offer]:
    for method in ("get", "post"):
        operation = document.resolve(item.get(method))
        if not operation or (method == "post" and not _reads(operation)):
            continue
        offer = _offer(document, path, method, item, operation)
        if offer is not None and (method == "get" or offer.listed):
            yield offer


def _reads(operation: Mapping[str, Json]) -> bool:
    """Whether a POST says of itself that it reads."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", plain(operation.get("operationId"))).lower()
    return any(_READS.search(text) for text in (name, plain(operation.get("summary")).lower()))


def _offer(
    document: Document, path: str, method: str, item: dict[str, Json], operation: dict[str, Json]
) -> Offer | None:
    said = answer_of(document, operation, path)
    parameters = parameters_of(document, item, operation)
    query, headers = needed(parameters, "query"), _headers(parameters)
    listed = said.is_list or (not said.known and method == "get" and not path.rstrip("/").endswith("}"))
    if not listed and said.records.shape is Shape.UNKNOWN and method == "post":
        return None
    wanted = {**query, **headers}
    tags = operation.get("tags")
    endpoint = Endpoint(
        path=path.lstrip("/"),
        name="",
        method=method.upper(),
        params={name: value for name, value in query.items() if value is not None},
        body=_body(document, operation, parameters) if method == "post" else None,
        records=said.records,
        paging=paging_of(said, parameters),
        headers={name: value for name, value in headers.items() if value is not None},
    )
    return Offer(
        endpoint,
        summary=plain(operation.get("summary")) or plain(operation.get("description"))[:120],
        operation=plain(operation.get("operationId")),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        listed=listed,
        hints={p.name: p.role.value for p in parameters if p.role is not Role.NONE},
        filters=tuple(p.name for p in parameters if p.begins),
        parameters=tuple(p.line for p in parameters if p.place in ("query", "header")),
        places={p.name: p.kind for p in parameters if p.place == "path"},
        choices=choices_of(parameters),
        server=own_server(document, item, operation),
        missing=tuple(name for name, value in wanted.items() if value is None),
    )


def _headers(parameters: Sequence[Parameter]) -> dict[str, str | None]:
    """Headers that an operation requires; those that the client sends anyway left out."""
    return {n: v for n, v in needed(parameters, "header").items() if n.lower() not in _OWN_HEADERS}


def _body(document: Document, operation: dict[str, Json], parameters: Sequence[Parameter]) -> dict[str, Json]:
    """The body of a POST that reads: the spec's example, else what is required and has a value."""
    content = document.resolve(document.resolve(operation.get("requestBody")).get("content"))
    media = document.resolve(next((v for kind, v in content.items() if "json" in kind), None))
    sampler = Sampler(document)
    schema = sampler.flat(media.get("schema"))
    if document.is_swagger:
        listed = operation.get("parameters")
        nodes = [document.resolve(n) for n in listed] if isinstance(listed, list) else []
        schema = sampler.flat(next((n.get("schema") for n in nodes if n.get("in") == "body"), None))
    examples = [document.resolve(e).get("value") for e in document.resolve(media.get("examples")).values()]
    for example in (media.get("example"), *examples, schema.get("example")):
        if isinstance(example, dict):
            return example
    required = schema.get("required")
    parts = {n: sampler.flat(p) for n, p in document.resolve(schema.get("properties")).items()}
    names = required if isinstance(required, list) else []
    values = {n: _known(parts[n]) for n in parts if n in names}
    return {name: value for name, value in values.items() if value is not None}


def _known(schema: dict[str, Json]) -> Json:
    listed = schema.get("enum")
    first = listed[0] if isinstance(listed, list) and listed else None
    return next((v for v in (schema.get("default"), schema.get("example"), first) if v is not None), None)


def _names(paths: Sequence[str]) -> list[str]:
    """A name for each path: the shortest path keeps its last telling part, the others say whose they are."""
    named: dict[int, str] = {}
    taken: set[str] = set()
    for number in sorted(range(len(paths)), key=lambda n: (paths[n].count("/"), len(paths[n]), n)):
        path = paths[number]
        short = table_name(path)
        parts = [p for p in path.split("/") if p and not p.startswith("{")]
        long = identifier("_".join([*map(_singular, parts[-2:-1]), short])) or short
        name = next((n for n in (short, long) if n not in taken), None) or table_name(path, frozenset(taken))
        taken.add(name)
        named[number] = name
    return [named[number] for number in range(len(paths))]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _named(offer: Offer, name: str) -> Offer:
    endpoint = offer.endpoint
    key = key_hint(endpoint.records, name)
    return replace(offer, endpoint=replace(endpoint, name=name, primary_key=key))
