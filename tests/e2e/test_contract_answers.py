"""Nobody is there: what is missing ends the run and names the flag that answers it; with it, it goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.command import Project
from tests.support.api_server import ApiServer, Reply, people, serving
from tests.support.model_server import ModelServer
from tests.support.weather_api import KEY, WeatherApi, serve

INIT = ("init", "people", "--json")
YES = "--yes"


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """People, for everybody."""
    with serving(lambda request: Reply(data=people(3))) as served:
        yield served


@pytest.fixture(scope="module")
def guarded() -> Iterator[WeatherApi]:
    """The weather, for who has the key."""
    with serve(WeatherApi()) as served:
        yield served


def test_each_missing_answer_names_its_flag_and_resume_with_it_goes_on(
    project: Project, api: ApiServer
) -> None:
    """One journey through every pause, each ended by exit 3 and answered by the flag that was named."""
    journey: list[tuple[tuple[str, ...], str, str]] = [
        (("init", "people"), "ask_api", "--api"),
        (("resume", "--api", f"{api.url}/items"), "probe_api", "--yes"),
    ]
    for words, step, flag in journey:
        result = project(*words, "--no-input", "--json")
        assert (result.code, result.document.status) == (3, "needs_input"), result
        assert (result.failure.step, result.failure.kind) == (step, "answer_missing")
        assert flag in result.error()
        assert result.err.rstrip().endswith("pilot resume goes on after the last finished cell.")
    done = project("resume", YES, "--json")
    assert (done.code, done.document.status) == (0, "done"), done
    assert {table.name: table.rows for table in done.document.tables} == {"items": 3}


def test_a_pipe_on_stdin_is_nobody(project: Project) -> None:
    result = project(*INIT, stdin="https://api.example.com\nyes\nyes\n")
    assert (result.code, result.failure.step) == (3, "ask_api")


def test_without_yes_no_host_is_contacted_no_file_changed_and_nothing_run(project: Project) -> None:
    with serving(lambda request: Reply(data=people(3))) as api:
        result = project(*INIT, "--api", f"{api.url}/items")
        assert api.requests == []
    assert (result.code, result.failure.step) == (3, "probe_api")
    assert "--yes" in result.error()
    script = project.read("people_pipeline.py")
    refused = project("resume", "--json", "--api", "Nothing with a URL in it")
    assert (refused.code, refused.failure.step) == (1, "write_code")
    assert project.read("people_pipeline.py") == script


def test_a_secret_is_answered_by_the_last_part_of_its_name(project: Project, guarded: WeatherApi) -> None:
    url = f"{guarded.url}/v1/stations"
    missing = project("init", "weather", "--api", url, YES, "--json")
    assert (missing.code, missing.failure.step) == (3, "wait_for_secrets")
    assert "--secret api_key=env:" in missing.error()
    assert "sources.weather.api_key" in missing.failure.message
    done = project("resume", YES, "--json", "--secret", "api_key=env:SOME_KEY", env={"SOME_KEY": KEY})
    assert done.code == 0, done
    assert {table.name: table.rows for table in done.document.tables} == {"stations": 24}
    assert project.holding(KEY) == []


def test_a_second_init_names_resume_and_restart(project: Project, api: ApiServer) -> None:
    project(*INIT)
    made = project.files()
    again = project(*INIT, "--api", f"{api.url}/items", YES)
    assert (again.code, again.failure.kind) == (3, "answer_missing")
    assert "pilot resume" in again.error()
    assert "--restart" in again.error()
    assert project.files() == made
    over = project(*INIT, "--restart")
    assert (over.code, over.failure.step) == (3, "ask_api")
    assert over.document.statuses()["init"] == "skipped"


def test_a_key_that_is_merely_in_the_environment_costs_nothing(project: Project) -> None:
    environment = {"OPENAI_API_KEY": "sk-merely-there-1", "OPENAI_BASE_URL": "https://models.invalid/v1"}
    asked = project(*INIT, "--api", "x", YES, env=environment)
    assert (asked.code, asked.failure.step) == (3, "set_up_writer")
    assert "--model" in asked.error()
    assert "sk-merely-there-1" not in asked.err + asked.out
    assert project.files() == {}
    own = project("resume", "--json", "--model", "builtin", "--api", "x", env=environment)
    assert (own.code, own.document.writer) == (1, "builtin")


def test_a_local_endpoint_needs_no_answer(project: Project) -> None:
    with ModelServer(["What is it about?"]) as server:
        result = project(*INIT, "--api", "words", env={"OPENAI_BASE_URL": server.url})
    assert result.document.writer == "model"
    assert result.failure.step == "write_code"


@pytest.mark.parametrize("covered", [(YES,), (YES, "--restart")])
def test_yes_never_covers_a_redirect_to_another_host(
    project: Project, api: ApiServer, covered: tuple[str, ...]
) -> None:
    before = len(api.requests)
    with serving(lambda request: Reply(302, headers={"Location": f"{api.url}/items"})) as door:
        result = project(*INIT, "--api", f"{door.url}/items", *covered)
        assert len(door.requests) == 1
    assert (result.code, result.failure.step) == (3, "probe_api")
    assert api.host in result.error()
    assert "--allow-host" in result.error()
    assert len(api.requests) == before


def test_a_redirect_is_answered_by_naming_its_host(project: Project, api: ApiServer) -> None:
    with serving(lambda request: Reply(302, headers={"Location": f"{api.url}/items"})) as door:
        words = f"{door.url}/items, which is at {api.url}/items now"
        result = project(*INIT, "--api", words, YES)
    assert "Contact another host" not in result.err
    assert result.document.statuses()["probe_api"] == "done"


def test_a_projects_own_python_needs_an_answer_of_its_own(project: Project) -> None:
    project.write(".pilot/steps/ask_api.py", "raise SystemExit('it ran')\n")
    before = project.files()
    result = project(*INIT, "--api", "x", YES)
    assert (result.code, result.failure.kind) == (3, "answer_missing")
    assert "--trust" in result.error()
    assert "ask_api.py" in result.err
    assert "it ran" not in result.err
    assert project.files().items() >= before.items()


def test_without_a_name_one_is_proposed_and_yes_takes_it(project: Project, api: ApiServer) -> None:
    asked = project("init", "--api", f"{api.url}/items", "--json")
    assert (asked.code, asked.failure.step) == (3, "ask_api")
    assert "NAME" in asked.error()
    result = project("init", "--api", f"{api.url}/items", "--json", YES)
    assert result.code == 0, result
    assert result.document.pipeline is not None
    assert result.document.pipeline.name == "items"


def test_refine_is_no_question_when_nobody_is_there(project: Project, api: ApiServer) -> None:
    """And `pilot run` and `pilot refine` ask for consent like everything else."""
    done = project(*INIT, "--api", f"{api.url}/items", YES)
    assert done.document.statuses()["refine"] == "skipped"
    for words, policy in (
        (("run",), "run_pipeline"),
        (("refine", "write disposition append"), "refine_pipeline"),
    ):
        result = project(*words, "--json")
        assert (result.code, result.document.policy) == (3, policy), result
        assert "--yes" in result.error()
        assert result.failure.step in result.document.statuses()
