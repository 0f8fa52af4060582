"""Secrets in an unattended run: where they may come from, and that their values go nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.command import Project, new_project
from tests.support.model_server import ModelServer
from tests.support.weather_api import KEY, WeatherApi, serve

PATH = "sources.weather.api_key"
TWO_KEYS = """```python
import dlt


@dlt.resource(write_disposition="replace")
def things():
    first, second = dlt.secrets["sources.north.api_key"], dlt.secrets["sources.south.api_key"]
    print("using", first, second)
    yield [{"id": 1, "known": first != second}]


if __name__ == "__main__":
    print(list(things())[:5])
    exit()

    pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(things()))
```
"""
QUERY = "```sql\nSELECT count(*) AS things FROM weather_data.things\n```"


@pytest.fixture(scope="module")
def api() -> Iterator[WeatherApi]:
    """The weather, for who has the key."""
    with serve(WeatherApi()) as served:
        yield served


@pytest.fixture(scope="module")
def waiting(api: WeatherApi, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that waits for its key."""
    project = new_project(tmp_path_factory.mktemp("waiting"))
    result = project("init", "weather", "--api", f"{api.url}/v1/stations", "--yes", "--json")
    assert (result.code, result.failure.step) == (3, "wait_for_secrets"), result
    return project


@pytest.mark.parametrize(
    "given",
    ["api_key=hunter2-value", "hunter2-value", "api_key=hunter2-value:env", "=env:hunter2-value", "api_key="],
)
def test_a_value_on_the_command_line_is_refused_and_not_repeated(project: Project, given: str) -> None:
    result = project("init", "weather", "--secret", given, "--json")
    assert (result.code, result.failure.kind) == (2, "usage")
    assert "NAME=env:VAR" in result.error()
    assert "hunter2" not in result.out + result.err
    assert project.holding("hunter2") == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("api_key=env:NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE is not set"),
        ("api_key=env:EMPTY", "EMPTY is empty"),
        ("api_key=file:no/such/file", "no/such/file can't be read"),
        ("api_key=file:.", "can't be read"),
        ("api_key=file:empty.txt", "empty.txt is empty"),
        ("api_key=file:binary.txt", "binary.txt is not UTF-8"),
        ("api_key=file:large.txt", "large.txt is too large"),
        ("apikey=env:HOME", PATH),
        ("sources.other.api_key=env:HOME", PATH),
    ],
)
def test_a_source_without_a_value_is_wrong_usage(waiting: Project, given: str, told: str) -> None:
    waiting.write("empty.txt", "\n")
    waiting.write("binary.txt", b"\xff\xfe\x00")
    waiting.write("large.txt", b"k" * 100_000)
    before = waiting.files()
    result = waiting("resume", "--yes", "--json", "--secret", given, env={"EMPTY": ""})
    assert result.code == 2, result
    assert told in result.error()
    assert waiting.files() == before


def test_a_wrong_key_is_told_with_the_apis_answer(waiting: Project) -> None:
    result = waiting(
        "resume", "--yes", "--json", "--secret", "api_key=env:WRONG", env={"WRONG": "wrong-key-77"}
    )
    assert (result.code, result.failure.kind) == (1, "secret_refused"), result
    assert "401" in result.error()
    assert "--secret" in result.error()
    assert waiting.holding("wrong-key-77") == []
    assert "wrong-key-77" not in result.out + result.err


def test_a_placeholder_counts_as_missing(waiting: Project) -> None:
    before = waiting.read(".dlt/secrets.toml")
    for placeholder in ("<configure me>", "", "your-api-key"):
        waiting.write(".dlt/secrets.toml", f'[sources.weather]\napi_key = "{placeholder}"\n')
        result = waiting("resume", "--yes", "--json")
        assert (result.code, result.failure.kind) == (3, "answer_missing"), placeholder
    waiting.write(".dlt/secrets.toml", before)


def test_a_value_in_the_file_or_under_dlts_own_name_needs_no_flag(waiting: Project) -> None:
    before = waiting.read(".dlt/secrets.toml")
    waiting.write(".dlt/secrets.toml", f'# mine\n[sources.weather]\napi_key = "{KEY}" # the key\n')
    kept = waiting.read(".dlt/secrets.toml")
    result = waiting("resume", "--json")
    assert (result.code, result.failure.step) == (3, "wait_for_secrets"), result  # consent to look again
    assert waiting.read(".dlt/secrets.toml") == kept
    waiting.write(".dlt/secrets.toml", before)
    done = waiting("resume", "--yes", "--json", env={"SOURCES__WEATHER__API_KEY": KEY})
    assert done.code == 0, done
    assert waiting.holding(KEY) == []


def test_a_file_gives_the_value_by_the_whole_path(project: Project, api: WeatherApi) -> None:
    key = project.root.parent / "key.txt"
    key.write_text(f"{KEY}\n", "utf-8")
    source = f"{PATH}=file:{key}"
    done = project(
        "init", "weather", "--api", f"{api.url}/v1/stations", "--yes", "--json", "--secret", source
    )
    assert done.code == 0, done
    assert project.holding(KEY) == []
    again = project("run", "--yes", "--json", "--secret", source)
    assert again.code == 0, again
    missing = project("run", "--yes", "--json")
    assert (missing.code, missing.failure.step) == (3, "wait_for_secrets")


def test_a_name_that_means_two_is_asked_for_whole_and_values_are_masked(project: Project) -> None:
    first, second = "north-value-4711", "south-value-0815"
    environment = {"NORTH": first, "SOUTH": second}
    words = ("init", "weather", "--api", "Two keys", "--yes", "--json")
    with ModelServer([TWO_KEYS, QUERY]) as server:
        environment["OPENAI_BASE_URL"] = server.url
        unclear = project(*words, "--secret", "api_key=env:NORTH", env=environment)
        assert (unclear.code, unclear.failure.step) == (2, "wait_for_secrets"), unclear
        assert "sources.north.api_key" in unclear.error()
        assert "sources.south.api_key" in unclear.error()
        both = ("--secret", "sources.north.api_key=env:NORTH", "--secret", "sources.south.api_key=env:SOUTH")
        done = project("resume", "--yes", "--json", *both, env=environment)
        assert done.code == 0, done
        sent = json.dumps(server.requests)
    for value in (first, second):
        assert value not in done.out + done.err + sent
        assert project.holding(value) == []
    assert "[secret sources.north.api_key]" in done.err
