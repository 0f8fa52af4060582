"""The other commands, unattended: what they show, what they leave alone, and their `--json`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import PILOT, Project, new_project
from tests.support.api_server import ApiServer, Reply, people, serving
from tests.support.model_server import ModelServer
from tests.support.weather_api import nobody_there

COUNT = "SELECT count(*) AS n FROM people_data.items"


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """People, for everybody."""
    with serving(lambda request: Reply(data=people(3))) as served:
        yield served


@pytest.fixture(scope="module")
def loaded(api: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that is loaded, for tests that only look."""
    return loaded_in(tmp_path_factory.mktemp("loaded"), api)


def loaded_in(folder: Path, api: ApiServer) -> Project:
    """A new project, loaded."""
    project = new_project(folder)
    done = project("init", "people", "--api", f"{api.url}/items", "--yes", "--quiet")
    assert done.code == 0, done
    return project


def value(project: Project, *words: str) -> Any:
    """What a command prints with `--json`."""
    done = project(*words, "--json")
    assert (done.code, done.out.count("\n")) == (0, 1), done
    return json.loads(done.out)


@pytest.mark.parametrize(
    "words", [(), ("status",), ("log",), ("show",), ("undo",), ("resume",), ("run",), ("query", "SELECT 1")]
)
def test_an_empty_folder_is_told_from_a_begun_one_and_stays_empty(
    project: Project, words: tuple[str, ...]
) -> None:
    done = project(*words)
    told = done.out if done.code == 0 else done.error()
    assert "begun in this folder" in told
    assert "pilot init NAME" in told
    assert "Traceback" not in done.err
    assert list(project.root.iterdir()) == []


def test_bare_pilot_shows_where_things_stand_and_what_comes_next(loaded: Project) -> None:
    done = loaded()
    assert done.code == 0
    assert "people_pipeline.py" in done.out
    assert "items (3)" in done.out
    assert "Next: " in done.out
    assert "\x1b" not in done.out
    assert done.out == loaded("status").out


def test_status_is_the_same_document(loaded: Project) -> None:
    document = value(loaded, "status")
    assert (document["version"], document["status"]) == (1, "done")
    assert [table["name"] for table in document["tables"]] == ["items"]


def test_log_and_show_tell_every_cell(loaded: Project) -> None:
    cells = value(loaded, "log")["cells"]
    titles = [cell["title"] for cell in cells]
    assert titles[:2] == ["Set up writer", "Init"]
    first = value(loaded, "show", "2")
    assert first["id"] == 2
    assert "people_pipeline.py" in [change["path"] for change in first["changes"]]
    shown = loaded("log").out
    assert all(title in shown for title in titles)
    assert "people_pipeline.py" in loaded("show", "2").out


@pytest.mark.parametrize("words", [("show", "99"), ("undo", "99")])
def test_a_cell_that_is_not_there_is_told(loaded: Project, words: tuple[str, ...]) -> None:
    before = loaded.files()
    done = loaded(*words)
    assert done.code in (1, 2)
    assert "99" in done.error()
    assert loaded.files() == before


