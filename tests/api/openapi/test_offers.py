"""What a spec says of an endpoint: records, fields, parameters, paging, parents and children."""

from __future__ import annotations

from typing import Any

import pytest

from pilot.api.openapi.document import Document
from pilot.api.openapi.offers import offers_of
from pilot.api.openapi.parameters import Parameter, Role
from pilot.api.profile import How, PagingKind, Shape
from pilot.api.survey import Offer
from tests.api.openapi.specs import MEMBER, TEAM, TEAMS, answers, in_path, listed, query, schema, spec


def offers(root: dict[str, Any]) -> dict[str, Offer]:
    return {offer.key: offer for offer in offers_of(Document(root))}


def one(operation: dict[str, Any], schemas: dict[str, Any] | None = None, path: str = "/teams") -> Offer:
    return offers(spec({path: {"get": operation}}, schemas))[path]


def test_lists_are_listed_and_the_rest_can_still_be_picked() -> None:
    found = offers(TEAMS)
    assert {key for key, offer in found.items() if offer.listed} == {
        "/teams", "/teams/{team_id}/members", "POST /search",
    }  # fmt: skip
    assert set(found) == {"/teams", "/teams/{team_id}", "/teams/{team_id}/members", "POST /search", "/health"}


def test_an_endpoint_is_described_as_from_the_spec() -> None:
    endpoint = offers(TEAMS)["/teams"].endpoint
    assert (endpoint.records.shape, endpoint.records.selector, endpoint.records.how) == (
        Shape.LIST,
        "data",
        How.SPEC,
    )
    assert [(f.name, f.types[0]) for f in endpoint.records.fields] == [
        ("id", "bigint"), ("name", "text"), ("founded", "date"), ("updated_at", "timestamp"),
    ]  # fmt: skip
    assert endpoint.primary_key == ("id",)
    assert (endpoint.paging.kind, endpoint.paging.proven) == (PagingKind.PAGE_NUMBER, False)
    assert endpoint.paging.size_param == "per_page"


def test_a_post_that_reads_keeps_its_example_as_body() -> None:
    endpoint = offers(TEAMS)["POST /search"].endpoint
    assert (endpoint.method, endpoint.body) == ("POST", {"name": "a"})


_ITEMS = listed(TEAM)


@pytest.mark.parametrize(
    ("answer", "selector"),
    [
        (_ITEMS, "$"),
        (schema(data=_ITEMS), "data"),
        (schema(response=schema(teams=_ITEMS)), "response.teams"),
        (schema(errors=listed(schema(code="integer")), teams=_ITEMS), "teams"),
        ({"allOf": [schema(page="integer"), schema(items=_ITEMS)]}, "items"),
        ({"oneOf": [schema(message="string"), _ITEMS]}, "$"),
        ({"anyOf": [{"type": "null"}, schema(results=_ITEMS)]}, "results"),
        (schema(edges=listed(schema(cursor="string", node=TEAM))), "edges[*].node"),
        (schema(_embedded=schema(teams=_ITEMS), _links=schema(self=schema(href="uri"))), "_embedded.teams"),
        (schema(value={"type": ["array", "null"], "items": TEAM}), "value"),
    ],
)
def test_the_list_is_found_wherever_it_lies(answer: dict[str, Any], selector: str) -> None:
    offer = one(answers(answer))
    assert offer.listed
    assert offer.endpoint.records.selector == selector
    assert "founded" in [f.name for f in offer.endpoint.records.fields]


def test_one_object_with_lists_in_it_is_no_list() -> None:
    person = schema(id="integer", name="string", tags=listed({"type": "string"}), teams=listed(TEAM))
    offer = one(answers(person), path="/me")
    assert (offer.listed, offer.endpoint.records.shape) == (False, Shape.SINGLE)


def test_an_object_of_objects_is_a_list_by_key() -> None:
    assert (
        one(answers({"type": "object", "additionalProperties": TEAM})).endpoint.records.shape is Shape.KEYED
    )


def test_an_answer_without_a_schema_may_be_a_list() -> None:
    assert one({"responses": {"200": {"description": "ok"}}}).listed
    assert one(answers({})).listed
    example = {
        "responses": {"200": {"content": {"application/json": {"example": {"rows": [{"id": 1}, {"id": 2}]}}}}}
    }
    assert one(example).endpoint.records.selector == "rows"


@pytest.mark.parametrize(("kind", "shape"), [("text/csv", Shape.CSV), ("application/x-ndjson", Shape.NDJSON)])
def test_other_formats_are_known_by_their_content_type(kind: str, shape: Shape) -> None:
    assert one({"responses": {"200": {"content": {kind: {}}}}}).endpoint.records.shape is shape


