"""A parameter whose default leaves records out is found, proven, and told."""

from __future__ import annotations

from typing import Any

import pytest

from pilot.api.cautions import warnings_of
from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, Endpoint, Narrowing, Paging, PagingKind, Records, Shape
from pilot.api.show import profile_blocks, profile_text
from pilot.names import ProjectNames
from pilot.writers.builtin.design import design
from pilot.writers.builtin.script import script
from tests.api.filtered import PETS, STATES, by_status, spec
from tests.support.api_server import Reply, Request, Route, serving

LISTED = {"schema": {"type": "string", "enum": [*STATES], "default": "available"}}


def probe(pets: Route, parameter: dict[str, Any] | None = LISTED, words: str = "") -> ApiProfile:
    routes: dict[str, Route] = {"/pets": pets}
    if parameter is not None:
        routes["/spec.json"] = spec(parameter)
    with serving(routes) as server:
        docs = f"{server.url}/spec.json" if parameter is not None else None
        prober = ApiProber(lambda host, why: True)
        profile = prober.probe(f"{server.url}/pets {words}", docs, {}, lambda text: None)
        assert len(server.requests) <= 13
    return profile


def narrowing(profile: ApiProfile) -> Narrowing:
    (endpoint,) = profile.endpoints
    (found,) = endpoint.narrowings
    return found


def test_each_value_is_asked_for_where_one_leaves_the_others_out() -> None:
    profile = probe(by_status("available"))
    assert narrowing(profile).walked and narrowing(profile).values == STATES
    (endpoint,) = profile.endpoints
    assert endpoint.paging.proven and "status" not in endpoint.params
    assert endpoint.total is None, "the total of one status is not that of the table"
    text = script(design(profile, ProjectNames("pets")), preview=False)
    assert "{resources.pets_status.status}" in text
    assert "each value of status: available, pending, sold" in profile_text(profile)
    assert "each value is asked for" in repr(profile_blocks(profile))
    assert not warnings_of(profile)


def test_a_value_for_everything_is_sent_along() -> None:
    everything = {"schema": {"type": "string", "enum": [*STATES, "all"], "default": "available"}}
    profile = probe(by_status("available", everything="all"), everything)
    (endpoint,) = profile.endpoints
    assert (narrowing(profile).whole, endpoint.params, endpoint.total) == (
        "all",
        {"status": "all"},
        len(PETS),
    )


def test_without_a_spec_one_state_alone_raises_suspicion() -> None:
    profile = probe(by_status("available", everything="all"), None)
    assert profile.endpoints[0].params == {"status": "all"}


def test_a_list_in_which_all_have_one_state_is_no_proof_of_more() -> None:
    rows = [{"id": n, "status": "active"} for n in range(5)]
    profile = probe(lambda request: Reply(data=rows), None)
    assert profile.endpoints[0].narrowings == ()


def test_what_a_spec_says_and_nobody_could_see_is_warned_of() -> None:
    def refusing(request: Request) -> Reply:
        if "status" in request.query:
            return Reply(500, {"message": "no"})
        return by_status("available")(request)

    profile = probe(refusing)
    assert not narrowing(profile).proven
    assert any("status defaults to available" in line for line in warnings_of(profile))


def test_a_default_that_records_speak_against_is_none() -> None:
    assert probe(lambda request: Reply(data={"items": PETS, "total": 67})).endpoints[0].narrowings == ()


@pytest.mark.parametrize(
    ("words", "sent"),
    [("only those that are available", {}), ("the sold ones", {"status": "sold"})],
)
def test_the_one_value_that_the_words_name_is_what_the_person_wants(words: str, sent: dict[str, str]) -> None:
    (endpoint,) = probe(by_status("available"), words=words).endpoints
    assert (endpoint.params, endpoint.narrowings) == (sent, ())


def test_what_can_not_be_asked_for_value_by_value_is_told() -> None:
    walked = Narrowing("status", "available", STATES, proven=True)
    records = Records(Shape.CSV, count=3)
    paging = Paging(PagingKind.NONE, proven=True)
    pets = Endpoint("pets", "pets", status=200, records=records, paging=paging, narrowings=(walked,))
    assert warnings_of(ApiProfile("http://x", (pets,))) == [
        "pets: status defaults to available: only those are read"
    ]