def test_a_query_gives_rows(loaded: Project) -> None:
    answer = value(loaded, "query", "SELECT id, name, NULL AS no FROM people_data.items ORDER BY id")
    assert [(int(row["id"]), row["name"], row["no"]) for row in answer["rows"]] == [
        (100, "person 0", None),
        (107, "person 1", None),
        (114, "person 2", None),
    ]
    assert "person 2" in loaded("query", "FROM items ORDER BY id").out
    assert value(loaded, "query", "SELECT 1 AS a, 2 AS a")["rows"] == [{"a": 1, "a_2": 2}]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT nope FROM people_data.items", "nope"),
        ("SELECT", "Parser Error"),
        ("SELECT * FROM nowhere.at_all", "nowhere"),
        ("COPY people_data.items TO 'out.csv'", "COPY"),
        ("COPY (SELECT 1) TO 'out.csv'", "COPY"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("SELECT * FROM read_text('.dlt/secrets.toml')", "disabled by configuration"),
        ("SELECT * FROM glob('*')", "disabled by configuration"),
        ("SELECT * FROM '/etc/passwd'", "/etc/passwd"),
        ("ATTACH 'other.duckdb'", "ATTACH"),
        ("INSTALL httpfs", "LOAD"),
        ("PRAGMA database_list", "PRAGMA"),
        ("SET enable_external_access = true", "SET"),
        ("EXPORT DATABASE 'copy'", "EXPORT"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT 1; DROP TABLE people_data.items", "2 statements"),
        ("DROP TABLE people_data.items", "DROP"),
        ("INSERT INTO people_data.items (id) VALUES (1)", "INSERT"),
        ("UPDATE people_data.items SET id = 1", "UPDATE"),
        ("CREATE TABLE more (a int)", "CREATE"),
        ("CREATE OR REPLACE TABLE people_data.items AS SELECT 1 AS id", "CREATE"),
    ],
)
def test_a_query_reads_the_tables_and_nothing_else(loaded: Project, sql: str, why: str) -> None:
    before = loaded.files()
    done = loaded("query", sql, "--json")
    assert done.code == 1, done
    assert why in done.error()
    assert done.failure.message in done.error()
    assert loaded.files() == before


def test_nothing_was_changed_by_all_these_attempts(loaded: Project) -> None:
    assert value(loaded, "query", COUNT)["rows"] == [{"n": 3}]


@pytest.mark.parametrize(
    "words", ["how many items are there?", "show me the newest ones", "from where are they?"]
)
def test_a_question_in_words_needs_a_model_and_says_so(loaded: Project, words: str) -> None:
    done = loaded("query", words, "--json")
    assert (done.code, done.failure.kind) == (1, "beyond_writer")
    assert words in done.error()
    assert "OPENAI_API_KEY" in done.error()


def test_a_model_answers_a_question_in_words(loaded: Project) -> None:
    with ModelServer(["```sql\nSELECT nope FROM items\n```", f"```sql\n{COUNT}\n```"]) as server:
        done = loaded("query", "show me how many there are", "--json", env={"OPENAI_BASE_URL": server.url})
        assert len(server.requests) == 2
    assert done.code == 0, done
    assert json.loads(done.out)["rows"] == [{"n": 3}]
    assert json.loads(done.out)["sql"] == COUNT
    gone = loaded("query", "show me how many there are", "--json")
    assert (gone.code, gone.failure.kind) == (1, "beyond_writer"), "the session's own writer stayed"
    assert "--model" in gone.error()


def test_doctor_tells_what_is_set_up(project: Project) -> None:
    checks = value(project, "doctor")
    assert checks["fine"] is True
    assert {"pilot", "dlt", "duckdb", "writer"} <= set(checks["checks"])
    assert list(project.root.iterdir()) == []
    assert "Ready." in project("doctor").out
    asked = project("doctor", "--json", env={"OPENAI_API_KEY": "sk-doctor-123456"})
    assert "--model" in json.loads(asked.out)["checks"]["writer"]
    assert "sk-doctor-123456" not in asked.out + asked.err


def test_doctor_tells_why_another_python_runs_the_scripts(project: Project) -> None:
    project.write(".venv/bin/python", "#!/bin/sh\nexit 1\n").chmod(0o755)
    checks = value(project, "doctor")["checks"]
    assert ".venv has no dlt" in checks["runs scripts"]


def test_refine_beyond_the_builtin_writer_changes_nothing(loaded: Project) -> None:
    before = loaded.files()
    done = loaded("refine", "make it a game of chess", "--yes", "--json", "--model", "builtin")
    assert (done.code, done.failure.step, done.failure.kind) == (1, "change_code", "beyond_writer")
    assert "needs a model" in done.error()
    assert loaded.files() == before