def test_what_may_be_missing_or_null_is_nullable() -> None:
    item = {
        "type": "object",
        "required": ["id", "old", "new"],
        "properties": {
            "id": {"type": "integer"},
            "old": {"type": "string", "nullable": True},
            "new": {"type": ["string", "null"], "format": "date"},
            "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
    }
    fields = {f.name: (f.types[0], f.nullable) for f in one(answers(listed(item))).endpoint.records.fields}
    assert fields == {
        "id": ("bigint", False), "old": ("text", True), "new": ("date", True), "maybe": ("bigint", True),
    }  # fmt: skip


def test_required_parameters_get_a_value_that_the_spec_says_is_valid() -> None:
    operation = answers(
        _ITEMS,
        parameters=[
            query("since", "string", required=True),
            query("country", "string", required=True, enum=["DE", "FR"]),
            query("lang", "string", required=True, example="en"),
            query("limit", required=True, maximum=50),
            query("page", required=True),
            query("sort", "string", enum=["a"]),
            {
                "name": "X-Version",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "default": "2"},
            },
        ],
    )
    offer = one(operation)
    assert offer.endpoint.params == {"country": "DE", "lang": "en", "limit": "50", "page": "1"}
    assert offer.endpoint.headers == {"X-Version": "2"}
    assert offer.missing == ("since",)


def test_version_2_is_read_alike() -> None:
    root = {
        "swagger": "2.0",
        "produces": ["application/xml", "application/json"],
        "parameters": {"skip": {"name": "skip", "in": "query", "type": "integer"}},
        "paths": {
            "/dogs": {
                "get": {
                    "parameters": [
                        {"$ref": "#/parameters/skip"},
                        {"name": "status", "in": "query", "required": True, "type": "array",
                         "items": {"type": "string"}, "default": ["free", "sold"]},
                    ],
                    "responses": {200: {"schema": {"type": "array", "items": {"$ref": "#/definitions/Dog"}}}},
                }
            }
        },
        "definitions": {"Dog": schema(id="integer", born="date")},
    }  # fmt: skip
    root["paths"]["/dogs"]["get"]["responses"] = {"200": root["paths"]["/dogs"]["get"]["responses"][200]}  # type: ignore[index]
    endpoint = offers(root)["/dogs"].endpoint
    assert [f.types[0] for f in endpoint.records.fields] == ["bigint", "date"]
    assert endpoint.params == {"status": "free,sold"}
    assert endpoint.paging.options["offset_param"] == "skip"


@pytest.mark.parametrize(
    ("name", "kind", "words", "role"),
    [
        ("page", "integer", "", Role.PAGE),
        ("page[number]", "integer", "", Role.PAGE),
        ("pg", "integer", "", Role.PAGE),
        ("seite", "integer", "The page number to show", Role.PAGE),
        ("offset", "integer", "", Role.OFFSET),
        ("$skip", "integer", "", Role.OFFSET),
        ("from", "string", "The first day", Role.NONE),
        ("limit", "integer", "", Role.SIZE),
        ("page[size]", "integer", "", Role.SIZE),
        ("hits", "integer", "Number of results to return", Role.SIZE),
        ("cursor", "string", "", Role.CURSOR),
        ("pageToken", "string", "", Role.CURSOR),
        ("starting_after", "string", "", Role.CURSOR),
        ("page[after]", "string", "", Role.CURSOR),
        ("ending_before", "string", "A cursor for use in pagination.", Role.NONE),
        ("from_page", "string", "A pagination token", Role.CURSOR),
        ("name", "string", "", Role.NONE),
        ("paginate", "boolean", "", Role.NONE),
    ],
)
def test_paging_parameters_are_known_by_name_and_by_description(
    name: str, kind: str, words: str, role: Role
) -> None:
    assert Parameter(name, "query", kind=kind, words=words).role is role


