"""An instance of a schema: made up, so that what finds records in answers finds them in a spec too.

Lists hold several items, the last one with no more than what is required: so names, types and what may be
missing come out as they would from real records. No value of the spec is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pilot.api.openapi.document import Document, objects
from pilot.finding import Json

_MOST_NODES = 500
_DEEPEST = 5
_ITEMS = 4
_KEYS = 64
"""Of an object whose keys are data: so many that they can't be taken for the names of fields."""
_EDGE = ("node", "cursor", "__typename")
"""GraphQL's list items: the record is one level further down."""
_TEXTS = {
    "date-time": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "uri": "https://api.example.com/x",
    "url": "https://api.example.com/x",
    "decimal": "1.5",
}


@dataclass
class Sampler:
    """Makes up one answer. Bounded: a schema that refers to itself ends where it begins again."""

    document: Document = field(repr=False)
    made: int = 0
    _chain: list[str] = field(default_factory=list)
    _lists: int = 0

    def sample(self, schema: Json, inside: int = 0, poor: bool = False) -> Json:
        """An instance; `poor` leaves out what is not required, and has null for what may be null.

        `inside` counts the levels below the outermost list.
        """
        self.made += 1
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        circular = isinstance(reference, str) and reference in self._chain
        if self.made > _MOST_NODES or len(self._chain) > _DEEPEST or circular:
            return None
        self._chain.append(reference if isinstance(reference, str) else "")
        try:
            return self._instance(self.flat(schema), inside, poor)
        finally:
            self._chain.pop()

    def flat(self, schema: Json, depth: int = 0) -> dict[str, Json]:
        """A schema with its `allOf` taken together, and the first real one of its `oneOf` or `anyOf`."""
        ref = schema.get("$ref") if isinstance(schema, dict) and len(schema) == 1 and not depth else None
        if isinstance(ref, str):
            # the same few schemas come again in most answers of a large document
            if ref not in self.document.flattened:
                self.document.flattened[ref] = self._flat(schema, depth)
            return self.document.flattened[ref]
        return self._flat(schema, depth)

    def _flat(self, schema: Json, depth: int) -> dict[str, Json]:
        found = self.document.resolve(schema)
        if depth > _DEEPEST:
            return {}
        for part in objects(found.get("allOf")):
            found = _merged(found, self.flat(part, depth + 1))
        branches = objects(found.get("oneOf")) or objects(found.get("anyOf"))
        if branches and not (found.get("properties") or found.get("items")):
            flat = [self.flat(branch, depth + 1) for branch in branches[:10]]
            real = [branch for branch in flat if branch and _kind(branch) != "null"]
            if real:
                best = max(real, key=_worth)
                nullable = len(real) < len(flat) or found.get("nullable") is True
                found = {**found, **best, **({"nullable": True} if nullable else {})}
        return found

    def _instance(self, schema: dict[str, Json], inside: int, poor: bool) -> Json:
        kind = _kind(schema)
        if kind == "array":
            return self._items(schema, inside)
        if kind == "object":
            return self._members(schema, inside, poor)
        if kind == "integer":
            return self.made
        if kind == "number":
            return self.made + 0.5
        if kind == "boolean":
            return True
        return _text(schema) if kind == "string" or "enum" in schema else None

    def _items(self, schema: dict[str, Json], inside: int) -> list[Json]:
        if inside > 1:
            return []
        items = schema.get("items")
        self._lists += 1
        if _kind(self.flat(items)) not in ("object", "array"):
            # of different lengths: equally long lists would look like columns
            return (1 + self._lists % 7) * [self.sample(items, inside + 1)]
        if inside:
            return [self.sample(items, inside + 1)]
        whole = _ITEMS * [self.sample(items, 1)]
        return whole if _is_edge(whole[0]) else [*whole, self.sample(items, 1, poor=True)]

    def _members(self, schema: dict[str, Json], inside: int, poor: bool) -> dict[str, Json]:
        """The properties; of what lies inside an item's own fields only that it is there."""
        if inside > 1:
            return {}
        properties = self.document.resolve(schema.get("properties"))
        more = schema.get("additionalProperties")
        if not properties and isinstance(more, dict) and more:
            return dict.fromkeys((f"key-{n}" for n in range(_KEYS)), self.sample(more, max(inside, 1)))
        if poor:
            return self._required(schema, properties)
        if inside:
            below = inside if _is_edge(properties) else inside + 1
            return {name: self.sample(part, below) for name, part in properties.items()}
        # lists first, should the schema be larger than what is looked at
        ordered = sorted(properties.items(), key=lambda member: _kind(self.flat(member[1])) != "array")
        found = {name: self.sample(part) for name, part in ordered}
        return {name: found[name] for name in properties}

    def _required(self, schema: dict[str, Json], properties: dict[str, Json]) -> dict[str, Json]:
        required = schema.get("required")
        needed = set(map(str, required)) if isinstance(required, list) else set()
        return {
            name: None if _nullable(self.flat(part)) else self.sample(part, 2)
            for name, part in properties.items()
            if name in needed
        }


def _is_edge(item: Json) -> bool:
    return isinstance(item, dict) and "node" in item and item.keys() <= set(_EDGE)


def _kind(schema: dict[str, Json]) -> str:
    """The type, also where only what belongs to it is said; "" where nothing is."""
    named = schema.get("type")
    if isinstance(named, list):
        named = next((kind for kind in named if kind != "null"), "null")
    if isinstance(named, str):
        return named
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else "string" if schema.get("format") else ""


def _nullable(schema: dict[str, Json]) -> bool:
    named = schema.get("type")
    return (
        schema.get("nullable") is True
        or schema.get("x-nullable") is True
        or (isinstance(named, list) and "null" in named)
    )


def _text(schema: dict[str, Json]) -> str:
    return _TEXTS.get(str(schema.get("format", "")), "text")


def _worth(schema: dict[str, Json]) -> int:
    """Of several branches the one that says most."""
    properties = schema.get("properties")
    return (1000 if _kind(schema) == "array" else 0) + (
        len(properties) if isinstance(properties, dict) else 0
    )


def _merged(one: dict[str, Json], other: dict[str, Json]) -> dict[str, Json]:
    """Two schemas that hold together."""
    merged = {**other, **{k: v for k, v in one.items() if k != "allOf"}}
    mine, theirs = one.get("properties"), other.get("properties")
    if isinstance(mine, dict) and isinstance(theirs, dict):
        merged["properties"] = {**theirs, **mine}
    needs = [n for part in (one, other) if isinstance(r := part.get("required"), list) for n in r]
    if needs:
        merged["required"] = needs
    return merged
