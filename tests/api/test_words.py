"""URLs, paths, names and keys are read out of plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.api.naming import LONGEST, propose_name, table_name
from pilot.api.profile import AuthKind, How
from pilot.api.urls import urls_in
from pilot.api.words import hosts_in, read_words, without_secrets


@pytest.mark.parametrize(
    ("goal", "urls"),
    [
        ("api.example.com/v1/users", ["https://api.example.com/v1/users"]),
        ("the weather at localhost:8000/weather.", ["http://localhost:8000/weather"]),
        ("load (https://x.com/a_(b)), please", ["https://x.com/a_(b)"]),
        ("**https://x.com/items**", ["https://x.com/items"]),
        (
            "[users](https://x.com/users) and `https://x.com/orders`",
            ["https://x.com/users", "https://x.com/orders"],
        ),
        ("<https://x.com/items>; 'https://x.com/b'", ["https://x.com/items", "https://x.com/b"]),
        ("/users and /orders of https://api.x.com", ["https://api.x.com/users", "https://api.x.com/orders"]),
        ("/users of https://api.x.com/v1", ["https://api.x.com/v1/users"]),
        ("/v1/users at https://api.x.com/v1", ["https://api.x.com/v1/users"]),
        ("users and/or orders of https://api.x.com", ["https://api.x.com"]),
        ("docs: https://docs.x.com/guide, load https://api.x.com/users", ["https://api.x.com/users"]),
        ("http://[::1]:8000/a", ["http://[::1]:8000/a"]),
        ("127.0.0.1:9000/x", ["http://127.0.0.1:9000/x"]),
        ("HTTPS://API.X.COM:443/Users#top", ["https://api.x.com/Users"]),
        ("write users.json with script.py and Node.js, i.e. e.g. v1.2.3", []),
        ("mail me@example.com", []),
        ("https:// or http://[oops", []),
    ],
)
def test_urls_are_found_in_plain_words(goal: str, urls: list[str]) -> None:
    assert [target.url for target in read_words(goal).targets] == urls


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ("https://api.open-meteo.com/v1/forecast", "open_meteo"),
        ("https://www.example.co.uk/x", "example"),
        ("http://localhost:8000/weather", "weather"),
        ("http://localhost:8000/import", "import_api"),
        ("https://api.7digital.com/x", "api_7digital"),
        ("I want the weather of Berlin", "weather"),
        ("class", "class_api"),
        ("Pokémon cards", "pokemon"),
        ("", "my_api"),
        ("天気", "my_api"),
    ],
)
def test_a_name_is_proposed(goal: str, name: str) -> None:
    assert propose_name(goal) == name


@given(st.text(max_size=120))
def test_a_proposed_name_is_always_a_lower_case_identifier(goal: str) -> None:
    import keyword

    name = propose_name(goal)
    assert name.isidentifier() and name.isascii() and name == name.lower()
    assert len(name) <= LONGEST and not keyword.iskeyword(name)


def test_tables_are_named_after_the_last_telling_part_of_the_path() -> None:
    assert table_name("/api/v1/users.json") == "users"
    assert table_name("/v1/users", frozenset({"users"})) == "users_2"
    assert table_name("/teams/{id}/members") == "members"
    assert table_name("/") == "records"


def test_keys_in_a_url_are_put_aside() -> None:
    goal = "https://me:hunter22@api.x.com/a?q=Berlin&appid=0123456789abcdef0123"
    named = read_words(goal)
    assert named.targets[0].params == {"q": "Berlin"}
    assert named.auth is not None
    assert (named.auth.kind, named.auth.location, named.auth.name, named.auth.how) == (
        AuthKind.API_KEY,
        "query",
        "appid",
        How.SAID,
    )
    for text in (repr(named), without_secrets(goal)):
        assert "0123456789" not in text and "hunter22" not in text
    assert hosts_in(goal) == ("api.x.com",)


def test_a_star_that_is_a_value_stays_and_one_that_emphasises_goes() -> None:
    goal = "load **https://a.example/x** and https://a.example/works?cursor=*"
    assert urls_in(goal) == ["https://a.example/x", "https://a.example/works?cursor=*"]


def test_harmless_parameters_stay() -> None:
    goal = "https://x.com/airports?code=BER&key=name&page_token=abcdefghijklmnopqrstuvw"
    assert set(read_words(goal).targets[0].params) == {"code", "key", "page_token"}


@pytest.mark.parametrize(
    ("words", "auth"),
    [
        ("key in the header X-Api-Key", (AuthKind.API_KEY, "header", "X-Api-Key")),
        ("the Ocp-Apim-Subscription-Key header", (AuthKind.API_KEY, "header", "Ocp-Apim-Subscription-Key")),
        ("query parameter appid", (AuthKind.API_KEY, "query", "appid")),
        ("my key goes in the `apikey` query param", (AuthKind.API_KEY, "query", "apikey")),
        ("pass it as ?access_token=…", (AuthKind.API_KEY, "query", "access_token")),
        ("a Bearer token", (AuthKind.BEARER, None, None)),
        ("needs basic auth", (AuthKind.BASIC, None, None)),
        ("OAuth2 client credentials", (AuthKind.OAUTH2, None, None)),
        ("the key is in the header", None),
        ("the page parameter counts pages", None),
        ("the table has a header row", None),
    ],
)
def test_how_the_key_is_sent_is_understood(words: str, auth: tuple[AuthKind, str, str] | None) -> None:
    said = read_words(f"load https://x.com/a, {words}").auth
    assert (None if said is None else (said.kind, said.location, said.name)) == auth


@pytest.mark.parametrize(
    ("words", "auth", "headers"),
    [
        ("header X-Token: ***", (AuthKind.API_KEY, "X-Token", "", ()), {}),
        ("header X-Any: [secret sources.x.api_key]", (AuthKind.API_KEY, "X-Any", "", ()), {}),
        ("Authorization: Token ***", (AuthKind.API_KEY, "Authorization", "Token", ()), {}),
        ("X-Token: *** and Authorization: Bearer ***", (AuthKind.BEARER, None, "", ("X-Token",)), {}),
        ("header X-Version: 2 and X-Token: ***", (AuthKind.API_KEY, "X-Token", "", ()), {"X-Version": "2"}),
    ],
)
def test_a_header_that_a_key_was_given_for_is_how_it_is_sent(
    words: str, auth: tuple[AuthKind, str | None, str, tuple[str, ...]], headers: dict[str, str]
) -> None:
    named = read_words(f"load https://x.com/a with {words}")
    assert named.auth is not None
    beside = tuple(other.name for other in named.auth.beside)
    assert (named.auth.kind, named.auth.name, named.auth.prefix, beside) == auth
    assert named.headers == headers


@given(st.text(max_size=200))
def test_no_words_break_the_reader(goal: str) -> None:
    read_words(goal)
    without_secrets(goal)
