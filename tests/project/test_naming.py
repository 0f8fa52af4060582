"""Names: what is refused, and what is proposed instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.errors import UsageError
from pilot.project.naming import check_name, suggest_name


@pytest.mark.parametrize("name", ["weather", "my_api", "api2", "a", "type", "x" * 50])
def test_a_name_that_dlt_can_use_is_taken_as_it_is(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "wrong", "better"),
    [
        ("", "empty", "weather"),
        ("  ", "empty", "weather"),
        ("my api", "space", "my_api"),
        ("my-api", "dash", "my_api"),
        ("Weather", "uppercase", "weather"),
        ("openMeteo", "uppercase", "open_meteo"),
        ("1weather", "digit", "api_1weather"),
        ("class", "word of Python", "api_class"),
        ("none", "word of Python", "api_none"),
        ("../weather", "path", "weather"),
        ("C:\\apis\\weather", "path", "weather"),
        ("..", "path", "weather"),
        ("wéather", "beyond a to z", "weather"),
        ("weather!", "signs", "weather"),
        ("weather.py", "signs", "weather_py"),
        ("__weather__", "underscore", "weather"),
        ("my__api", "two underscores", "my_api"),
        ("w" * 51, "51 characters", "w" * 50),
        ("https://api.open-meteo.com/v1/forecast", "path", "open_meteo"),
    ],
)
def test_a_name_that_will_not_do_is_refused_with_the_reason_and_a_better_one(
    name: str, wrong: str, better: str
) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name)
    assert caught.value.exit_code == 2
    assert wrong in caught.value.message
    assert better in caught.value.hint


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("http://127.0.0.1:8000/v1/forecast", "forecast"),
        ("http://localhost:8000", "weather"),
        ("load https://api.github.com/users please", "github"),
        ("https://user:pw@www.example.co.uk/x", "co"),
    ],
)
def test_a_url_gives_a_name(words: str, name: str) -> None:
    assert suggest_name(words) == name


@given(st.text(max_size=80))
def test_what_is_proposed_can_always_be_used(text: str) -> None:
    assert check_name(suggest_name(text))
