"""The parameters of an operation: which have to be sent, and which page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite

from pilot.api.openapi.document import Document, plain
from pilot.api.trails import folded
from pilot.api.vocabulary import CURSOR, OFFSET, PAGE, SIZE
from pilot.finding import Json


class Role(str, Enum):
    """What a parameter does for paging."""

    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    SIZE = "size"
    NONE = ""


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    """`query`, `header`, `path`, `cookie`; `body` and `formData` in version 2."""
    required: bool = False
    default: Json = None
    value: str | None = None
    """An example, a default or the first of the allowed values: something that the spec says is valid."""
    largest: int | None = None
    smallest: int | None = None
    kind: str = ""
    """The schema's type."""
    words: str = ""
    format: str = ""
    choices: tuple[str, ...] = ()
    """The few values that it takes."""

    @property
    def begins(self) -> bool:
        """Whether it asks for what is not older than a time."""
        is_time = (
            self.format in ("date", "date-time") or _TIME.search(f"{self.name} {self.words}") is not None
        )
        return self.place == "query" and is_time and _FROM.search(self.name) is not None

    @property
    def line(self) -> str:
        """The parameter in one line: `since (query, string): only what changed after this time`."""
        needed = ", required" if self.required else ""
        words = f": {self.words[:_MOST_WORDS]}" if self.words else ""
        return f"{self.name} ({self.place}, {self.format or self.kind or 'any'}{needed}){words}"

    @property
    def role(self) -> Role:
        """What it does for paging, by its name, then by its description."""
        if self.place != "query" or self.kind in ("boolean", "array", "object"):
            return Role.NONE
        if _BACKWARDS.search(self.name):
            return Role.NONE
        return _by_name(self.name, self.kind) or _by_words(self.words, self.kind)


_MOST_WORDS = 120
_FROM = re.compile(r"since|after|from|start|begin|min|gte?(\b|_|\Z)|newer", re.I)
_TIME = re.compile(r"since|date|time|day|created|updated|modified|changed", re.I)
_AFTER = re.compile(r"(starting|start|page)?_?after(_?id|_?cursor)?\Z|(since|last|from)_?id\Z", re.I)
_BACKWARDS = re.compile(r"before|prev", re.I)
_BRACKETS = {"number": Role.PAGE, "offset": Role.OFFSET, "size": Role.SIZE, "limit": Role.SIZE,
             "cursor": Role.CURSOR, "after": Role.CURSOR}  # fmt: skip
_DESCRIPTIONS = (
    (re.compile(r"\b(page number|number of the page|which page)\b", re.I), Role.PAGE),
    (
        re.compile(r"\b(per page|page size|(results|items|records|objects) to return|in a page)\b", re.I),
        Role.SIZE,
    ),
    (re.compile(r"\b(records|items|results|rows|entries) to skip\b|\bpaging offset\b", re.I), Role.OFFSET),
    (re.compile(r"\bcursor\b|\b(pagination|continuation|next[- ]page) token\b", re.I), Role.CURSOR),
)


def _by_name(name: str, kind: str) -> Role:
    inner = re.fullmatch(r"page\[(\w+)\]", name)
    if inner and inner[1] in _BRACKETS:
        return _BRACKETS[inner[1]]
    word = folded(name)
    if word in SIZE or word in ("pagecount", "maxrecords", "resultsperpage"):
        return Role.SIZE
    if any(mark in word for mark in CURSOR) or (_AFTER.match(name) and kind != "number"):
        return Role.CURSOR
    if word in OFFSET and not (word in ("from", "start") and kind == "string"):
        return Role.OFFSET
    return Role.PAGE if word in PAGE | {"p", "pg"} and word != "number" else Role.NONE


def _by_words(words: str, kind: str) -> Role:
    found = (role for pattern, role in _DESCRIPTIONS if pattern.search(words))
    role = next(found, Role.NONE)
    counts = role in (Role.PAGE, Role.SIZE, Role.OFFSET)
    return Role.NONE if counts and kind not in ("integer", "number", "") else role


def parameters_of(
    document: Document, item: dict[str, Json], operation: dict[str, Json]
) -> tuple[Parameter, ...]:
    """The operation's parameters; its own win over those of its path."""
    found: dict[tuple[str, str], Parameter] = {}
    for source in (item, operation):
        listed = source.get("parameters")
        for node in listed if isinstance(listed, list) else []:
            parameter = _parameter(document, document.resolve(node))
            if parameter.name:
                found[parameter.name, parameter.place] = parameter
    return tuple(found.values())


def _parameter(document: Document, node: dict[str, Json]) -> Parameter:
    # version 2 has the schema's words in the parameter itself
    schema = {**node, **document.resolve(node.get("schema"))}
    kind = schema.get("type")
    kind = next((k for k in kind if k != "null"), "") if isinstance(kind, list) else kind
    default = schema.get("default")
    choices = _choices(document, schema)
    values = (*_values(document, node, schema), *choices)
    value = next((text for v in values if (text := _text(v)) is not None), None)
    return Parameter(
        name=str(node.get("name") or ""),
        place=str(node.get("in") or ""),
        required=node.get("required") is True,
        default=default,
        value=value,
        largest=_whole(schema.get("maximum")),
        smallest=_whole(schema.get("minimum")),
        kind=str(kind or ""),
        words=plain(node.get("description")),
        format=plain(schema.get("format")),
        choices=choices,
    )


def _choices(document: Document, schema: dict[str, Json]) -> tuple[str, ...]:
    """The values that a parameter is bound to, also as one of several."""
    for bound in (schema, document.resolve(schema.get("items")), *_alternatives(document, schema)):
        if isinstance(listed := bound.get("enum"), list):
            return tuple(text for value in listed if (text := _text(value)) is not None)
    return ()


def _alternatives(document: Document, schema: dict[str, Json]) -> list[dict[str, Json]]:
    parts = [schema.get(name) for name in ("allOf", "anyOf", "oneOf")]
    return [document.resolve(node) for listed in parts if isinstance(listed, list) for node in listed[:5]]


def _values(document: Document, node: dict[str, Json], schema: dict[str, Json]) -> Iterator[Json]:
    """Values that the spec says are valid, the likeliest to give records first."""
    yield schema.get("default")
    yield node.get("example")
    examples = node.get("examples")
    for example in examples.values() if isinstance(examples, dict) else []:
        yield document.resolve(example).get("value")
    yield schema.get("example")
    for listed in (schema.get("examples"), schema.get("enum")):
        if isinstance(listed, list):
            yield from listed
    yield schema.get("const")
    yield node.get("x-example")


def _text(value: Json) -> str | None:
    """The value as it stands in a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        texts = [text for item in value if (text := _text(item)) is not None]
        return ",".join(texts) or None
    return str(value) if isinstance(value, (str, int, float)) and value != "" else None


def _whole(value: Json) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if isfinite(value) else None


def needed(parameters: Sequence[Parameter], place: str) -> dict[str, str | None]:
    """What has to be sent in the query or the headers, and a value where the spec knows one."""
    return {p.name: _first_value(p) for p in parameters if p.place == place and p.required}


def _first_value(parameter: Parameter) -> str | None:
    if parameter.value is not None:
        return parameter.value
    # a page that has to be named: the first one
    defaults = {
        Role.PAGE: max(1, parameter.smallest or 0),
        Role.OFFSET: 0,
        Role.SIZE: parameter.largest or 100,
    }
    number = defaults.get(parameter.role)
    return None if number is None else str(number)


def with_role(parameters: Sequence[Parameter], role: Role) -> Parameter | None:
    """The parameter that does this for paging."""
    return next((p for p in parameters if p.role is role), None)
