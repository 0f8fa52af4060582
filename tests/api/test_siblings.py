"""Paging that was proven at one endpoint is tried at the others, so that many endpoints cost little."""

from __future__ import annotations

from collections.abc import Mapping

from pilot.api.cautions import warnings_of
from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, PagingKind
from pilot.api.show import profile_blocks, profile_text
from tests.support.api_server import Reply, Request, Route, people, serving

NAMES = ("users", "orders", "items", "shops", "cities", "notes", "tags", "teams", "events", "files")
ROWS = people(25)


def numbered(request: Request) -> Reply:
    start = (request.number("page", 1) - 1) * 10
    return Reply(data=ROWS[start : start + 10])


def skipping(request: Request) -> Reply:
    start = request.number("offset", 0)
    return Reply(data={"rows": ROWS[start : start + min(request.number("limit", 10), 10)]})


def probe(route: Route, count: int = 10, more: Mapping[str, Route] | None = None) -> ApiProfile:
    with serving({**{f"/v1/{name}": route for name in NAMES}, **(more or {})}) as server:
        urls = " ".join(f"{server.url}/v1/{name}" for name in NAMES[:count])
        profile = ApiProber(lambda host, why: True).probe(urls, None, {}, lambda text: None)
        assert profile.requests == len(server.requests) <= 12 + max(0, count - 6)
    return profile


def test_ten_endpoints_of_one_api_are_all_paged_with_few_requests() -> None:
    for route, kind in ((numbered, PagingKind.PAGE_NUMBER), (skipping, PagingKind.OFFSET)):
        paged = [endpoint.paging for endpoint in probe(route).endpoints]
        assert [paging.kind for paging in paged] == [kind] * 10
        assert paged[0].proven and not paged[0].like
        assert {paging.like for paging in paged[1:]} == {"users"}


def test_a_sibling_that_was_asked_for_its_second_page_counts_as_proven() -> None:
    users, orders = probe(numbered, 2).endpoints
    assert orders.paging.proven and orders.paging.like == "users"
    assert "as at users" in orders.paging.note


def test_what_was_carried_over_and_not_verified_is_marked_everywhere() -> None:
    profile = probe(numbered)
    last = profile.endpoints[-1]
    assert not last.paging.proven and last.paging.like == "users"
    assert any("files" in line and "not verified" in line for line in warnings_of(profile))
    assert "not verified here" in profile_text(profile)
    assert "not verified here" in repr(profile_blocks(profile))


def test_a_sibling_that_pages_otherwise_is_looked_at_anew() -> None:
    def by_cursor(request: Request) -> Reply:
        start = int(request.query.get("cursor") or 0)
        following = str(start + 10) if start + 10 < len(ROWS) else None
        return Reply(data={"rows": ROWS[start : start + 10], "next_cursor": following})

    profile = probe(numbered, 2, {"/v1/orders": by_cursor})
    kinds = [endpoint.paging.kind for endpoint in profile.endpoints]
    assert kinds == [PagingKind.PAGE_NUMBER, PagingKind.CURSOR]
    assert profile.endpoints[1].paging.like == ""


def test_a_sibling_that_ignores_the_parameter_is_not_paged_by_it() -> None:
    profile = probe(numbered, 2, {"/v1/orders": lambda request: Reply(data=ROWS[:7])})
    assert profile.endpoints[1].paging.kind is not PagingKind.PAGE_NUMBER
    few = probe(numbered, 4, {f"/v1/{name}": lambda request: Reply(data=ROWS[:7]) for name in NAMES[1:4]})
    assert all(not endpoint.paging.like for endpoint in few.endpoints[1:]), "tried, and found not to hold"


def test_a_list_that_is_short_here_goes_on_where_its_sibling_does() -> None:
    def by_cursor(rows: list[dict[str, object]]) -> Route:
        def answer(request: Request) -> Reply:
            start = int(request.query.get("cursor") or 0)
            more = start + 10 < len(rows)
            following = str(start + 10) if more else None
            return Reply(data={"rows": rows[start : start + 10], "has_more": more, "next_cursor": following})

        return answer

    short = probe(by_cursor(ROWS), 2, {"/v1/orders": by_cursor(ROWS[:4])}).endpoints[1].paging
    assert (short.kind, short.like, short.proven) == (PagingKind.CURSOR, "users", False)
    bare = {"/v1/orders": lambda request: Reply(data={"rows": ROWS[:4], "has_more": False})}
    assert probe(by_cursor(ROWS), 2, bare).endpoints[1].paging.kind is PagingKind.NONE
