"""Whatever a document holds, reading it ends, and ends without a crash."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as any_of

from pilot.api.openapi.document import Document, read_document
from pilot.api.openapi.matching import by_words
from pilot.api.openapi.offers import offers_of
from pilot.api.openapi.surveyor import survey_in
from pilot.api.openapi.yaml_tree import yaml_tree

_KEYS = """type properties items allOf oneOf anyOf $ref required format enum default example examples name in
schema content application/json responses 200 headers parameters get post requestBody security maximum
servers url variables nullable additionalProperties array object string integer null query path minimum
#/components/schemas/A #/components/schemas/B #/paths/~1a tags operationId summary value id next page"""
_WORDS = any_of.sampled_from(sorted(set(_KEYS.split())))
_PLAIN = any_of.none() | any_of.booleans() | any_of.integers(-5, 5) | any_of.floats(allow_nan=False) | _WORDS
_TREE = any_of.recursive(
    _PLAIN,
    lambda inner: any_of.lists(inner, max_size=4) | any_of.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=40,
)
_SCHEMAS = any_of.fixed_dictionaries({"A": _TREE, "B": _TREE})
_SETTINGS = settings(max_examples=120, deadline=2000, suppress_health_check=list(HealthCheck))


def whole(operation: Any, schemas: Any, more: Any) -> dict[str, Any]:
    child = {"get": operation, "parameters": more}
    return {
        "openapi": "3.0.0",
        "paths": {"/a": {"get": operation, "post": more}, "/a/{id}/b": child, "/c": more},
        "components": {"schemas": schemas, "securitySchemes": more},
        "servers": more,
        "security": more,
    }


@_SETTINGS
@given(_TREE, _SCHEMAS, _TREE)
def test_any_operation_and_schema_can_be_read(operation: Any, schemas: Any, more: Any) -> None:
    root = whole(operation, schemas, more)
    survey = survey_in(Document(root), "spec.json", ["https://api.example.com/v1"])
    by_words(survey, "a and b")
    for offer in survey.offers:
        assert offer.key and offer.endpoint.name


@_SETTINGS
@given(_SCHEMAS, _TREE)
def test_any_schema_of_an_answer_can_be_read(schemas: Any, more: Any) -> None:
    answer = {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}
    operation = {"responses": {"200": {"content": {"application/json": answer}}}}
    offers = {o.key: o for o in offers_of(Document(whole(operation, schemas, more)))}
    assert "/a" in offers


@_SETTINGS
@given(any_of.binary(max_size=200) | any_of.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_document_or_not(data: bytes) -> None:
    for text in (data, b"openapi: 3.0.0\npaths: " + data, b'{"openapi": "3.0.0", "paths": ' + data):
        document, problem = read_document(text)
        assert document is None or not problem


@_SETTINGS
@given(any_of.dictionaries(any_of.text("abc ", min_size=1, max_size=5), _TREE, min_size=1, max_size=4))
def test_json_is_yaml(tree: dict[str, Any]) -> None:
    text = json.dumps(tree)
    assume("Infinity" not in text)
    assert yaml_tree(text) == json.loads(text)
