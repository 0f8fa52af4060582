"""`--json`: one document on stdout, whatever the end, and the exit code that goes with it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from pilot.policy import parse_policy
from tests.e2e.command import Project, Result, new_project
from tests.support.api_server import Reply, Request, serving
from tests.support.model_server import ModelServer
from tests.support.weather_api import KEY, WeatherApi, nobody_there, serve

POLICIES = Path(__file__).parents[2] / "policies"
SKIPPED = {"refine"}
LOADED = """```python
import dlt


@dlt.resource(write_disposition="replace")
def things():
    {bug}
    yield [{{"id": 1, "tags": ["a", "b"], "name": "one"}}, {{"id": 2, "tags": [], "name": "two"}}]


if __name__ == "__main__":
    print(list(things())[:5])
    exit()

    pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(things()))
```
"""
QUERY = "```sql\nSELECT count(*) AS things FROM weather_data.things\n```"


def steps_of(policy: str) -> list[str]:
    """The policy's steps, in its order."""
    return [step.use for step in parse_policy(policy, (POLICIES / f"{policy}.toml").read_text("utf-8")).step]


@pytest.fixture(scope="module")
def api() -> Iterator[WeatherApi]:
    """The weather API, which wants its key."""
    with serve(WeatherApi()) as served:
        yield served


