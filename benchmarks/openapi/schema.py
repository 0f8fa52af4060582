"""Reads just enough of an OpenAPI document to answer as it says. Shares nothing with what is measured."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Node = dict[str, Any]
_KEYS = ("id", "ownerid", "key", "slug", "login")


@dataclass(frozen=True)
class ListOperation:
    """A GET that answers with a list of objects."""

    path: str
    parameters: tuple[Node, ...]
    answer: Node
    trail: tuple[str, ...]
    """Where the list is in the answer."""
    item: Node
    headers: tuple[str, ...] = ()
    parent: str = ""
    """The list whose records fill the path, where the path does not begin with it."""

    @property
    def key(self) -> str:
        """The property that tells the records apart."""
        names = {name.lower(): name for name in self.item["properties"]}
        plain = (
            n for n, p in self.item["properties"].items() if p.get("type") == "string" and "enum" not in p
        )
        return next((names[key] for key in _KEYS if key in names), "") or next(plain, "")

    def query(self, *names: str) -> Node | None:
        """The query parameter of one of these names."""
        return next((p for p in self.parameters if p["in"] == "query" and p["name"] in names), None)


@dataclass(frozen=True)
class Document:
    """An OpenAPI document of version 2 or 3."""

    root: Node = field(repr=False)

    @classmethod
    def read(cls, file: Path) -> Document:
        """The document in a file."""
        return cls(yaml.safe_load(file.read_text("utf-8")))

    @property
    def base(self) -> str:
        """The path that all paths start at."""
        first = (self.root.get("servers") or [{"url": "/"}])[0]
        server = first["url"]
        for name, variable in first.get("variables", {}).items():
            server = server.replace("{" + name + "}", variable["default"])
        path = self.root.get("basePath") or (
            "/" + server.split("/", 3)[3] if server.count("/") > 2 else server
        )
        return "" if "://" in path else path.rstrip("/")

    def bare(self) -> Node:
        """The document as many are: of every answer it says "ok", and nothing of what lies in it."""
        root = copy.deepcopy(self.root)
        for item in root["paths"].values():
            for operation in (item[method] for method in ("get", "post") if method in item):
                operation["responses"] = {"200": {"description": "ok"}}
        return root

    def lists(self) -> Iterator[ListOperation]:
        """Every GET that answers with a list of objects."""
        for path, item in self.root["paths"].items():
            operation = item.get("get")
            if not operation:
                continue
            response = self.whole(operation["responses"].get("200", {}))
            media: Node = next(iter(response.get("content", {}).values()), {})
            schema = response.get("schema") or media.get("schema", {})
            found = self._list(schema, ())
            if found:
                trail, inner = found
                parameters = [
                    self.whole(p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]
                ]
                yield ListOperation(
                    path,
                    tuple(parameters),
                    self.whole(schema),
                    trail,
                    inner,
                    tuple(response.get("headers", ())),
                    operation.get("x-parent", ""),
                )

    def whole(self, node: Any) -> Node:
        """A schema with its reference, its parts and its first branch taken in."""
        while "$ref" in node:
            place: Any = self.root
            for part in node["$ref"][2:].split("/"):
                place = place[part]
            node = place
        for part in node.get("allOf", []):
            inner = self.whole(part)
            node = {
                **inner,
                **node,
                "properties": {**inner.get("properties", {}), **node.get("properties", {})},
            }
        branches = [b for b in node.get("oneOf", node.get("anyOf", [])) if b.get("type") != "null"]
        return {**node, **self.whole(branches[0])} if branches else node

    def _list(self, schema: Any, trail: tuple[str, ...]) -> tuple[tuple[str, ...], Node] | None:
        schema = self.whole(schema)
        if schema.get("type") == "array":
            item = self.whole(schema["items"])
            return (trail, item) if item.get("properties") else None
        names = {name.lower() for name in schema.get("properties", {})}
        if len(trail) > 2 or "id" in names or "livemode" in names:
            return None
        inner = ((n, p) for n, p in schema.get("properties", {}).items() if n not in ("included", "sort"))
        return next((f for name, part in inner if (f := self._list(part, (*trail, name)))), None)

    def security(self) -> list[Node]:
        """The schemes of which any one opens everything."""
        schemes = self.root.get("securityDefinitions") or self.root.get("components", {}).get(
            "securitySchemes", {}
        )
        asked = list(self.root.get("security", []))
        for item in self.root["paths"].values():
            asked += item.get("get", {}).get("security", [])
        names = dict.fromkeys(name for requirement in asked for name in requirement)
        return [schemes[name] for name in names]
