"""Models that are down, wrong, angry or talk nonsense: told in words, bounded, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.command import Project, Result, new_project
from tests.support.model_server import ModelServer
from tests.support.weather_api import nobody_there

KEY = "sk-bad-input-77f1"
SCRIPT = """```python
import dlt


@dlt.resource(write_disposition="replace")
def things():
    yield [{"id": 1}, {"id": 2}]


if __name__ == "__main__":
    print(list(things()))
    exit()

    pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(things()))
```
"""
QUERY = "```sql\nSELECT count(*) AS things FROM weather_data.things\n```"
WORDS = ("init", "weather", "--api", "Two things that need no API", "--yes", "--json")


def asked(project: Project, url: str, *more: str) -> Result:
    """The policy with a model at a URL."""
    return project(*WORDS, *more, env={"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY})


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One project for all that fail before a script is written: `dlt init` runs once."""
    project = new_project(tmp_path_factory.mktemp("begun"))
    assert project("init", "weather", "--json").code == 3
    return project


@pytest.mark.parametrize(
    ("reply", "told", "requests"),
    [
        ({"status": 401, "error": {"message": f"Incorrect key {KEY}", "code": "invalid_api_key"}}, "401", 1),
        ({"status": 402, "error": {"message": "pay first"}}, "no credit", 1),
        ({"status": 404, "error": {"message": "no such page"}}, "404", 1),
        ({"status": 400, "error": {"message": "what is this"}}, "400", 1),
        ({"fault": "html"}, "did not answer like a model", 1),
        ({"fault": "badjson"}, "broken JSON", 2),
        ({"fault": "error_in_200", "error": {"message": "strange", "code": 400}}, "strange", 1),
        ({"fault": "empty"}, "broke off", 2),
        ("I like trains.", "could not be used, twice", 2),
        ("", "empty", 2),
        ({"content": None}, "empty", 2),
        ({"content": "```python\nprint(1", "finish": "length"}, "could not be used", 4),
        (
            {"content": "```python\nimport dlt\n# ... rest of the code unchanged ...\n```"},
            "could not be used",
            2,
        ),
        ({"content": "", "refusal": "I can not help with that."}, "I can not help with that.", 1),
    ],
    ids=[
        "401",
        "402",
        "404",
        "400",
        "html",
        "badjson",
        "error in 200",
        "no choices",
        "prose",
        "empty",
        "null",
    ]
    + ["cut off", "elided", "refused"],
)
def test_a_model_that_gives_no_script_is_told_and_the_file_stays(
    begun: Project, reply: Any, told: str, requests: int
) -> None:
    with ModelServer([reply]) as server:
        result = asked(begun, server.url, "--restart")
        assert len(server.requests) == requests
    assert (result.code, result.failure.step, result.failure.kind) == (1, "write_code", "writer_failed"), (
        result
    )
    assert told in result.error()
    assert result.document.model is not None
    assert KEY not in result.out + result.err
    assert "example.com" in begun.read("weather_pipeline.py")
    assert begun.holding(KEY) == []


def test_a_wrong_key_names_the_variable(project: Project) -> None:
    with ModelServer([SCRIPT], key="sk-another") as server:
        result = asked(project, server.url)
        assert server.requests == []
    assert (result.code, result.failure.kind) == (1, "writer_failed")
    assert "OPENAI_API_KEY" in result.error()
    assert KEY not in result.out + result.err


def test_an_endpoint_that_is_down_is_told(project: Project) -> None:
    result = asked(project, f"{nobody_there()}/v1")
    assert (result.code, result.failure.step) == (1, "write_code"), result
    assert "can't be reached" in result.error()
    assert "OPENAI_BASE_URL" in result.error()
    assert result.seconds < 30


@pytest.mark.parametrize("busy", [429, 500], ids=["rate limit", "server error"])
def test_a_busy_endpoint_is_waited_for_and_that_is_told(project: Project, busy: int) -> None:
    trouble = {"status": busy, "error": {"message": "later"}, "headers": {"retry-after": "0.2"}, "times": 2}
    with ModelServer([trouble, SCRIPT, QUERY]) as server:
        result = asked(project, server.url)
        assert len(server.requests) == 4
    assert result.code == 0, result
    assert "later" in result.err
    assert "Trying again" in result.err
    assert {table.name: table.rows for table in result.document.tables} == {"things": 2}


