"""What the words call a credential is found by what is said of it; words about keys are none."""

from __future__ import annotations

import pytest

from pilot.api.auth_words import hands_over_a_key
from pilot.secrecy.said import said_secrets


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("with the header X-Token: abc9912xyz, please", [("abc9912xyz", "api_key")]),
        ("X-Api-Key: topsecret", [("topsecret", "api_key")]),
        ("Authorization: Bearer eyJabc.JWT77.sig", [("eyJabc.JWT77.sig", "api_key")]),
        ("Authorization: Token 123abc.", [("123abc", "api_key")]),
        (
            "headers X-Token: a1b2c3 and Authorization: Basic dXNlcg==",
            [("a1b2c3", "x_token"), ("dXNlcg==", "api_key")],
        ),
        ("header X-Any: 9f8e7d6c5b4a39281706f5e4d3c2b1a0", [("9f8e7d6c5b4a39281706f5e4d3c2b1a0", "api_key")]),
        ("the password is swordfish", [("swordfish", "password")]),
        ("apikey=QWER12 and go on", [("QWER12", "api_key")]),
        ("the client secret is `a1B2c3D4`", [("a1B2c3D4", "api_key")]),
        ("my new key is demo-key-7f3a please use it", [("demo-key-7f3a", "api_key")]),
        ("use the token abcd1234efgh, then load", [("abcd1234efgh", "api_key")]),
        ("send bearer q1w2e3r4", [("q1w2e3r4", "api_key")]),
    ],
)
def test_what_is_called_a_credential_is_one(words: str, found: list[tuple[str, str]]) -> None:
    assert [(words[said.start : said.end], said.name) for said in said_secrets(words)] == found


@pytest.mark.parametrize(
    "words",
    [
        "the password is required and the token is missing",
        "the key is sku, the primary key is order_id2, key: id",
        "set the primary key of orders to order_id_2024",
        "key in the header X-Api-Key, or the query parameter apikey",
        "headers X-Version: 2, Accept: application/vnd.github.v3+json and If-None-Match: abc",
        "header X-Tenant: 550e8400-e29b-41d4-a716-446655440000",
        "Authorization: Bearer <token>, X-Api-Key: $KEY, password=YOUR_PASSWORD, api_key: ***",
        "pages by page_token=abc123def456",
        "token: string, password: text, a bearer token, basic auth",
    ],
)
def test_words_about_credentials_are_none(words: str) -> None:
    assert said_secrets(words) == []


@pytest.mark.parametrize(
    ("words", "only"),
    [
        ("my new key is ***, please use it", True),
        ("use the api key [secret sources.x.api_key] instead", True),
        ("use apikey=*** and rename a to b", False),
        ("send it in the header X-Key: ***", False),
        ("use my new key", False),
    ],
)
def test_words_that_only_hand_over_a_key_are_told_from_others(words: str, only: bool) -> None:
    assert hands_over_a_key(words) is only
