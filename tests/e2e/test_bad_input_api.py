"""APIs that are down, wrong, empty, endless, slow or angry: told in words, bounded, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.e2e.command import Project, Result, new_project, weighing
from tests.support.api_server import Reply, Request, people, serving
from tests.support.model_server import ModelServer
from tests.support.weather_api import KEY, Fault, nobody_there, serve_faulty

MINE = {"notes.txt": b"mine", "other_pipeline.py": b"print('mine')\n", "requirements.txt": b"mine==1.0\n"}
SECRETS = 'mine = "kept"  # as it is\n'


SCRIPT = """```python
import dlt

if __name__ == "__main__":
    print([{"id": 1}], flush=True)
    exit()

    pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run([{"id": 1}], table_name="things"))
```
"""


def asked(project: Project, url: str, *more: str) -> Result:
    """The policy for an API at a URL, in a folder where the person has files of their own."""
    for path, content in MINE.items():
        project.write(path, content)
    project.write(".dlt/secrets.toml", SECRETS)
    again = ("--restart",) if (project.root / "weather_pipeline.py").exists() else ()
    result = project("init", "weather", "--api", url, "--yes", "--json", *again, *more)
    left = project.files()
    assert left.pop("requirements.txt").startswith(b"mine==1.0")
    assert left.items() >= {name: content for name, content in MINE.items() if name in left}.items()
    assert project.read(".dlt/secrets.toml").startswith(SECRETS)
    assert not list(project.root.glob("*.duckdb"))
    return result


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One project for all that fail before a script is written: `dlt init` runs once."""
    return new_project(tmp_path_factory.mktemp("begun"))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.HTML, "HTML"),
        (Fault.GARBAGE, "not valid JSON"),
        (Fault.SERVER_ERROR, "500"),
        (Fault.RATE_LIMIT, "429"),
    ],
)
def test_an_api_that_shows_no_records_is_told_and_nothing_is_written(
    begun: Project, fault: Fault, told: str
) -> None:
    with serve_faulty(fault) as api:
        result = asked(begun, f"{api.url}/v1/stations")
        assert len(api.requests) <= 5
    assert (result.code, result.failure.step) == (1, "write_code"), result
    assert told in result.error()
    assert "URL" in result.error()
    assert result.seconds < 20


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (lambda: f"{nobody_there()}/v1/stations", "nothing listens there"),
        (lambda: "http://weather.invalid/v1/stations", "DNS"),
        (lambda: "http://127.0.0.1:1/", "127.0.0.1:1"),
        (lambda: "http://0.0.0.0:9/x", "0.0.0.0:9"),
        (lambda: "ftp://127.0.0.1/x", "No URL"),
        (lambda: "words only, no address", "No URL"),
    ],
)
def test_an_api_that_is_not_there_is_told(begun: Project, url: Callable[[], str], told: str) -> None:
    result = asked(begun, url())
    assert (result.code, result.failure.step) == (1, "write_code"), result
    assert told in result.error()


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(404, {"message": "no such path"}), "404"),
        (Reply(200, raw=b""), "empty"),
        (
            Reply(200, raw=b"\x00\x01\x02\x03" * 50, headers={"Content-Type": "application/octet-stream"}),
            "binary",
        ),
        (Reply(200, {"error": "Something went wrong"}), "Something went wrong"),
        (Reply(200, raw=b"[" * 100_000), "nested too deeply"),
        (Reply(301, headers={"Location": "/items"}), "redirect"),
        (Reply(418, {"message": "I am a teapot"}), "418"),
    ],
    ids=["404", "empty", "binary", "error in 200", "nested", "redirect loop", "418"],
)
def test_an_odd_answer_is_told(begun: Project, reply: Reply, told: str) -> None:
    with serving(lambda request: reply) as api:
        result = asked(begun, f"{api.url}/items")
        assert len(api.requests) < 40
    assert result.code == 1, result
    assert told in result.error()


def test_an_api_that_comes_back_is_looked_at_again(project: Project) -> None:
    up = Event()

    def route(request: Request) -> Reply:
        return Reply(data=people(3)) if up.is_set() else Reply(503, {"message": "back soon"})

    with serving(route) as api:
        down = project("init", "people", "--api", f"{api.url}/items", "--yes", "--json")
        assert (down.code, down.failure.step) == (1, "write_code")
        assert "503" in down.error()
        up.set()
        done = project("resume", "--yes", "--json")
    assert done.code == 0, done
    assert {table.name: table.rows for table in done.document.tables} == {"items": 3}