def test_running_again_doubles_no_rows_and_undo_puts_a_change_back(tmp_path: Path, api: ApiServer) -> None:
    project = loaded_in(tmp_path, api)
    script = project.read("people_pipeline.py")
    for _ in range(2):
        again = project("run", "--yes", "--json")
        assert (again.code, again.document.policy) == (0, "run_pipeline"), again
        assert [table.rows for table in again.document.tables] == [3]
    merged = project("refine", "write disposition merge", "--yes", "--json")
    assert (merged.code, merged.document.policy) == (0, "refine_pipeline"), merged
    assert [table.rows for table in merged.document.tables] == [3]
    assert project.read("people_pipeline.py") != script
    undone = value(project, "undo")
    assert any("people_pipeline.py" in line for line in undone["says"])
    assert project.read("people_pipeline.py") == script
    assert project("resume", "--yes").code == 0


def test_a_failed_load_leaves_what_was_loaded_and_does_not_poison_the_next(
    tmp_path: Path, api: ApiServer
) -> None:
    project = loaded_in(tmp_path, api)
    script = project.read("people_pipeline.py")
    gone = nobody_there()
    project.write("people_pipeline.py", script.replace(api.url, gone))
    environment = {"RUNTIME__REQUEST_MAX_ATTEMPTS": "1"}
    host = gone.removeprefix("http://")
    failed = project("run", "--yes", "--json", "--allow-host", host, env=environment)
    assert (failed.code, failed.failure.step) == (1, "load"), failed
    assert "refuses the connection" in failed.error()
    assert value(project, "query", COUNT)["rows"] == [{"n": 3}]
    project.write("people_pipeline.py", script)
    assert project("run", "--yes").code == 0


def test_quiet_shows_less_and_errors_all_the_same(project: Project, api: ApiServer) -> None:
    loud = project("init", "people", "--api", "words without an address")
    quiet = project("init", "people", "--restart", "--quiet", "--api", "words without an address")
    assert loud.code == quiet.code == 1
    assert "Set up writer" in loud.out
    assert "Set up writer" not in quiet.out
    assert quiet.error() == loud.error()


@pytest.mark.parametrize("words", [(), ("log",), ("doctor",), ("--help",), ("init", "--help")])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}])
def test_a_pipe_gets_no_escape_sequences(
    loaded: Project, words: tuple[str, ...], env: dict[str, str]
) -> None:
    done = loaded(*words, env={"TERM": "xterm-256color", **env})
    assert done.code == 0
    assert "\x1b" not in done.out + done.err


def test_the_log_can_be_printed_in_any_locale(loaded: Project) -> None:
    done = loaded("log", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert done.code == 0, done.err
    assert done.out.isascii() and "Check load" in done.out


def test_a_reader_that_leaves_early_is_no_error(loaded: Project) -> None:
    command = f"'{PILOT}' log | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=loaded.root, env=loaded.environ, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_the_projects_files_are_settled(loaded: Project) -> None:
    requirements = loaded.read("requirements.txt")
    assert "dlt[duckdb]" in requirements
    assert "sqlglot" in requirements
    assert (loaded.root / ".dlt/secrets.toml").stat().st_mode & 0o777 == 0o600
    assert loaded.read(".pilot/state/.gitignore") == "*\n"


@pytest.mark.parametrize("choice", ["true", "false"])
def test_the_projects_own_telemetry_setting_stays(project: Project, choice: str) -> None:
    setting = f"# mine\n[runtime]\ndlthub_telemetry = {choice}   # as I want it\n"
    project.write(".dlt/config.toml", setting)
    project("init", "people")
    assert project.read(".dlt/config.toml").startswith(setting)


def test_the_demo_works_behind_a_dead_proxy(project: Project) -> None:
    dead = nobody_there()
    proxies = {name: dead for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")}
    done = project("demo", "--dir", "show", env=proxies)
    assert done.code == 0, done
    assert "240" in done.out
    assert (project.root / "show" / "weather.duckdb").is_file()
    again = project("demo", "--dir", "show")
    assert (again.code, "not empty" in again.error()) == (2, True)


def test_without_bytecode_it_works_as_well(project: Project, api: ApiServer) -> None:
    """Slowly, where dlt's own bytecode is not there either; here it is, so this only proves that it works."""
    done = project(
        "init", "people", "--api", f"{api.url}/items", "--yes", env={"PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert done.code == 0, done
    assert not list(project.root.rglob("__pycache__"))
