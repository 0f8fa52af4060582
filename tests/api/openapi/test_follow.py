"""A document's links name parents, and a document that says little of its answers still has families."""

from __future__ import annotations

from typing import Any

import pytest

from pilot.api.openapi.document import Document
from pilot.api.openapi.families import rebound
from pilot.api.openapi.offers import offers_of
from pilot.api.profile import Endpoint, Field, Records, Shape
from pilot.api.survey import Offer
from tests.api.openapi.specs import answers, in_path, listed, schema, spec

GUILD = schema(seal="string", mark="string")
WORKS = {"get": answers(listed(schema(id="integer")), operationId="works", parameters=[in_path("maker")])}
BY_ID = {"operationId": "works"}
BY_PLACE = {"operationRef": "#/paths/~1works~1by~1{maker}/get"}
OK: dict[str, Any] = {"get": {"responses": {"200": {"description": "ok"}}}}


def linking(operation: dict[str, Any], link: dict[str, Any]) -> dict[str, Any]:
    operation["responses"]["200"]["links"] = {"next": link}
    return {"get": operation}


def offer(paths: dict[str, Any], key: str) -> Offer:
    return next(offer for offer in offers_of(Document(spec(paths))) if offer.key == key)


@pytest.mark.parametrize("way", [BY_ID, BY_PLACE])
@pytest.mark.parametrize("place", ["/0/mark", "/mark"])
def test_a_link_says_whose_field_fills_a_path(way: dict[str, Any], place: str) -> None:
    link = {**way, "parameters": {"maker": f"$response.body#{place}"}}
    guilds = linking(answers(listed(GUILD)), link)
    found = offer({"/guilds": guilds, "/works/by/{maker}": WORKS}, "/works/by/{maker}").endpoint
    assert (found.parent, found.bindings) == ("guilds", {"maker": "mark"})


@pytest.mark.parametrize("value", ["$response.body#/seal", "$request.path.seal"])
def test_a_link_of_one_item_stands_for_its_list(value: str) -> None:
    one = linking(
        answers(GUILD, parameters=[in_path("seal")]), {**BY_ID, "parameters": {"path.maker": value}}
    )
    paths = {"/guilds": {"get": answers(listed(GUILD))}, "/guilds/{seal}": one, "/works/by/{maker}": WORKS}
    found = offer(paths, "/works/by/{maker}").endpoint
    assert (found.parent, found.bindings) == ("guilds", {"maker": "seal"})


@pytest.mark.parametrize(
    "link", [{}, {"operationId": "unknown"}, {**BY_ID, "parameters": {"maker": "$url"}}, {**BY_ID}, "no link"]
)
def test_a_link_that_leads_nowhere_does_no_harm(link: Any) -> None:
    paths = {"/guilds": linking(answers(listed(GUILD)), link), "/works/by/{maker}": WORKS}
    assert offer(paths, "/works/by/{maker}").endpoint.parent is None


def test_a_document_without_schemas_has_lists_parents_and_children() -> None:
    paths = {"/teams": OK, "/teams/{team}": OK, "/teams/{team}/members": OK}
    assert offer(paths, "/teams").listed and not offer(paths, "/teams/{team}").listed
    members = offer(paths, "/teams/{team}/members")
    assert members.listed and members.endpoint.parent == "teams"


def test_what_fills_a_path_is_found_again_in_the_records_that_were_seen() -> None:
    records = Records(Shape.LIST, fields=(Field("team_id", ("bigint",)), Field("name", ("text",))))
    child = Endpoint("teams/{team_id}/members", "members", parent="teams", bindings={"team_id": "id"})
    assert rebound(child, Endpoint("teams", "teams", records=records)).bindings == {"team_id": "team_id"}
