"""Documents of every version are read; what is hostile or broken is refused in one line, at once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml

from pilot.api.openapi.document import Document, read_document
from pilot.api.openapi.offers import offers_of
from pilot.api.openapi.security import auth_of, declared_auth
from pilot.api.openapi.servers import base_url
from pilot.api.openapi.yaml_tree import yaml_tree
from pilot.api.profile import AuthKind, How
from tests.api.openapi.specs import TEAMS, answers, listed, query, ref, schema, spec

HOST = "https://api.example.com/v1"


def document(root: dict[str, Any], url: str = "") -> Document:
    return Document(root, url)


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_json_and_yaml_say_the_same(write: Any) -> None:
    read, problem = read_document(write(TEAMS).encode())
    assert problem == ""
    assert read is not None and read.root == TEAMS


@pytest.mark.parametrize(
    "text", ["# A guide\nopenapi is nice", "plain", "", "[1, 2]", '{"a": 1}', "<html></html>"]
)
def test_other_text_is_no_document_and_no_problem(text: str) -> None:
    assert read_document(text.encode()) == (None, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("openapi: 3.0.0\npaths: [1", "no valid YAML"),
        ('{"openapi": "3.0.0", "paths": {', "no valid JSON"),
        ('{"openapi": "3.0.0"}', "lists no paths"),
        ("openapi: 3.0.0\npaths: " + "[" * 100_000, "nested too deeply"),
        ("openapi: 3.0.0\nx: " + "{a: " * 50_000, "nested too deeply"),
        ('{"openapi": "3.0.0", "paths": ' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
        ("openapi: 3.0.0\na: &a 1\nb: [" + "*a," * 5_000 + "]", "too many aliases"),
    ],
)
def test_what_can_not_be_read_is_said_in_one_line(text: str, says: str) -> None:
    started = time.monotonic()
    read, problem = read_document(text.encode())
    assert read is None
    assert says in problem and "\n" not in problem
    assert time.monotonic() - started < 3


def test_an_alias_bomb_does_not_unfold() -> None:
    bomb = "openapi: 3.0.0\npaths: {}\na: &a [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    started = time.monotonic()
    read, _ = read_document(bomb.encode())
    assert read is not None
    assert time.monotonic() - started < 5


def test_merged_mappings_do_not_unfold() -> None:
    text = "a: &a {x: 1}\n" + "".join(f"{b}: &{b} {{<<: [{', '.join(['*' + a] * 9)}]}}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))  # fmt: skip # noqa: E501
    assert isinstance(yaml_tree(text), dict)
    assert yaml_tree("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}") == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
    }


def test_yaml_keeps_text_as_it_is_written() -> None:
    text = "200: a\ndate: 2024-01-01\nyes: no\nn: ~\nf: 1.5\ni: -3\nq: '3'\nv: 3.0.1\nexp: 1e3"
    assert yaml_tree(text) == {
        "200": "a", "date": "2024-01-01", "yes": "no", "n": None, "f": 1.5, "i": -3, "q": "3", "v": "3.0.1",
        "exp": 1000.0,
    }  # fmt: skip


def test_no_object_of_python_is_made() -> None:
    assert yaml_tree("a: !!python/object/apply:os.system [echo]") == {"a": ["echo"]}


def test_halves_of_characters_and_control_characters_do_no_harm() -> None:
    operation = answers(listed(schema(id="integer")), summary="a\ud800b\x1b[2J")
    read, problem = read_document(json.dumps(spec({"/a": {"get": operation}})).encode())
    assert read is not None, problem
    assert offers_of(read)[0].summary == "a?b [2J"


def test_references_in_circles_and_to_other_files_lead_nowhere() -> None:
    circle = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    found = document({"paths": {}, "components": {"schemas": circle}})
    assert found.resolve(ref("A")) == {}
    assert found.resolve({"$ref": "other.yaml#/x"}) == {}
    assert found.resolve({"$ref": "https://evil.example/x.json"}) == {}
    assert found.resolve({"$ref": "#/nowhere/at~1all"}) == {}


def test_a_schema_that_holds_itself_ends() -> None:
    node = schema(id="integer", children=listed(ref("Node")), parent=ref("Node"))
    endless = {"allOf": [ref("Endless"), {"oneOf": [ref("Endless")]}]}
    found = offers_of(
        document(
            spec(
                {
                    "/nodes": {"get": answers(listed(ref("Node")))},
                    "/endless": {"get": answers(ref("Endless"))},
                },
                {"Node": node, "Endless": endless},
            )  # fmt: skip
        )
    )
    assert [f.name for f in found[0].endpoint.records.fields] == ["id", "children", "parent"]


def test_a_large_document_is_read_in_little_time() -> None:
    deep = {f"S{n}": schema(id="integer", **{f"r{k}": ref(f"S{(n * 7 + k) % 300}") for k in range(8)},
                            **{f"f{k}": "string" for k in range(30)}) for n in range(300)}  # fmt: skip
    paths = {f"/things{n}": {"get": answers(listed(ref(f"S{n % 300}")))} for n in range(600)}
    text = json.dumps({**spec(paths, deep), "x-fill": "x" * 5_000_000}).encode()
    started = time.process_time()
    read, problem = read_document(text)
    assert read is not None, problem
    assert len(offers_of(read)) == 600
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("root", "url", "named", "base"),
    [
        ({"servers": [{"url": HOST}]}, "", [], HOST),
        ({"servers": [{"url": "/v2"}]}, "https://a.example/docs/openapi.json", [], "https://a.example/v2"),
        ({"servers": [{"url": "https://{r}.example.com/{v}/", 
                       "variables": {"r": {"default": "eu"}, "v": {"default": "v3"}}}]},
         "", [], "https://eu.example.com/v3"),
        ({"servers": [{"url": "https://{tenant}.example.com"}]}, "", [], ""),
        ({}, "https://a.example/openapi.json", [], "https://a.example"),
        ({}, "", ["http://127.0.0.1:8000/"], "http://127.0.0.1:8000"),
        ({"servers": [{"url": "https://sandbox.example.com/v1"}, {"url": HOST}]}, "",
         ["https://api.example.com/v1/teams"], HOST),
        ({"servers": [{"url": HOST}]}, "", ["http://localhost:8000"], "http://localhost:8000/v1"),
        ({"servers": [{"url": HOST}]}, "", ["http://localhost:8000/v1/teams"], "http://localhost:8000/v1"),
        ({"swagger": "2.0", "host": "p.example.com", "basePath": "/v2", "schemes": ["http", "https"]}, "", [],
         "https://p.example.com/v2"),
        ({"swagger": "2.0", "basePath": "/"}, "http://a.example:81/swagger.json", [], "http://a.example:81"),
    ],
)  # fmt: skip
def test_the_base_url_is_what_servers_and_person_say(
    root: dict[str, Any], url: str, named: list[str], base: str
) -> None:
    assert base_url(document(root, url), named) == base


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "old_basic": {"type": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "appid"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "client": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}},
    "old_client": {"type": "oauth2", "flow": "application", "tokenUrl": "https://id.example.com/t"},
    "browser": {"type": "oauth2", "flows": {"authorizationCode": {"tokenUrl": "x", "authorizationUrl": "y"}}},
    "as_bearer": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Bearer TOKEN"},
}


@pytest.mark.parametrize(
    ("required", "kind", "name"),
    [
        ([{"bearer": []}], AuthKind.BEARER, None),
        ([{"basic": []}], AuthKind.BASIC, None),
        ([{"old_basic": []}], AuthKind.BASIC, None),
        ([{"header": []}], AuthKind.API_KEY, "X-Key"),
        ([{"query": []}], AuthKind.API_KEY, "appid"),
        ([{"cookie": []}], AuthKind.UNKNOWN, None),
        ([{"cookie": []}, {"header": []}], AuthKind.API_KEY, "X-Key"),
        ([{"client": []}], AuthKind.OAUTH2, None),
        ([{"old_client": []}], AuthKind.OAUTH2, None),
        ([{"browser": []}], AuthKind.BEARER, None),
        ([{"as_bearer": []}], AuthKind.BEARER, None),
        ([], AuthKind.NONE, None),
        ([{}, {"header": []}], AuthKind.NONE, None),
    ],
)
def test_every_security_scheme_says_how_the_key_is_sent(
    required: Any, kind: AuthKind, name: str | None
) -> None:
    found = document(spec({}, components={"securitySchemes": _SCHEMES}, security=required))
    auth = auth_of(found, {}, HOST)
    assert auth is not None
    assert (auth.kind, auth.name, auth.how) == (kind, name, How.SPEC)


def test_a_token_url_is_taken_relative_to_the_api_and_an_operation_wins_over_the_document() -> None:
    found = document(spec({}, components={"securitySchemes": _SCHEMES}, security=[{"client": []}]))
    own = auth_of(found, {"security": [{"query": []}]}, HOST)
    whole = auth_of(found, {}, HOST)
    assert own is not None and own.name == "appid"
    assert whole is not None and whole.token_url == "https://api.example.com/oauth/token"


def test_a_second_key_that_is_also_wanted_stands_beside_the_first() -> None:
    found = document(
        spec({}, components={"securitySchemes": _SCHEMES}, security=[{"header": [], "query": []}])
    )
    auth = auth_of(found, {}, HOST)
    assert auth is not None and [(key.location, key.name) for key in auth.beside] == [("query", "appid")]


def test_one_scheme_that_is_declared_and_nowhere_required_is_taken() -> None:
    found = document(spec({}, components={"securitySchemes": {"k": _SCHEMES["header"]}}))
    auth = declared_auth(found, HOST)
    assert auth is not None and auth.name == "X-Key"
    assert query("x")["in"] == "query"
