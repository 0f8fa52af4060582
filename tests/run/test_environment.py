"""The environment of a child."""

from __future__ import annotations

import pytest

from pilot.run.environment import child_environment, with_allowed
from pilot.run.result import RunMode

OWN = {
    "PATH": "/bin",
    "HOME": "/home/a",
    "LC_ALL": "C.UTF-8",
    "https_proxy": "http://proxy:1",
    "REQUESTS_CA_BUNDLE": "/ca.pem",
    "DLT_DATA_DIR": "/data",
    "SOURCES__WEATHER__API_KEY": "k",
    "DESTINATION__POSTGRES__CREDENTIALS": "c",
    "TERM": "xterm-256color",
    "VIRTUAL_ENV": "/venv",
    "OPENAI_API_KEY": "sk",
    "OPENAI__API_KEY": "sk",
    "PILOT_TRACE": "1",
    "ANTHROPIC_API_KEY": "sk",
    "AWS_SECRET_ACCESS_KEY": "aws",
    "GITHUB_TOKEN": "gh",
    "__CF_USER_TEXT_ENCODING": "x",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def test_what_the_system_and_dlt_need_is_passed_on() -> None:
    passed = child_environment(OWN, {})
    assert {name for name in OWN if passed.get(name) == OWN[name]} == {
        "PATH",
        "HOME",
        "LC_ALL",
        "https_proxy",
        "REQUESTS_CA_BUNDLE",
        "DLT_DATA_DIR",
        "SOURCES__WEATHER__API_KEY",
        "DESTINATION__POSTGRES__CREDENTIALS",
    }
    assert passed["RUNTIME__DLTHUB_TELEMETRY"] == "false"


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        ("SOURCES__API_KEY", True),
        ("WEATHER_PIPELINE__SOURCES__API_KEY", True),
        ("DESTINATION__DUCKDB__CREDENTIALS", True),
        ("RUNTIME__LOG_LEVEL", True),
        ("AIRFLOW__CORE__FERNET_KEY", False),
        ("CONNECTIONSTRINGS__DEFAULT", False),
        ("GITLAB__CI__TOKEN", False),
        ("A__B__SOURCES__KEY", False),
        ("OPENAI__SOURCES__KEY", False),
    ],
)
def test_of_names_with_two_underscores_only_those_of_dlt_are_passed_on(name: str, passed: bool) -> None:
    assert (name in child_environment({name: "x"}, {})) is passed


def test_the_keys_of_other_destinations_stay_behind_and_allowed_variables_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_TOKEN", "mine")
    theirs = {"DESTINATION__SNOWFLAKE__PASSWORD": "x", "A_PIPELINE__DESTINATION__POSTGRES__CREDENTIALS": "x"}
    own = {
        "DESTINATION__DUCKDB__CREDENTIALS": "d",
        "DESTINATION__MY_LAKE__BUCKET_URL": "b",
        "DESTINATION__X": "x",
    }
    assert with_allowed({**theirs, **own}, ["AWS_TOKEN", "GONE"], "duckdb") == {**own, "AWS_TOKEN": "mine"}


def test_given_secrets_win() -> None:
    assert child_environment(OWN, {"SOURCES__WEATHER__API_KEY": "new"})["SOURCES__WEATHER__API_KEY"] == "new"


def test_a_check_fails_fast_unless_the_person_set_it_otherwise() -> None:
    check = child_environment({"RUNTIME__REQUEST_TIMEOUT": "90"}, {}, RunMode.CHECK)
    assert check["RUNTIME__REQUEST_MAX_ATTEMPTS"] == "2"
    assert check["RUNTIME__REQUEST_TIMEOUT"] == "90"
    assert "RUNTIME__REQUEST_MAX_ATTEMPTS" not in child_environment(OWN, {}, RunMode.LOAD)
