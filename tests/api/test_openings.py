"""How a key is sent where that is not the usual way, and headers that the words name."""

from __future__ import annotations

import base64

import pytest

from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, AuthKind
from pilot.api.show import profile_blocks, profile_text
from pilot.api.words import read_words
from pilot.names import ProjectNames
from pilot.writers.builtin.design import design
from pilot.writers.builtin.script import script
from tests.support.api_server import Reply, Request, Route, serving

KEY = "opening-0123456789"


def opened_by(wanted: str, challenge: str) -> Route:
    def route(request: Request) -> Reply:
        if request.headers.get("authorization") != wanted:
            return Reply(401, {"detail": "none given"}, {"WWW-Authenticate": challenge})
        return Reply(data=[{"id": n} for n in range(3)])

    return route


def probe(route: Route, words: str = "") -> ApiProfile:
    with serving({"/people": route}) as server:
        prober = ApiProber(lambda host, why: True)
        return prober.probe(f"{server.url}/people {words}", None, {"x.api_key": KEY}, lambda text: None)


@pytest.mark.parametrize("words", ["", "send Authorization: Token <key>"])
def test_a_word_before_the_key_is_learned_and_written(words: str) -> None:
    profile = probe(opened_by(f"Token {KEY}", "Token"), words)
    assert profile.seen and (profile.auth.kind, profile.auth.prefix) == (AuthKind.API_KEY, "Token")
    text = script(design(profile, ProjectNames("x")), preview=False)
    assert '"Token " + dlt.secrets["sources.x.api_key"]' in text
    assert "Token" in profile_text(profile) and "Token" in repr(profile_blocks(profile))


def test_who_says_token_may_mean_a_bearer_token() -> None:
    profile = probe(opened_by(f"Bearer {KEY}", 'Token realm="Application"'))
    assert profile.seen and profile.auth.kind is AuthKind.BEARER


def test_one_key_alone_may_be_the_user() -> None:
    pair = base64.b64encode(f"{KEY}:".encode()).decode()
    profile = probe(opened_by(f"Basic {pair}", 'Basic realm="api"'))
    assert profile.seen and profile.auth.kind is AuthKind.BASIC and profile.auth.sole
    text = script(design(profile, ProjectNames("x")), preview=False)
    assert '"username": dlt.secrets["sources.x.api_key"]' in text and '"password": ""' in text
    assert "user" in profile_text(profile) and KEY not in repr(profile)


def test_a_header_in_the_words_is_sent_and_a_key_in_one_is_not_kept() -> None:
    def route(request: Request) -> Reply:
        return Reply(data=[{"id": 1}]) if request.headers.get("x-version") == "2" else Reply(400, {"e": "no"})

    profile = probe(route, "with the header X-Version: 2.")
    assert profile.seen and profile.endpoints[0].headers == {"X-Version": "2"}
    named = read_words("https://a.example/x header X-Api-Key: abcdef0123456789abcdef and header Cookie: a=b")
    assert named.headers == {}
