"""An API that does what its OpenAPI document says: its key, its parameters, its pages."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from benchmarks.openapi.schema import Document, ListOperation, Node
from tests.support.api_server import Reply, Request, Route

KEY, USER = "bench-key-4711-abcdef", "bench-user"
_CHILDREN = 3
_SIZES = ("limit", "per_page", "size", "pageSize", "page[size]", "$top")
_PAGES = ("page", "page[number]")
_OFFSETS = ("offset", "skip", "$skip")
_CURSORS = ("starting_after", "pageToken", "page[after]", "cursor")


@dataclass
class Mock:
    """The routes of a document, and what each list holds in truth."""

    document: Document
    fills: Mapping[str, str]
    """Placeholder of a path → the field of its parent's records; `id` where nothing is said."""
    truth: dict[str, list[str]] = field(default_factory=dict)
    """Path → the keys of all its records."""
    routes: dict[str, Route] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._records: dict[str, list[tuple[str, Node]]] = {}
        """Path → the filled path that each record is found at, and the record."""
        lists = sorted(self.document.lists(), key=lambda o: o.path.count("{"))
        for number, operation in enumerate(lists, 1):
            self._add(operation, number * 1000)

    def _add(self, operation: ListOperation, start: int) -> None:
        parent, _, tail = operation.path.rstrip("/").rpartition("}")
        rows: list[tuple[str, Node]] = []
        if not parent:
            count = 2 * self._default_size(operation) + 3
            made = [_instance(self.document, operation.item, start + n, operation.key) for n in range(count)]
            self._serve(operation, operation.path, made)
            rows = [(operation.path, row) for row in made]
        else:
            above, _, placeholder = parent.rpartition("/{")
            above = operation.parent or above
            known = next((r for p, r in self._records.items() if p.rstrip("/") == above), None)
            if known is None:
                return  # no list of the document holds the values that this path asks for
            trailing = "/" if operation.path.endswith("/") else ""
            for n, (place, row) in enumerate(known):
                value = row.get(self.fills.get(placeholder, placeholder if placeholder in row else "id"))
                path = f"{place.rstrip('/')}/{value}{tail}{trailing}"
                if operation.parent:
                    path = operation.path.replace(f"{{{placeholder}}}", str(value))
                numbers = range(start + _CHILDREN * n, start + _CHILDREN * (n + 1))
                made = [_instance(self.document, operation.item, k, operation.key) for k in numbers]
                self._serve(operation, path, made)
                rows += [(path, one) for one in made]
        self._records[operation.path] = rows
        self.truth[operation.path] = [str(row[operation.key]) for _, row in rows]

    def _default_size(self, operation: ListOperation) -> int:
        size = operation.query(*_SIZES)
        return int(((size or {}).get("schema") or size or {}).get("default", 10))

    def _serve(self, operation: ListOperation, path: str, rows: list[Node]) -> None:
        def route(request: Request) -> Reply:
            if not self._opened(request):
                return Reply(401, {"message": "no valid key"})
            needed = [p for p in operation.parameters if p["in"] == "query" and p.get("required")]
            if missing := [p["name"] for p in needed if p["name"] not in request.query]:
                return Reply(422, {"message": f"{missing[0]} is required"})
            return self._page(operation, request, _chosen(operation, request, rows))

        self.routes[self.document.base + path] = route

    def _opened(self, request: Request) -> bool:
        schemes = self.document.security()
        return not schemes or any(_opens(scheme, request) for scheme in schemes)

    def _page(self, operation: ListOperation, request: Request, rows: list[Node]) -> Reply:
        size, start = self._window(operation, request, rows)
        page = rows[start : start + size]
        more = start + size < len(rows)
        facts = _Facts(
            len(rows), size, start, more, self._next(operation, request, rows, start, size) if more else None
        )
        if operation.query(*_CURSORS) and more:
            facts.cursor = str(page[-1][operation.key])
        headers = (
            {"Link": f'<{facts.link}>; rel="next"'} if facts.link and "Link" in operation.headers else {}
        )
        return Reply(
            data=_envelope(self.document, operation.answer, operation.trail, page, facts), headers=headers
        )

    def _window(self, operation: ListOperation, request: Request, rows: list[Node]) -> tuple[int, int]:
        names = [p["name"] for p in operation.parameters]
        paged = [n for n in names if n in (*_PAGES, *_OFFSETS, *_CURSORS)]
        if not paged:
            return max(len(rows), 1), 0
        size_name = next((n for n in names if n in _SIZES), "")
        size = min(max(request.number(size_name, self._default_size(operation)), 1), 100)
        for name in paged:
            if name in _OFFSETS:
                return size, request.number(name, 0)
            if name in _PAGES:
                first = self._first_page(operation)
                return size, max(0, request.number(name, first) - first) * size
        after = next((request.query[n] for n in paged if n in request.query), None)
        keys = [str(row[operation.key]) for row in rows]
        return size, keys.index(after) + 1 if after in keys else 0

    def _first_page(self, operation: ListOperation) -> int:
        page = operation.query(*_PAGES) or {}
        return int(page.get("schema", page).get("default", 1))

    def _next(
        self, operation: ListOperation, request: Request, rows: list[Node], start: int, size: int
    ) -> str:
        query = dict(request.query)
        if page := operation.query(*_PAGES):
            query[page["name"]] = str(start // size + 1 + self._first_page(operation))
        elif offset := operation.query(*_OFFSETS):
            query[offset["name"]] = str(start + size)
        return f"{request.base}{request.path}?{urlencode(query)}"


def _chosen(operation: ListOperation, request: Request, rows: list[Node]) -> list[Node]:
    """What is left by parameters that take one of a few values, each its default where it is not sent."""
    for parameter in operation.parameters:
        schema = parameter.get("schema", parameter)
        schema = schema.get("items") or schema if parameter["in"] == "query" else {}
        name, default = parameter["name"], parameter.get("schema", parameter).get("default")
        asked = request.query.get(name, default)
        if "enum" in schema and asked and rows and name in rows[0]:
            rows = [row for row in rows if str(row[name]) in str(asked).split(",")]
    return rows


def _opens(scheme: Node, request: Request) -> bool:
    sent = request.headers.get("authorization", "")
    if scheme["type"] == "apiKey":
        given = request.headers.get(scheme["name"].lower()) if scheme["in"] == "header" else None
        return KEY in (given, request.query.get(scheme["name"]))
    if "basic" in (scheme["type"], scheme.get("scheme")):
        return sent == "Basic " + base64.b64encode(f"{USER}:{KEY}".encode()).decode()
    return sent == f"Bearer {KEY}"


@dataclass
class _Facts:
    """What an envelope may say of one page."""

    total: int
    size: int
    start: int
    more: bool
    link: str | None
    cursor: str | None = None


def _envelope(
    document: Document, schema: Any, trail: tuple[str, ...], page: list[Node], facts: _Facts, name: str = ""
) -> Any:
    if not trail and name != "aside":
        return page
    schema = document.whole(schema)
    answer = {}
    for key, part in schema.get("properties", {}).items():
        if trail and key == trail[0]:
            answer[key] = _envelope(document, part, trail[1:], page, facts)
        else:
            value = _fact(document, key, document.whole(part), facts)
            if value is not Ellipsis:
                answer[key] = value
    return answer


def _fact(document: Document, name: str, schema: Node, facts: _Facts) -> Any:
    """The value of one property around the records; Ellipsis where it is left out."""
    lower = name.lower()
    if lower == "next" and schema.get("properties"):
        return {"href": facts.link} if facts.link else ...
    if schema.get("properties"):
        return _envelope(document, schema, (), [], facts, "aside")
    if lower == "@odata.nextlink":
        return facts.link or ...
    known = {
        "next": facts.link, "previous": None, "has_more": facts.more, "after_cursor": facts.cursor,
        "nextpagetoken": facts.cursor, "total": facts.total, "count": facts.total,
        "totalelements": facts.total, "@odata.count": facts.total,
        "size": facts.size, "pagesize": facts.size, "limit": facts.size, "offset": facts.start,
        "totalpages": -(-facts.total // facts.size), "total_pages": -(-facts.total // facts.size),
        "number": facts.start // facts.size, "pagenumber": facts.start // facts.size,
        "page": facts.start // facts.size + 1, "first": facts.start == 0, "last": not facts.more,
        "numberofelements": min(facts.size, facts.total - facts.start), "empty": False,
    }  # fmt: skip
    if lower not in known and lower.endswith("count"):
        return facts.total
    return known[lower] if lower in known else _value(document, schema, 1, 2)


def _instance(document: Document, schema: Node, number: int, key: str) -> Node:
    record = {
        name: _value(document, document.whole(p), number, 0) for name, p in schema["properties"].items()
    }
    kind = document.whole(schema["properties"][key]).get("type", "string")
    record[key] = number if kind == "integer" else f"k{number}"
    return record


def _value(document: Document, schema: Node, number: int, depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if (schema.get("nullable") or isinstance(kinds, list)) and number % 3 == 0:
        return None
    if kind == "object":
        inner = schema.get("properties", {}) if depth < 2 else {}
        return {n: _value(document, document.whole(p), number, depth + 1) for n, p in inner.items()}
    if kind == "array":
        return [_value(document, document.whole(schema["items"]), number, depth + 1)] if depth < 2 else []
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][number % len(schema["enum"])]
    if kind in ("integer", "number", "boolean"):
        return {"integer": number, "number": number + 0.25, "boolean": number % 2 == 0}[kind]
    formats = {
        "date-time": f"2026-01-{number % 28 + 1:02}T08:00:00Z",
        "date": f"2026-02-{number % 28 + 1:02}",
    }
    return formats.get(schema.get("format", ""), f"text-{number}")