@pytest.fixture(scope="module")
def done(api: WeatherApi, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The whole policy, unattended, with the built-in writer."""
    project = new_project(tmp_path_factory.mktemp("done"))
    goal = f"The stations at {api.url}/v1/stations and the observations at {api.url}/v1/observations"
    answers = ("--api", goal, "--secret", "api_key=env:WEATHER_KEY", "--yes", "--no-input", "--json")
    result = project("init", "weather", "duckdb", *answers, env={"WEATHER_KEY": KEY})
    assert result.code == 0, result
    assert project.holding(KEY) == []
    return result


def test_a_finished_policy_tells_everything_that_was_made(done: Result) -> None:
    document = done.document
    assert (document.status, document.policy, document.writer) == ("done", "create_pipeline", "builtin")
    assert document.pipeline is not None
    assert (document.pipeline.name, document.pipeline.script) == ("weather", "weather_pipeline.py")
    assert (document.pipeline.destination, document.pipeline.dataset) == ("duckdb", "weather_data")
    assert document.model is None
    assert document.failure is None


def test_the_steps_come_in_the_policys_order_with_how_they_ended(done: Result) -> None:
    steps = done.document.steps
    assert [step.name for step in steps] == steps_of("create_pipeline")
    assert {step.name: step.status for step in steps} == {
        step.name: "skipped" if step.name in SKIPPED else "done" for step in steps
    }
    assert all(step.attempts >= 1 for step in steps)
    assert sum(step.seconds for step in steps) < done.seconds + 0.5
    assert next(step.seconds for step in steps if step.name == "load") > 0.05


def test_child_tables_are_among_the_tables_and_those_of_dlt_are_not(done: Result) -> None:
    tables = {table.name: table for table in done.document.tables}
    assert {name: table.rows for name, table in tables.items()} == {
        "stations": 24,
        "observations": 240,
        "observations__conditions": tables["observations__conditions"].rows,
    }
    columns = {column.name: column.type for column in tables["stations"].columns}
    assert columns["location__latitude"] == "DOUBLE"
    assert not [column for table in tables.values() for column in table.columns if "_dlt" in column.name]


def test_the_verdict_says_of_every_table_what_is_proven(done: Result) -> None:
    told = {entry.table: (entry.rows, entry.complete, entry.reason) for entry in done.document.verdict}
    assert told["stations"] == (24, "complete", "API total 24 = 24 rows")
    assert told["observations"] == (240, "complete", "API total 240 = 240 rows")
    rows, complete, reason = told["observations__conditions"]
    assert (complete, reason) == ("complete", f"{rows} entries in observations = {rows} rows")


def test_everything_for_people_goes_to_stderr_without_escape_sequences(done: Result) -> None:
    assert done.out.count("\n") == 1
    assert "weather_pipeline.py" in done.err
    assert "\x1b" not in done.err + done.out


def test_a_models_requests_repairs_and_tokens_are_counted(project: Project) -> None:
    broken, good = LOADED.format(bug="raise KeyError('data')"), LOADED.format(bug="")
    with ModelServer([broken, good, QUERY]) as server:
        result = project(
            *("init", "weather", "--api", "Two things that need no API", "--yes", "--json"),
            env={"OPENAI_BASE_URL": server.url},
        )
        asked = len(server.requests)
    assert result.code == 0, result
    document = result.document
    assert (document.writer, document.repairs) == ("model", 1)
    assert document.model is not None
    assert (document.model.name, document.model.requests, asked) == ("gpt-6.1-sol", 3, 3)
    assert document.model.input_tokens > document.model.output_tokens > 0
    assert {table.name: table.rows for table in document.tables} == {"things": 2, "things__tags": 2}
    assert document.statuses()["probe_api"] == "skipped"
    assert next(step.attempts for step in document.steps if step.name == "check_api") == 2


def test_a_failure_is_exit_1_and_the_steps_after_it_are_pending(project: Project) -> None:
    result = project("init", "weather", "--api", f"{nobody_there()}/v1", "--yes", "--json")
    assert result.code == 1
    document, failure = result.document, result.failure
    assert (document.status, failure.step, failure.kind) == ("failed", "write_code", "beyond_writer")
    assert "refuses connections" in failure.message
    assert failure.message in result.error()
    names = steps_of("create_pipeline")
    after = names[names.index("write_code") + 1 :]
    assert [document.statuses()[name] for name in after] == ["pending"] * len(after)
    assert document.statuses()["write_code"] == "failed"


def test_a_missing_answer_is_exit_3(project: Project) -> None:
    result = project("init", "weather", "--json")
    assert result.code == 3
    assert (result.document.status, result.failure.step) == ("needs_input", "ask_api")
    assert result.failure.kind == "answer_missing"
    assert "--api" in result.error()
    assert result.document.statuses()["ask_api"] == "pending"


@pytest.mark.parametrize(
    "words",
    [
        ("init", "weather", "--json", "--no-such-flag"),
        ("init", "weather", "--max-repairs", "many", "--json"),
        ("init", "weather", "duckdb", "surplus", "--json"),
        ("init", "My Weather", "--json"),
        ("init", "weather", "--policy", "no_such_policy", "--json"),
        ("init", "weather", "--secret", "api_key=hunter2", "--json"),
        ("init", "weather", "--model", "gpt-6.1-sol", "--json"),
        ("no-such-command", "--json"),
        ("query", "--json"),
        ("status", "--dir", __file__, "--json"),
    ],
)
def test_wrong_usage_is_exit_2(project: Project, words: tuple[str, ...]) -> None:
    result = project(*words)
    assert result.code == 2, result
    assert (result.document.status, result.failure.kind) == ("failed", "usage")
    assert "Error: " in result.err
    assert "Traceback" not in result.err
    assert project.files() == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_exit_130_and_resume_goes_on(project: Project, number: signal.Signals) -> None:
    asked, over = Event(), Event()

    def slow(request: Request) -> Reply:
        asked.set()
        over.wait(20)
        return Reply(data=[{"id": 1}])

    with serving(slow) as api:
        process = project.start("init", "weather", "--api", f"{api.url}/items", "--yes", "--json")
        assert asked.wait(20)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        over.set()
        result = Result(process.returncode, out, err, 0)
        assert result.code == 130, result
        assert (result.document.status, result.failure.kind) == ("interrupted", "interrupted")
        assert result.failure.step == "probe_api"
        assert "Traceback" not in err
        assert err.rstrip().endswith("pilot resume goes on after the last finished cell.")
        assert project("resume", "--yes", "--json").document.status == "done"


def test_a_project_s_own_step_that_breaks_is_told_by_file_and_line(project: Project) -> None:
    project.write(
        ".pilot/steps/init.py",
        "from pilot.step import Step\n\n\nclass Init(Step):\n    title = 'Init'\n    gives = ('names',)\n\n"
        "    def run(self, session, kit):\n        raise ValueError('broken on purpose')\n",
    )
    result = project("init", "weather", "--trust", "--yes", "--json")
    assert result.code == 1
    told = ".pilot/steps/init.py:9: ValueError: broken on purpose"
    assert (result.failure.step, result.failure.message) == ("init", told)
    assert told in result.err and "Traceback" not in result.err
    again = project("resume", "--trust", "--yes", "--verbose")
    assert "Traceback" in again.err
    assert project("log", "--json").code == 0


def test_a_stack_trace_of_an_ordinary_error_needs_verbose(project: Project) -> None:
    assert "Traceback" not in project("resume").err
    project("init", "weather", "--json")
    assert "Traceback" in project("init", "weather", "--verbose").err
