"""What is said of endpoints that a person named and that can't be loaded."""

from __future__ import annotations

import pytest

from pilot.api.cautions import CUT_SHORT, missed, named_in, warnings_of
from pilot.api.profile import ApiProfile, Endpoint, Records, Shape

_BASE = "https://api.example.com/v1"
_GOOD = Endpoint("v1/orders", "orders", status=200, records=Records(shape=Shape.LIST))
_GONE = Endpoint("v1/nothing", "nothing", status=404, error="HTTP 404")
_PROFILE = ApiProfile(base_url="https://api.example.com", endpoints=(_GOOD, _GONE))


@pytest.mark.parametrize(
    "goal",
    [
        f"load {_BASE}/orders and {_BASE}/nothing",
        f"load {_BASE}/orders, {_BASE}/nothing?size=3",
        f"/orders and /nothing of {_BASE}",
    ],
)
def test_a_url_in_words_is_as_explicit_as_a_flag(goal: str) -> None:
    assert missed(_PROFILE, named_in(_PROFILE, goal), {"orders"}) == ["/v1/nothing: HTTP 404"]
    assert missed(_PROFILE, named_in(_PROFILE, goal), {"orders", "nothing"}) == []


def test_a_child_that_was_named_and_could_not_be_seen_is_missed() -> None:
    child = Endpoint("v1/orders/{id}/lines", "lines", error="HTTP 429")
    profile = ApiProfile(endpoints=(_GOOD, child))
    goal = f"{_BASE}/orders and {_BASE}/orders/{{id}}/lines"
    assert named_in(profile, goal) == ("/v1/orders", "/v1/orders/{id}/lines")
    assert missed(profile, named_in(profile, goal), {"orders"}) == ["/v1/orders/{id}/lines: HTTP 429"]


def test_a_base_and_a_url_that_nobody_looked_at_are_not_missed() -> None:
    base = Endpoint("v1", "v1", status=404, error="HTTP 404")
    profile = ApiProfile(endpoints=(base, _GOOD))
    for goal in (f"{_BASE} and {_BASE}/orders", "Load the orders"):
        assert missed(profile, named_in(profile, goal), {"orders"}) == []
    assert named_in(None, f"load {_BASE}/orders") == ()
    assert named_in(profile, f"load {_BASE}/orders; see https://else.example.com/v1/other") == ("/v1/orders",)


def test_that_a_look_was_cut_short_is_told_of_that_look_alone() -> None:
    notes = (f"{CUT_SHORT}: the API asks to slow down (429), retry after 1 s", "people: something that lasts")
    profile = ApiProfile(notes=notes)
    assert warnings_of(profile) == list(notes)
    assert warnings_of(profile, looked=False) == [notes[1]]
