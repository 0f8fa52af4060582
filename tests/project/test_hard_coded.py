"""Keys that a script writes out are found, and read through dlt instead."""

from __future__ import annotations

import pytest

from pilot.project.hard_coded import hard_coded, read_through_dlt

KEY = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
PATH = "sources.shop.api_key"
READ = f'dlt.secrets["{PATH}"]'

MOVED = {
    "a constant": (f'import dlt\nAPI_KEY = "{KEY}"\n', f"import dlt\nAPI_KEY = {READ}\n"),
    "an entry": (
        f'import dlt\nconfig = {{"auth": {{"type": "bearer", "token": "{KEY}"}}}}\n',
        f'import dlt\nconfig = {{"auth": {{"type": "bearer", "token": {READ}}}}}\n',
    ),
    "an argument": (
        f"import dlt\nsource(api_key='{KEY}', page=1)\n",
        f"import dlt\nsource(api_key={READ}, page=1)\n",
    ),
    "a default": (
        f'import dlt\ndef f(token: str = "{KEY}"):\n    pass\n',
        f"import dlt\ndef f(token: str = {READ}):\n    pass\n",
    ),
    "a header": (
        f'import dlt\nheaders = {{"Authorization": "Bearer {KEY}"}}\n',
        f'import dlt\nheaders = {{"Authorization": ("Bearer " + {READ})}}\n',
    ),
    "an address": (
        f'import dlt\nurl = "https://a.b/c?api_key={KEY}&page=1"\n',
        f'import dlt\nurl = ("https://a.b/c?api_key=" + {READ} + "&page=1")\n',
    ),
    "a subscript": (f'import dlt\nparams["apikey"] = "{KEY}"\n', f'import dlt\nparams["apikey"] = {READ}\n'),
    "twice": (f'import dlt\na_key = "{KEY}"\nb = "{KEY}"\n', f"import dlt\na_key = {READ}\nb = {READ}\n"),
    "behind other letters": (
        f'import dlt\nключ = "é"; token = "{KEY}"\n',
        f'import dlt\nключ = "é"; token = {READ}\n',
    ),
    "no import of dlt": (
        f'"""Doc."""\nfrom __future__ import annotations\nimport os\ntoken = "{KEY}"\n',
        f'"""Doc."""\nfrom __future__ import annotations\nimport dlt\nimport os\ntoken = {READ}\n',
    ),
}

NONE = [
    'token = dlt.secrets["sources.shop.api_key"]',
    'api_key = "<configure me>"',
    'api_key = "YOUR_API_KEY"',
    'primary_key = "order_line_id_2"',
    'name = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"',
    '"""Send api_key=9f8e7d6c5b4a39281706f5e4d3c2b1a0 along."""',
    'url = f"https://a.b/c?api_key={key}"',
    'headers = {"Authorization": f"Bearer {token}"}',
    "token = (",
]


@pytest.mark.parametrize(("text", "after"), MOVED.values(), ids=MOVED)
def test_a_key_is_found_and_read_through_dlt(text: str, after: str) -> None:
    found = hard_coded(text)
    assert [one.value for one in found] == [KEY]
    assert read_through_dlt(text, {KEY: PATH}) == after
    assert not hard_coded(after)


@pytest.mark.parametrize("text", NONE)
def test_what_only_stands_like_a_key_is_none(text: str) -> None:
    assert hard_coded(text) == ()


def test_a_key_goes_by_the_name_that_it_has_in_the_script() -> None:
    names = {
        "AccessToken": "access_token",
        "X-Api-Key": "api_key",
        "Authorization": "api_key",
        "client_secret": "client_secret",
    }
    for name, called in names.items():
        value = f"Bearer {KEY}" if name == "Authorization" else KEY
        assert hard_coded(f'h = {{"{name}": "{value}"}}')[0].name == called


def test_a_known_value_is_found_whatever_it_is_called() -> None:
    found = hard_coded(
        'greeting = "say friend-of-mine"', lambda text: "friend-of-mine" if "friend" in text else None
    )
    assert [(one.line, one.value) for one in found] == [(1, "friend-of-mine")]


@pytest.mark.parametrize("text", [f'k = f"{{a}}&token={KEY}"', f'k = b"{KEY}"'])
def test_what_no_rule_can_change_is_left_to_the_writer(text: str) -> None:
    assert read_through_dlt(text, {KEY: PATH}) is None
