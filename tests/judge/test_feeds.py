"""A ledger becomes feeds: endpoints with their pages in order, whatever way they were asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pilot.judge.feeds import feeds_of, pages_by
from tests.judge.ledgers import failed, got, pages


def test_ids_in_paths_are_folded_and_endpoints_are_not() -> None:
    paths = ["/v1/people/17/orders", "/v1/people/18/orders", "/v1/people", "/v1/orders"]
    found = {feed.path for feed in feeds_of([got(path) for path in paths])}
    assert found == {"/v1/people/{}/orders", "/v1/people", "/v1/orders"}


def test_names_are_folded_where_many_stand_behind_an_endpoint() -> None:
    names = ["bulbasaur", "ivysaur", "venusaur", "charmander"]
    found = feeds_of([got("/pokemon"), *(got(f"/pokemon/{name}", 1) for name in names)])
    assert [(feed.path, len(feed.chains)) for feed in found] == [("/pokemon", 1), ("/pokemon/{}", 4)]


def test_two_names_that_one_resource_asks_for_are_folded_too() -> None:
    names = ("magnus", "pragg")
    (feed,) = feeds_of([got(f"/player/{name}/games", 4, resource="games") for name in names])
    assert (feed.path, feed.records) == ("/player/{}/games", 8)


def test_pages_of_one_list_are_a_chain_and_other_filters_are_other_chains() -> None:
    traffic = [got(f"/people?station={s}&page={p}", at=s * 10 + p) for s in (1, 2) for p in (1, 2)]
    (feed,) = feeds_of(traffic)
    assert [[page.url[-1] for page in chain.pages] for chain in feed.chains] == [["1", "2"], ["1", "2"]]


def test_a_parameter_of_no_known_name_may_page_too() -> None:
    (feed,) = feeds_of([got(f"/people?mark={mark}") for mark in "abc"])
    (chain,) = feed.chains
    assert (len(chain.pages), chain.sure) == (3, False)


def test_who_goes_to_the_announced_address_stays_in_the_list_whatever_parameters_it_drops() -> None:
    first = got("/people?state=all&page=1", leads_to="https://api.example.com/people?page=2&size=10")
    traffic = [first, got("/people?size=10&page=2", at=1), got("/people?state=new", at=2)]
    (feed,) = feeds_of(traffic)
    assert [len(chain.pages) for chain in feed.chains] == [2, 1]


def test_a_request_that_was_answered_when_it_was_sent_again_did_not_fail() -> None:
    (feed,) = feeds_of([failed("/people", 429), got("/people", at=1), failed("/people?page=2", None, at=2)])
    assert [failure.url[-6:] for failure in feed.failures] == ["page=2"]


def test_who_was_let_in_with_a_key_was_not_refused() -> None:
    (feed,) = feeds_of([failed("/people", 401), got("/people?key=…", at=1)])
    assert not feed.failures
    (other,) = feeds_of([failed("/people?page=2", 500), got("/people?page=3", at=1)])
    assert other.failures


def test_no_such_page_after_a_full_one_is_an_end_and_no_failure() -> None:
    (feed,) = feeds_of([*pages(2), failed("/people?page=3", 404, at=3)])
    assert not feed.failures and feed.chains[0].past_end
    (other,) = feeds_of([failed("/people?page=1", 404), got("/people?page=2", at=2)])
    assert other.failures


def test_the_same_request_twice_is_one_page_and_equal_bodies_count_once() -> None:
    (feed,) = feeds_of([got("/people", at=0), got("/people", at=1)])
    assert (feed.records, feed.chains[0].again) == (10, 1)
    (deaf,) = feeds_of(pages(3, digest="same"))
    assert (deaf.records, len(deaf.pages)) == (10, 3)


def test_posts_that_read_are_pages_and_those_for_a_token_are_none() -> None:
    traffic = [got("/token", None, method="POST"), *(got("/graph", 5, method="POST", at=n) for n in (1, 2))]
    (feed,) = feeds_of(traffic)
    assert (feed.path, feed.records) == ("/graph", 10)


def test_lists_in_records_are_added_up() -> None:
    (feed,) = feeds_of(pages(3, nested={"tags": 7}, filled=("id", "tags")))
    assert feed.nested == {"tags": 21}
    assert feed.filled == {"id", "tags"}


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_no_record_is_lost_or_counted_twice_however_large_the_pages_are(sizes: list[int]) -> None:
    traffic = [got(f"/people?offset={n}", size, at=float(n)) for n, size in enumerate(sizes)]
    (feed,) = feeds_of(traffic)
    assert feed.records == sum(sizes)


def test_parameters_that_page_are_known_by_many_names() -> None:
    assert all(map(pages_by, ["page", "offset", "$skip", "pageToken", "per_page", "page[number]", "cursor"]))
    assert not any(map(pages_by, ["station", "year", "status", "q"]))