def test_an_endpoint_that_stays_busy_is_given_up_and_resume_tries_again(project: Project) -> None:
    busy = {"status": 429, "error": {"message": "later"}, "headers": {"retry-after": "0.1"}}
    with ModelServer([busy]) as server:
        result = asked(project, server.url)
        assert 2 <= len(server.requests) <= 10
    assert (result.code, "pilot resume" in result.error()) == (1, True)
    with ModelServer([SCRIPT, QUERY]) as server:
        environment = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        done = project("resume", "--yes", "--json", "--model", "gpt-6.1-sol", env=environment)
    assert done.code == 0, done


def test_a_model_that_asks_is_a_missing_answer(project: Project) -> None:
    with ModelServer(["Which of the two stations do you mean?"]) as server:
        result = asked(project, server.url)
    assert (result.code, result.failure.kind) in ((3, "answer_missing"), (1, "writer_failed")), result
    assert "Which of the two stations" in result.out + result.err


def test_a_bug_that_is_never_repaired_is_bounded_and_the_folder_is_whole(project: Project) -> None:
    project.write("notes.txt", "mine")
    bugs = [SCRIPT.replace("yield [", f"raise KeyError({number})\n    yield [") for number in range(9)]
    with ModelServer(bugs) as server:
        result = asked(project, server.url, "--max-repairs", "2")
        assert len(server.requests) == 3
    assert (result.code, result.failure.step, result.failure.kind) == (1, "check_api", "code_error"), result
    assert result.document.repairs == 2
    assert "KeyError" in result.error()
    assert "raise KeyError(2)" in project.read("weather_pipeline.py")
    assert project.read("notes.txt") == "mine"
    assert not list(project.root.glob("*.duckdb"))


def test_the_same_bug_again_ends_the_repairs_early(project: Project) -> None:
    bug = SCRIPT.replace("yield [", "raise KeyError('data')\n    yield [")
    with ModelServer([bug, bug.replace("import dlt", "import dlt  # changed")]) as server:
        result = asked(project, server.url)
        assert len(server.requests) == 2
    assert (result.code, result.document.repairs) == (1, 1)


def test_a_model_that_is_not_offered_is_told_with_those_that_are(project: Project) -> None:
    refused = {"status": 404, "error": {"message": "The model does not exist", "code": "model_not_found"}}
    with ModelServer([refused], models=("small-1", "large-2")) as server:
        result = asked(project, server.url, "--model", "no-such-model")
    assert (result.code, result.failure.kind) == (1, "writer_failed"), result
    assert "small-1" in result.error()
    assert "--model" in result.error()


@pytest.mark.parametrize(
    "settings",
    [
        {"OPENAI_BASE_URL": "not a url"},
        {"OPENAI_BASE_URL": "ftp://127.0.0.1/v1"},
        {"OPENAI_API_KEY": "sk with spaces"},
        {"OPENAI_API_KEY": "sk-größe"},
    ],
)
def test_settings_that_can_not_be_right_are_wrong_usage(project: Project, settings: dict[str, str]) -> None:
    result = project(*WORDS, env=settings)
    assert (result.code, result.failure.kind) == (2, "usage"), result
    assert next(iter(settings)) in result.err or "model's address" in result.err
    assert "größe" not in result.err
    assert "with spaces" not in result.err
    assert project.files() == {}


@pytest.mark.parametrize(
    "text",
    ["model = [", 'api_key = "sk-in-a-file"', 'modell = "gpt"', "window = 0", b"\xff\xfe".decode("latin-1")],
)
def test_a_broken_configuration_file_is_wrong_usage(project: Project, text: str) -> None:
    project.write(".pilot/config.toml", text.encode("latin-1"))
    before = project.files()
    result = project(*WORDS)
    assert (result.code, result.failure.kind) == (2, "usage"), result
    assert ".pilot/config.toml" in result.error()
    assert "sk-in-a-file" not in result.out + result.err
    assert project.files() == before
