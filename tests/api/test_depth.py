"""What a second and third look shows: page sizes, filters, tokens, required parameters."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pilot.api.fetch import ProbeLimits
from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, AuthKind, Endpoint, PagingKind
from pilot.api.show import profile_text
from tests.api.apis import PAGED, ROWS
from tests.support.api_server import ApiServer, Reply, Request, Route, people, serving

MANY = people(400)
CLIENT = {"client_id": "client-77aa", "client_secret": "secret-19be02"}


def probe(server: ApiServer, words: str = "", secrets: dict[str, str] | None = None) -> ApiProfile:
    prober = ApiProber(lambda host, why: host == server.host, ProbeLimits())
    return prober.probe(f"load {server.url}/items {words}", None, secrets or {}, lambda text: None)


def first(server: ApiServer, words: str = "") -> Endpoint:
    return probe(server, words).endpoints[0]


def sized(request: Request, most: int, param: str = "per_page", usual: int = 20) -> list[dict[str, Any]]:
    size = min(request.number(param, usual), most)
    start = request.number("offset", (request.number("page", 1) - 1) * size)
    return MANY[start : start + size]


@pytest.mark.parametrize(("most", "size"), [(50, 50), (100, 100), (250, 250)])
def test_the_largest_page_is_measured_by_what_comes(most: int, size: int) -> None:
    with serving(lambda request: Reply(data=sized(request, most))) as server:
        profile = probe(server)
    paging = profile.endpoints[0].paging
    assert (paging.size_param, paging.page_size, paging.kind) == ("per_page", size, PagingKind.PAGE_NUMBER)
    assert f"; largest pages: params {{'per_page': {size}}}" in profile_text(profile)


def test_an_offset_goes_on_by_what_really_comes() -> None:
    def route(request: Request) -> Reply:
        start = request.number("offset", 0)
        return Reply(data=MANY[start : start + min(request.number("limit", 20), 60)])

    with serving(route) as server:
        profile = probe(server)
    paging = profile.endpoints[0].paging
    assert (paging.kind, paging.options["limit"], paging.page_size) == (PagingKind.OFFSET, 60, 60)
    # it is one of the paginator's own options
    assert "largest pages" not in profile_text(profile)


def test_after_a_size_that_is_refused_a_smaller_one_is_tried() -> None:
    def route(request: Request) -> Reply:
        size, page = request.number("per_page", 20), request.number("page", 1)
        if size > 100:
            return Reply(400, {"message": "per_page is at most 100"})
        link = f'<{request.base}/items?page={page + 1}&per_page={size}>; rel="next"'
        return Reply(data=MANY[(page - 1) * size : page * size], headers={"Link": link})

    with serving(route) as server:
        paging = first(server).paging
    assert (paging.kind, paging.page_size) == (PagingKind.HEADER_LINK, 100)


def test_no_larger_page_is_asked_for_when_all_was_seen() -> None:
    with serving(lambda q: Reply(data={"total": 3, "limit": 3, "items": ROWS[:3]})) as server:
        assert first(server).paging.kind is PagingKind.NONE
        assert all("limit" not in request.query for request in server.requests)


def test_a_size_that_works_both_ways_proves_that_one_page_is_all() -> None:
    with serving(lambda q: Reply(data=MANY[:37][: q.number("limit", 100)])) as server:
        paging = first(server).paging
    assert (paging.kind, paging.proven) == (PagingKind.NONE, True)
    assert "limit=1 gives one record" in paging.note


@pytest.mark.parametrize("count", [20, 25, 50, 100, 64])
def test_as_many_records_as_apis_like_to_stop_at_prove_nothing(count: int) -> None:
    with serving(lambda q: Reply(data=MANY[: min(count, q.number("limit", count))])) as server:
        assert not first(server).paging.proven


def test_an_odd_number_of_records_alone_proves_nothing() -> None:
    with serving(lambda request: Reply(data=MANY[:37])) as server:
        assert not first(server).paging.proven


def filtering(param: str, matches: Any) -> Route:
    def route(request: Request) -> Reply:
        value = request.query.get(param)
        rows = [row for row in ROWS if value is None or matches(row["updated_at"], value)]
        start = (request.number("page", 1) - 1) * 10
        return Reply(data={"items": rows[start : start + 10]})

    return route


@pytest.mark.parametrize("param", ["updated_since", "since", "updated_at[gte]", "updated_after"])
def test_a_filter_on_the_time_of_change_is_proven_by_what_it_leaves_out(param: str) -> None:
    with serving(filtering(param, lambda mine, asked: mine >= asked)) as server:
        cursor = first(server, "incrementally").cursors[0]
    assert (cursor.name, cursor.param, cursor.proven) == ("updated_at", param, True)


def test_a_filter_with_a_name_of_its_own_is_found_in_the_words() -> None:
    with serving(filtering("ab_von", lambda mine, asked: mine >= asked)) as server:
        words = "load incrementally, filter with ab_von"
        assert first(server, words).cursors[0].param == "ab_von"
        assert not first(server, "load incrementally").cursors[0].proven


@pytest.mark.parametrize(
    "matches",
    [lambda mine, asked: mine == asked, lambda mine, asked: mine <= asked, lambda mine, asked: True],
    ids=["equal", "before", "ignored"],
)
def test_what_is_no_lower_bound_is_no_proof(matches: Any) -> None:
    with serving(filtering("updated_since", matches)) as server:
        assert not any(cursor.proven for cursor in first(server, "incrementally").cursors)


def test_odata_filters_by_an_expression() -> None:
    def route(request: Request) -> Reply:
        asked = request.query.get("$filter", "").removeprefix("updated_at ge ")
        rows = [row for row in ROWS if row["updated_at"] >= asked]
        start = request.number("$skip", 0)
        return Reply(data={"@odata.context": "x", "value": rows[start : start + request.number("$top", 10)]})

    with serving(route) as server:
        cursor = first(server, "incrementally").cursors[0]
    assert (cursor.param, cursor.template, cursor.proven) == ("$filter", "updated_at ge {value}", True)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Reply(400, {"message": "Required parameter 'city' is missing"}), "for the city Berlin"),
        (Reply(400, {"error": "city is required"}), "city=Berlin"),
        (Reply(422, {"detail": [{"loc": ["query", "city"], "msg": "Field required"}]}), "in city: Berlin"),
        (Reply(400, {"errors": {"city": ["This field is required."]}}), 'the city is "Berlin"'),
    ],
)
def test_a_required_parameter_gets_its_value_from_the_words(refusal: Reply, words: str) -> None:
    def route(request: Request) -> Reply:
        return PAGED["page_from_1"](request) if request.query.get("city") == "Berlin" else refusal

    with serving(route) as server:
        endpoint = first(server, words)
        silent = probe(server)
    assert (endpoint.params, endpoint.records.count) == ({"city": "Berlin"}, 10)
    assert silent.endpoints[0].error
    assert any("city=" in note for note in silent.notes)


def token_api(asked: list[dict[str, str]]) -> dict[str, Route]:
    def token(request: Request) -> Reply:
        asked.append({"method": request.method, **dict(parse_qsl(request.body.decode()))})
        return Reply(data={"access_token": "t-0123456", "expires_in": 60})

    def items(request: Request) -> Reply:
        right = request.headers.get("authorization") == "Bearer t-0123456"
        return Reply(data=ROWS[:3]) if right else Reply(401, {"error": "no token"})

    return {"/items": items, "/oauth/token": token}


def test_a_token_is_fetched_for_a_client_and_opens_the_api() -> None:
    asked: list[dict[str, str]] = []
    words = "OAuth2 client credentials, token URL /oauth/token, scope read:items"
    with serving(token_api(asked)) as server:
        profile = probe(server, words, {f"sources.x.{name}": value for name, value in CLIENT.items()})
        assert profile.auth.token_url == f"{server.url}/oauth/token"
    grant = {"method": "POST", "grant_type": "client_credentials", "scope": "read:items"}
    assert asked == [{**grant, **CLIENT}]
    assert (profile.auth.kind, profile.endpoints[0].records.count) == (AuthKind.OAUTH2, 3)
    assert not any(value in repr(profile) + profile_text(profile) for value in [*CLIENT.values(), "t-0123"])


def test_a_refusal_that_names_the_token_url_is_enough() -> None:
    asked: list[dict[str, str]] = []
    routes = token_api(asked)
    says = {"error": "Get a token with client credentials at /oauth/token"}

    def items(request: Request) -> Reply:
        return routes["/items"](request) if "authorization" in request.headers else Reply(401, says)

    with serving({**routes, "/items": items}) as server:
        secrets = {f"sources.x.{name}": value for name, value in CLIENT.items()}
        assert probe(server).auth.token_url == f"{server.url}/oauth/token"
        assert probe(server, secrets=secrets).endpoints[0].records.count == 3


def test_a_list_of_tokens_is_an_endpoint_like_any_other() -> None:
    with serving({"/v1/tokens": lambda request: Reply(data=ROWS[:3])}) as server:
        prober = ApiProber(lambda host, why: True)
        profile = prober.probe(f"{server.url}/v1/tokens", None, {}, lambda text: None)
    assert profile.endpoints[0].records.count == 3


def test_a_token_of_another_host_is_asked_for_first() -> None:
    asked: list[dict[str, str]] = []
    with serving(token_api(asked)) as other, serving(token_api([])) as server:
        words = f"OAuth2 client credentials, tokens at {other.url}/oauth/token"
        profile = probe(server, words, {f"sources.x.{name}": value for name, value in CLIENT.items()})
    assert asked == []
    assert "declined" in profile.auth.note


def test_a_short_wait_that_the_api_asks_for_is_waited() -> None:
    calls = itertools.count()

    def route(request: Request) -> Reply:
        if next(calls) == 1:
            return Reply(429, {"message": "slow"}, {"Retry-After": "0"})
        return PAGED["next_url"](request)

    with serving(route) as server:
        assert first(server).paging.proven


def test_pages_that_share_records_are_told() -> None:
    def route(request: Request) -> Reply:
        start = request.number("o", 0)
        link = f"{request.path}?o={start + 9}" if start + 10 < len(ROWS) else None
        return Reply(data={"items": ROWS[start : start + 10], "next": link})

    with serving(route) as server:
        endpoint = first(server)
    assert endpoint.paging.overlaps
    assert endpoint.primary_key == ("id",)
