"""What a person says about an API counts for more than what was seen of it."""

from __future__ import annotations

import pytest

from pilot.api.correct import correct
from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, Field, How, PagingKind, Records, Shape

FIELDS = (Field("id", ("bigint",)), Field("sku", ("text",)), Field("day", ("date",)))
USERS = Endpoint("v1/users", "users", records=Records(Shape.LIST, "items", 10, FIELDS), primary_key=("id",))
TEAMS = Endpoint("v1/teams", "teams", records=Records(Shape.LIST, "$", 10, FIELDS))
PROFILE = ApiProfile("https://api.example.com", (USERS, TEAMS))


def corrected(words: str) -> ApiProfile:
    found = correct(PROFILE, words)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("words", "selector"),
    [
        ("the records are under data.items", "data.items"),
        ("records are in `result-set`", "'result-set'"),
        ("data_selector is data.people[*]", "data.people[*]"),
        ("rows are at the top", "$"),
    ],
)
def test_where_the_records_are(words: str, selector: str) -> None:
    users = corrected(words).endpoints[0]
    assert (users.records.selector, users.records.how) == (selector, How.SAID)
    assert users.primary_key == ()


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("key is sku", ("sku",)),
        ("the primary key is SKU and day", ("sku", "day")),
        ("key: id, day", ("id", "day")),
    ],
)
def test_what_identifies_a_record(words: str, key: tuple[str, ...]) -> None:
    assert corrected(words).endpoints[0].primary_key == key


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("pages by ?page= starting at 0", {"base_page": 0, "page_param": "page", "total_path": None}),
        ("it pages with pageNo", {"base_page": 1, "page_param": "pageNo", "total_path": None}),
        (
            "paginates by skip, size by take",
            {"limit": 10, "offset_param": "skip", "limit_param": "take", "total_path": None},
        ),
    ],
)
def test_how_it_pages(words: str, options: dict[str, object]) -> None:
    paging = corrected(words).endpoints[0].paging
    assert (paging.options, paging.proven, paging.how) == (options, True, How.SAID)


def test_that_there_is_one_page() -> None:
    assert corrected("there is no pagination").endpoints[0].paging.kind is PagingKind.NONE


@pytest.mark.parametrize(
    ("words", "auth"),
    [
        ("auth header X-Token", Auth(AuthKind.API_KEY, "header", "X-Token", How.SAID)),
        ("the key goes in the query parameter appid", Auth(AuthKind.API_KEY, "query", "appid", How.SAID)),
        ("it wants a Bearer token", Auth(AuthKind.BEARER, how=How.SAID)),
    ],
)
def test_how_the_key_is_sent(words: str, auth: Auth) -> None:
    found = corrected(words)
    assert found.auth == auth
    assert found.endpoints == PROFILE.endpoints


def test_which_endpoints_are_meant() -> None:
    assert [e.name for e in corrected("only endpoint /v1/users").endpoints] == ["users"]
    assert [e.name for e in corrected("only teams").endpoints] == ["teams"]
    assert [e.name for e in corrected("load only teams, please").endpoints] == ["teams"]
    assert correct(PROFILE, "load only teams created since 2024-01-01") is None


def test_a_correction_can_be_about_one_endpoint() -> None:
    users, teams = corrected("the key is sku for teams").endpoints
    assert (users.primary_key, teams.primary_key) == (("id",), ("sku",))


@pytest.mark.parametrize("words", ["", "load everything please", "what is this?", "rename users to people"])
def test_what_is_not_understood_changes_nothing(words: str) -> None:
    assert correct(PROFILE, words) is None