@pytest.mark.parametrize(
    ("answer", "parameters", "kind", "options"),
    [
        (schema(data=_ITEMS, next_cursor="string"), [query("cursor", "string")], PagingKind.CURSOR,
         {"cursor_path": "next_cursor", "cursor_param": "cursor"}),
        (schema(data=_ITEMS, has_more="boolean"), [query("starting_after", "string")],
         PagingKind.CURSOR,
         {"cursor_path": "data[-1].id", "cursor_param": "starting_after", "has_more_path": "has_more"}),
        (schema(results=_ITEMS, next="uri"), [query("page")], PagingKind.JSON_LINK,
         {"next_url_path": "next"}),
        (schema(items=_ITEMS, total="integer"), [query("offset"), query("limit")], PagingKind.OFFSET,
         {"offset_param": "offset", "limit_param": "limit", "total_path": "total"}),
        (schema(items=_ITEMS), [query("page", minimum=0)], PagingKind.PAGE_NUMBER,
         {"base_page": 0, "page_param": "page", "total_path": None}),
        (schema(items=_ITEMS), [], PagingKind.UNKNOWN, {}),
    ],
)  # fmt: skip
def test_paging_is_read_from_parameters_and_answer_together(
    answer: dict[str, Any], parameters: list[Any], kind: PagingKind, options: dict[str, Any]
) -> None:
    paging = one(answers(answer, parameters=parameters)).endpoint.paging
    assert (paging.kind, paging.options, paging.proven, paging.how) == (kind, options, False, How.SPEC)


def test_a_link_header_that_is_declared_is_known() -> None:
    operation = answers(_ITEMS, parameters=[query("page")])
    operation["responses"]["200"]["headers"] = {"Link": {"schema": {"type": "string"}}}
    assert one(operation).endpoint.paging.kind is PagingKind.HEADER_LINK


def child(parent: str, path: str, items: dict[str, Any], placeholders: dict[str, str]) -> Offer:
    parameters = [{**in_path(name), "schema": {"type": kind}} for name, kind in placeholders.items()]
    return offers(
        spec({parent: {"get": answers(listed(items))}, path: {"get": answers(_ITEMS, parameters=parameters)}})
    )[path]


@pytest.mark.parametrize(
    ("parent", "path", "items", "placeholders", "bindings"),
    [
        ("/teams", "/teams/{team_id}/members", TEAM, {"team_id": "integer"}, {"team_id": "id"}),
        ("/teams/", "/teams/{id}/members/", TEAM, {"id": "string"}, {"id": "id"}),
        (
            "/teams",
            "/teams/{team_id}/members",
            schema(team_id="integer", id="integer"),
            {"team_id": "integer"},
            {"team_id": "team_id"},
        ),
        (
            "/teams",
            "/teams/{teamSlug}/members",
            schema(id="integer", slug="string"),
            {"teamSlug": "string"},
            {"teamSlug": "slug"},
        ),
        (
            "/orgs",
            "/orgs/{org}/repos",
            schema(id="integer", login="string"),
            {"org": "string"},
            {"org": "login"},
        ),
        (
            "/orgs",
            "/orgs/{org}/repos",
            schema(id="integer", login="string"),
            {"org": "integer"},
            {"org": "id"},
        ),
        ("/cities", "/weather/{city_id}", TEAM, {"city_id": "integer"}, {"city_id": "id"}),
        (
            "/cities",
            "/cities/{city_key}/weather",
            schema(key="string"),
            {"city_key": "string"},
            {"city_key": "key"},
        ),
    ],
)
def test_children_know_their_parent_and_what_fills_their_path(
    parent: str, path: str, items: Any, placeholders: dict[str, str], bindings: dict[str, str]
) -> None:
    endpoint = child(parent, path, items, placeholders).endpoint
    assert endpoint.parent == parent.strip("/")
    assert endpoint.bindings == bindings


def test_grandchildren_take_over_what_their_parent_was_asked_with() -> None:
    paths = {
        "/orgs": {"get": answers(listed(schema(login="string")))},
        "/orgs/{org}/repos": {"get": answers(listed(schema(name="string")), parameters=[in_path("org")])},
        "/orgs/{o}/repos/{repo}/issues": {"get": answers(_ITEMS, parameters=[in_path("o"), in_path("repo")])},
    }
    endpoint = offers(spec(paths))["/orgs/{o}/repos/{repo}/issues"].endpoint
    assert (endpoint.parent, endpoint.bindings) == ("repos", {"o": "_orgs_login", "repo": "name"})


def test_a_path_whose_placeholder_no_list_fills_has_no_parent() -> None:
    assert child("/teams", "/reports/{year}", TEAM, {"year": "integer"}).endpoint.parent is None


def test_names_are_short_and_each_is_there_once() -> None:
    paths = {
        path: {"get": answers(listed(MEMBER))}
        for path in ("/admin/users", "/users", "/teams/{id}/users", "/v1/users")
    }
    names = {key: offer.endpoint.name for key, offer in offers(spec(paths)).items()}
    assert names["/users"] == "users"
    assert names["/admin/users"] == "admin_users"
    assert len(set(names.values())) == 4
