"""An OpenAPI document as a tree, and finding the way in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from pilot.api.openapi.yaml_tree import yaml_tree
from pilot.api.sensitive import printable
from pilot.finding import Json

LARGEST = 30_000_000
"""Bytes of a JSON document; large public ones have 12 MB."""
_LARGEST_YAML = 10_000_000
_LONGEST_CHAIN = 20
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_NAMES_ITSELF = re.compile(r"^[\s{]*[\"']?(openapi|swagger)[\"']?\s*:\s*[\"']?\d", re.M)


@dataclass(frozen=True)
class Document:
    """An OpenAPI document of any version."""

    root: dict[str, Json] = field(repr=False)
    url: str = ""
    """Where it was fetched from; "" for a file."""
    flattened: dict[str, dict[str, Json]] = field(default_factory=dict, repr=False, compare=False)
    """References that were followed and taken together already."""

    @property
    def is_swagger(self) -> bool:
        """Version 2: definitions, host and base path instead of components and servers."""
        return "swagger" in self.root

    @property
    def version(self) -> str:
        """`2.0`, `3.0.3`, `3.1.0`."""
        return str(self.root.get("openapi") or self.root.get("swagger") or "")

    def at(self, *keys: str) -> dict[str, Json]:
        """The object at the end of keys, references followed; {} where there is none."""
        place: dict[str, Json] = self.root
        for key in keys:
            place = self.resolve(place.get(key))
        return place

    def resolve(self, node: Json) -> dict[str, Json]:
        """The object that a node is or refers to; {} for what leads outside, in circles, or nowhere.

        What stands beside a reference is laid over what it refers to, as version 3.1 has it.
        """
        beside: dict[str, Json] = {}
        for _ in range(_LONGEST_CHAIN):
            if not isinstance(node, dict):
                return beside
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return {**node, **beside} if beside else node
            beside = {**{k: v for k, v in node.items() if k != "$ref"}, **beside}
            node = self._target(reference)
        return {}

    def _target(self, reference: str) -> Json:
        if not reference.startswith("#/"):
            return None  # another file or host: never fetched
        place: Json = self.root
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(place, dict):
                place = place.get(key)
            elif isinstance(place, list) and key.isdecimal() and int(key) < len(place):
                place = place[int(key)]
            else:
                return None
        return place


def read_document(data: bytes, url: str = "") -> tuple[Document | None, str]:
    """The document in these bytes, or why a document that calls itself OpenAPI can't be read.

    (None, "") is text of another kind.
    """
    text = data.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] != "{" and not _NAMES_ITSELF.search(text):
        return None, ""
    try:
        tree = _tree(text, len(data))
    except RecursionError:
        return None, "The OpenAPI document can't be read: it is nested too deeply."
    except ValueError as error:
        return (
            (None, f"The OpenAPI document can't be read: {error}.")
            if _NAMES_ITSELF.search(text)
            else (None, "")
        )
    if not isinstance(tree, dict) or not ({"openapi", "swagger"} & tree.keys()):
        return None, ""
    document = Document(tree, url)
    if not isinstance(tree.get("paths"), dict):
        return None, f"The OpenAPI document (version {document.version}) lists no paths."
    return document, ""


def _tree(text: str, size: int) -> Json:
    if size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1_000_000} MB")
    if text.lstrip()[:1] == "{":
        try:
            return _whole_characters(json.loads(text), text)
        except ValueError as error:
            reason = f"it is no valid JSON: {error}"
        try:
            return yaml_tree(text)  # YAML's own braces
        except ValueError:
            raise ValueError(reason) from None
    if size > _LARGEST_YAML:
        raise ValueError(f"YAML of more than {_LARGEST_YAML // 1_000_000} MB takes too long; give its JSON")
    return yaml_tree(text)


def _whole_characters(tree: Json, text: str) -> Json:
    """The tree without halves of characters, which can't be stored anywhere."""
    if not _HALF_CHARACTER.search(text):
        return tree
    mended: Json = json.loads(json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace"))
    return mended


def objects(value: Json) -> list[dict[str, Json]]:
    """The objects in a list; [] for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def plain(value: Json) -> str:
    """A text as one line that steers no terminal; "" for anything else."""
    return printable(value) if isinstance(value, str) else ""