def test_another_address_is_another_answer(project: Project) -> None:
    with serving({"/right": lambda request: Reply(data=people(3))}) as api:
        wrong = project("init", "people", "--api", f"{api.url}/wrong", "--yes", "--json")
        assert (wrong.code, "404" in wrong.error()) == (1, True)
        done = project("resume", "--api", f"{api.url}/right", "--yes", "--json")
    assert done.code == 0, done
    assert {table.name: table.rows for table in done.document.tables} == {"right": 3}


@pytest.mark.parametrize("empty", [{"people": [], "count": 0}, []], ids=["in an object", "bare"])
def test_an_empty_list_is_the_apis_doing(project: Project, empty: object) -> None:
    with serving(lambda request: Reply(data=empty)) as api:
        result = asked(project, f"{api.url}/items")
    assert (result.code, result.failure.kind) == (1, "no_records"), result
    assert "empty list" in result.error()
    assert result.document.repairs == 0
    assert result.document.statuses()["load"] == "pending"


def test_an_endless_answer_is_bounded_in_time_and_memory(project: Project, tmp_path: Path) -> None:
    largest = tmp_path / "largest"
    project.through = weighing(largest)
    with serve_faulty(Fault.ENDLESS) as api:
        result = asked(project, f"{api.url}/v1/stations")
    assert (result.code, result.failure.step) == (1, "check_api"), result
    assert result.failure.kind == "memory_limit"
    assert "no end" in result.error()
    assert result.seconds < 60
    assert int(largest.read_text("ascii")) < 1_400_000  # kB


def test_an_endless_answer_of_nothing_is_bounded_too(project: Project) -> None:
    over = Event()

    def drops() -> Iterator[bytes]:
        while not over.wait(0.05):
            yield b" "

    with serving(lambda request: Reply(chunks=drops())) as api:
        result = asked(project, f"{api.url}/items")
        over.set()
    assert (result.code, result.failure.step) == (1, "write_code"), result
    assert result.seconds < 45


def test_an_api_that_wants_fewer_requests_is_waited_for(project: Project) -> None:
    with serve_faulty(Fault.RATE_LIMIT, times=1) as api:
        result = project(
            *("init", "weather", "--api", f"{api.url}/v1/stations", "--yes", "--json"),
            *("--secret", "api_key=env:WEATHER_KEY"),
            env={"WEATHER_KEY": KEY},
        )
    assert result.code == 0, result
    assert {table.name: table.rows for table in result.document.tables} == {"stations": 24}


def test_a_failure_while_loading_leaves_the_script_and_resume_finishes(project: Project) -> None:
    broken = Event()

    def route(request: Request) -> Reply:
        return Reply(500, {"message": "on holiday"}) if broken.is_set() else Reply(data=people(3))

    environment = {"RUNTIME__REQUEST_MAX_ATTEMPTS": "1"}
    with serving(route) as api:
        first = project("init", "people", "--api", f"{api.url}/items", "--json")
        assert first.code == 3
        project("resume", "--yes", "--json", "--api", f"{api.url}/items", "--max-repairs", "0")
        script = project.read("people_pipeline.py")
        assert "exit()" not in script
        broken.set()
        failed = project("run", "--yes", "--json", "--max-repairs", "0", env=environment)
        assert (failed.code, failed.failure.step, failed.failure.kind) == (1, "load", "api_error"), failed
        assert "500" in failed.error()
        assert project.read("people_pipeline.py") == script
        broken.clear()
        assert project("run", "--yes", "--json").code == 0


def test_a_run_beyond_its_time_is_ended(project: Project) -> None:
    slow = SCRIPT.replace("exit()", "time.sleep(60)\n    exit()").replace(
        "import dlt", "import time\n\nimport dlt"
    )
    with ModelServer([slow]) as server:
        words = ("init", "weather", "--api", "words", "--yes", "--json", "--timeout", "1")
        result = project(*words, env={"OPENAI_BASE_URL": server.url})
    assert (result.code, result.failure.step, result.failure.kind) == (1, "check_api", "time_limit"), result
    assert "time limit" in result.error()
    assert result.seconds < 25
