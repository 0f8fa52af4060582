"""A document's own `links`: which operation's answers fill the path of which other, and with what field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pilot.api.openapi.document import Document
from pilot.finding import Json

_IN_BODY = re.compile(r"\$response\.body#/(.+)")
_IN_PATH = re.compile(r"\$request\.path\.(.+)")
_OF_A_GET = re.compile(r"#/paths/([^/]+)/get\Z")


@dataclass(frozen=True)
class Follows:
    """One link from an operation to another."""

    source: str
    """The path of the operation whose answer has the values."""
    target: str
    """The path that they fill."""
    fields: Mapping[str, str]
    """Placeholder of the target → the last part of where its value is: a field's name."""
    carried: Mapping[str, str]
    """Placeholder of the target → placeholder of the source's own path that has the same value."""


def links_of(document: Document) -> tuple[Follows, ...]:
    """Every link from one operation that reads to another."""
    paths = {path: document.resolve(node) for path, node in document.at("paths").items()}
    reads = {path: document.resolve(item.get("get")) for path, item in paths.items()}
    named = {str(operation.get("operationId")): path for path, operation in reads.items() if operation}
    return tuple(
        link for path, operation in reads.items() for link in _links(document, path, operation, named)
    )


def _links(
    document: Document, path: str, operation: Mapping[str, Json], named: Mapping[str, str]
) -> Iterator[Follows]:
    responses = document.resolve(operation.get("responses"))
    for code, response in responses.items():
        if not code.startswith("2"):
            continue
        for node in document.resolve(document.resolve(response).get("links")).values():
            link = document.resolve(node)
            if (target := _target(link, named)) and target != path:
                yield Follows(path, target, *_values(document.resolve(link.get("parameters"))))


def _target(link: Mapping[str, Json], named: Mapping[str, str]) -> str | None:
    match = _OF_A_GET.search(str(link.get("operationRef") or ""))
    if match:
        return match[1].replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
    return named.get(str(link.get("operationId")))


def _values(parameters: Mapping[str, Json]) -> tuple[dict[str, str], dict[str, str]]:
    fields: dict[str, str] = {}
    carried: dict[str, str] = {}
    for name, expression in parameters.items():
        placeholder = name.removeprefix("path.")
        if match := _IN_BODY.fullmatch(str(expression)):
            fields[placeholder] = match[1].rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        elif match := _IN_PATH.fullmatch(str(expression)):
            carried[placeholder] = match[1]
    return fields, carried
