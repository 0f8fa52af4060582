"""What the person said about an API holds at every later look at it."""

from __future__ import annotations

from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, How
from pilot.corrections import as_said, corrected, said_auth
from pilot.facts import Facts

CLOSED = ApiProfile(
    base_url="https://x.com",
    endpoints=(Endpoint(name="items", path="items"),),
    auth=Auth(AuthKind.UNKNOWN, how=How.SEEN, note="HTTP 401 with and without the key"),
)


def told(*words: str) -> Facts:
    facts = Facts(profile=CLOSED)
    for each in words:
        news = corrected(facts, facts.profile or CLOSED, each)
        assert news is not None
        facts = facts.learn(news)
    return facts


def test_where_the_key_goes_is_kept_for_the_next_look() -> None:
    facts = told("the key goes in the query parameter apikey", "records are at data.items")
    said = said_auth(facts)
    assert said is not None and (said.location, said.name, said.how) == ("query", "apikey", How.SAID)
    again = as_said(facts, CLOSED)
    assert again.auth == said
    assert again.endpoints[0].records.selector == "data.items"


def test_a_look_that_used_what_was_said_tells_how_the_key_was_taken() -> None:
    facts = told("the key goes in the header X-Shop-Key")
    taken = Auth(AuthKind.API_KEY, "header", "X-Shop-Key", How.SAID, "the key was accepted")
    assert as_said(facts, ApiProfile(auth=taken)).auth == taken


def test_the_last_words_count() -> None:
    said = said_auth(
        told("the key goes in the header X-Shop-Key", "the key goes in the query parameter apikey")
    )
    assert said is not None and said.name == "apikey"


def test_nothing_said_changes_nothing() -> None:
    assert said_auth(Facts(profile=CLOSED)) is None
    assert as_said(Facts(), CLOSED) is CLOSED
    assert corrected(Facts(), CLOSED, "good morning") is None
