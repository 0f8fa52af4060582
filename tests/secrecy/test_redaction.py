"""Secret values are taken out in every form, and ordinary text is left alone."""

from __future__ import annotations

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.finding import Json
from pilot.secrecy.redaction import Redactor

KEY = 's3cr3t/K+y=9! "x"'
PEM = """\
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEF
AASCBKcwggSjAgEAAoIBAQC7
-----END PRIVATE KEY-----
"""
MARK = "[secret sources.weather.api_key]"


def redactor(**values: str) -> Redactor:
    return Redactor({name.replace("__", "."): value for name, value in values.items()})


FORMS = {
    "raw": KEY,
    "percent": quote(KEY, safe=""),
    "percent in lower case": quote(KEY, safe="")
    .replace("%2F", "%2f")
    .replace("%2B", "%2b")
    .replace("%3D", "%3d"),
    "percent but slashes": quote(KEY),
    "plus": quote_plus(KEY),
    "percent twice": quote(quote(KEY, safe=""), safe=""),
    "JSON": json.dumps(KEY)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(KEY)[1:-1])[1:-1],
    "repr": repr(KEY + "'")[1:-3],
    "HTML": html.escape(KEY),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(KEY.encode()).decode(),
    "basic": base64.b64encode(f"user:{KEY}".encode()).decode(),
    "basic with more": base64.b64encode(f"me:{KEY}:and more".encode()).decode(),
    "base64 without padding": base64.b64encode(f"a{KEY}".encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    hide = redactor(sources__weather__api_key=KEY)
    assert hide.text(f"before {form} after") == f"before {MARK} after"
    assert hide.leak(f"before {form} after") == "sources.weather.api_key"
    assert hide.leak(hide.text(form)) is None


PLACES = (
    "401 Client Error: Unauthorized for url: https://api.x/y?token={}&page=1",
    "Authorization: Bearer {}",
    "{{'api_key': '{}'}}",
    "\x1b[31m{}\x1b[0m",
    "x{}y",
    "{0}{0}",
)


@pytest.mark.parametrize("text", PLACES)
def test_a_secret_is_hidden_wherever_it_turns_up(text: str) -> None:
    hide = redactor(sources__weather__api_key="abc-123-XYZ")
    hidden = hide.text(text.format("abc-123-XYZ"))
    assert hidden == text.format(MARK)
    assert hide.text(hidden) == hidden


PARTS = (
    PEM,
    PEM.strip(),
    PEM.replace("\n", "\\n"),
    PEM.replace("\n", "\r\n"),
    PEM.replace("\n", " ").strip(),
    "MIIEvQIBADANBgkqhkiG9w0BAQEF",
)


@pytest.mark.parametrize("part", PARTS)
def test_a_key_of_several_lines_is_hidden_whole_and_by_the_line(part: str) -> None:
    hidden = redactor(pem=PEM).text(f"<{part}>")
    assert "MIIE" not in hidden and "AASC" not in hidden
    assert hidden.startswith("<[secret pem]")


def test_the_password_in_a_url_is_hidden_alone_too_as_written_and_as_meant() -> None:
    hide = redactor(db="postgresql://me:p%40ss-w0rd@host/db")
    assert hide.text("postgresql://me:p%40ss-w0rd@host/db") == "[secret db]"
    assert hide.text("tried p@ss-w0rd and p%40ss-w0rd") == "tried [secret db] and [secret db]"


CREDENTIALS = (
    "api_key={}",
    '"token": "{}"',
    "password: '{}'",
    "https://me:{}@host",
    "Bearer {}",
    "x-api-key: {}",
    "?appid={}&b=1",
    'secrets["api_key"] = "{}"',
    '{{\\"token\\": \\"{}\\"}}',
)
ORDINARY = [("pin", "1234"), ("token", "test"), ("password", "weather"), ("key", "abc"), ("port", "5432.0")]


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_an_ordinary_value_is_hidden_only_where_a_credential_stands(name: str, value: str) -> None:
    hide = redactor(**{name: value})
    mark = f"[secret {name}]"
    plain = f"{value} rows, {value}x, test_{value}, note={value}, weather data of 1234 abc"
    assert hide.text(plain) == plain
    for place in CREDENTIALS:
        assert hide.text(place.format(value)) == place.format(mark)


def test_of_two_secrets_in_each_other_the_longer_one_is_named() -> None:
    hide = redactor(short="abc-123", long="abc-123-def-456")
    assert hide.text("abc-123-def-456 abc-123") == "[secret long] [secret short]"


def test_two_secrets_that_overlap_go_together() -> None:
    assert redactor(a="xyz-123-abc", b="abc-456-longer").text("<xyz-123-abc-456-longer>") == "<[secret b]>"


def test_what_stands_for_a_secret_is_never_looked_into() -> None:
    hide = redactor(sources__weather__api_key="abc-123-XYZ", other="weather.api_key", third="[secret")
    assert hide.text("abc-123-XYZ") == MARK
    assert hide.text(MARK) == MARK


@pytest.mark.parametrize(
    "value", ["a.b*c(d", "\\d+[x]$1", "ключ-пароль", "🔑🔑🔑🔑🔑🔑", "a b\tc d e", "%41%42%43"]
)
def test_signs_of_all_kinds_are_taken_literally(value: str) -> None:
    assert redactor(k=value).text(f"<{value}>") == "<[secret k]>"


def test_an_empty_value_hides_nothing() -> None:
    assert redactor(a="", b="  ").text("a text, with  spaces") == "a text, with  spaces"


def test_the_line_ending_of_a_value_does_not_matter() -> None:
    assert redactor(k="abc-123-XYZ\n").text("abc-123-XYZ!") == "[secret k]!"


def test_every_text_in_json_is_redacted_and_its_shape_stays() -> None:
    hide = redactor(k="abc-123-XYZ", n="123456789012")
    tree: Json = {"a": ["abc-123-XYZ", 1, None, True, 1.5], "abc-123-XYZ": {"b": 123456789012}}
    assert hide.tree(tree) == {"a": ["[secret k]", 1, None, True, 1.5], "[secret k]": {"b": "[secret n]"}}


def test_a_value_that_is_learned_or_comes_later_is_hidden_from_then_on() -> None:
    values: dict[str, str] = {}
    hide = Redactor(lambda: values)
    assert hide.text("abc-123-XYZ new-456-key") == "abc-123-XYZ new-456-key"
    values["late"] = "abc-123-XYZ"
    hide.learn("typed", "new-456-key")
    assert hide.text("abc-123-XYZ new-456-key") == "[secret late] [secret typed]"


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=8, max_size=40).map(str.strip),
    st.text(max_size=60),
    st.text(max_size=60),
)
def test_no_strong_secret_survives_and_twice_is_once(value: str, before: str, after: str) -> None:
    hide = redactor(k="strong-9" + value)
    text = before + "strong-9" + value + after
    hidden = hide.text(text)
    assert "strong-9" + value not in hidden.replace("[secret k]", "")
    assert hide.leak(hidden) is None
    assert hide.text(hidden) == hidden


@given(st.text(max_size=300))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert redactor(k="Zq9-never-in-there").text(text) == text


def test_ten_kilobytes_take_two_milliseconds() -> None:
    hide = redactor(**{f"key{number}": f"k{number}-JHgfds87/+{number}" for number in range(20)})
    text = ("Traceback: line 12345 of weather_pipeline.py says api_key is wrong\n" * 200)[:10_000]
    hide.text(text)

    def once() -> float:
        started = time.thread_time()
        hide.text(text)
        return time.thread_time() - started

    assert min(once() for _ in range(20)) < 0.002


def test_a_file_called_like_a_key_does_not_make_the_key_a_word() -> None:
    hide = Redactor(
        {"a": "zx81qlm4-tn7vb2rw", "b": "orders_feed"}, lambda: {"zx81qlm4-tn7vb2rw", "orders_feed"}
    )
    assert hide.text("zx81qlm4-tn7vb2rw.py reads orders_feed") == "[secret a].py reads orders_feed"
