"""The real `dlt init`, in child processes and without a network."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pilot.errors import PilotError, StepFailed, UsageError
from pilot.finding import FindingKind
from pilot.names import ProjectNames
from pilot.project.command import run_dlt
from pilot.project.interpreter import find_interpreter, has_package
from pilot.project.project import DltProject
from pilot.project.secrets import ProjectSecrets
from pilot.run.starting import FreshInterpreter, Starter
from pilot.run.warm import WarmStarter

WEATHER = ProjectNames("weather")
# git finds no repository here, so that nothing leaves this machine
OFFLINE = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "url.file:///nowhere/.insteadOf",
    "GIT_CONFIG_VALUE_0": "https://",
}


def project_in(root: Path, **environ: str) -> DltProject:
    return DltProject(root, ProjectSecrets(root, (), {**os.environ, **environ}))


@pytest.fixture(scope="module")
def fresh() -> Iterator[tuple[DltProject, tuple[str, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        project = project_in(Path(folder) / "new")
        yield project, project.init(WEATHER)


def test_a_new_folder_holds_what_dlt_makes(fresh: tuple[DltProject, tuple[str, ...]]) -> None:
    project, came = fresh
    assert came == (
        ".dlt/config.toml",
        ".dlt/secrets.toml",
        ".gitignore",
        "requirements.txt",
        "weather_pipeline.py",
    )
    assert all((project.root / path).is_file() for path in came)
    assert (project.root / ".dlt/secrets.toml").stat().st_mode & 0o777 == 0o600


def test_pipeline_and_dataset_are_called_after_the_name(fresh: tuple[DltProject, tuple[str, ...]]) -> None:
    script = fresh[0].read(WEATHER.script)
    assert script is not None
    calls = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    made = next(call for call in calls if ast.unparse(call.func) == "dlt.pipeline")
    given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in made.keywords}
    assert (given["pipeline_name"], given["dataset_name"]) == ("weather", "weather_data")
    assert given["destination"] == "duckdb"


def test_the_telemetry_setting_is_the_one_that_dlt_itself_writes(
    fresh: tuple[DltProject, tuple[str, ...]], tmp_path: Path
) -> None:
    bare = {name: value for name, value in os.environ.items() if name != "RUNTIME__DLTHUB_TELEMETRY"}
    command = [sys.executable, str(Path(sys.executable).parent / "dlt"), "init", "dlthub:weather", "duckdb"]
    subprocess.run(command, cwd=tmp_path, env=bare, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert (tmp_path / ".dlt/config.toml").read_text() == fresh[0].read(".dlt/config.toml")


def test_a_setting_in_the_environment_is_written_as_dlt_writes_it(tmp_path: Path) -> None:
    project = project_in(tmp_path, RUNTIME__DLTHUB_TELEMETRY="false")
    project.init(WEATHER)
    assert "dlthub_telemetry = false" in (project.read(".dlt/config.toml") or "")


def test_what_was_there_stays_with_its_comments_and_line_endings(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    config = '# mine\r\n[runtime]\r\nlog_level = "INFO"   # keep\r\n'
    secrets = '# s\r\n[sources.other]\r\nkey = "abc"  # real\r\n'
    written = {".dlt/config.toml": config, ".gitignore": "*.pyc\n", "requirements.txt": "foo==1\r\n"}
    for path, text in {**written, ".dlt/secrets.toml": secrets}.items():
        project.write(path, text)
    assert project.init(WEATHER) == ("weather_pipeline.py",)
    for path, text in written.items():
        assert project.read(path) == text
    after = project.read(".dlt/secrets.toml") or ""
    assert '[sources.other]\r\nkey = "abc"  # real\r\n' in after and after.startswith("# s\r\n")
    assert after.count("\n") == after.count("\r\n")


def test_an_existing_script_is_never_touched(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    project.write(WEATHER.script, "mine")
    with pytest.raises(UsageError, match="already there"):
        project.init(WEATHER)
    assert project.read(WEATHER.script) == "mine"
    assert not (tmp_path / ".dlt").exists()


def test_an_unknown_destination_is_told_with_the_known_ones_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        project_in(tmp_path).init(ProjectNames("weather", "postgress"))
    assert "postgress" in caught.value.message and "\n" not in caught.value.message
    assert "postgres," in caught.value.hint and "destination," not in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_will_not_do_never_reaches_dlt(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="dash"):
        project_in(tmp_path).init(ProjectNames("my-api"))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_settings_file_is_told_by_line_without_its_text(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    project.write(".dlt/secrets.toml", 'ok = 1\nkey = "s3cr3t\n')
    with pytest.raises(UsageError) as caught:
        project.init(WEATHER)
    assert "secrets.toml" in caught.value.message and "line 2" in caught.value.message
    assert "s3cr3t" not in caught.value.message + caught.value.hint


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StepFailed) as caught:
        project_in(tmp_path / "file" / "project").init(WEATHER)
    assert caught.value.finding.kind is FindingKind.INIT_FAILED
    assert "--dir" in caught.value.hint


def test_a_verified_source_that_can_not_be_fetched_leaves_everything_as_it_was(tmp_path: Path) -> None:
    project = project_in(tmp_path, **OFFLINE)
    with pytest.raises(StepFailed) as caught:
        project.init(ProjectNames("chess"), verified=True)
    assert caught.value.finding.kind is FindingKind.INIT_FAILED
    assert "chess" in caught.value.message and "network" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_comes_with_dlt_needs_no_network(tmp_path: Path) -> None:
    project = project_in(tmp_path, **OFFLINE)
    assert "sql_database_pipeline.py" in project.init(ProjectNames("sql_database"), verified=True)


def test_a_time_limit_ends_dlt_and_is_told(tmp_path: Path) -> None:
    project = DltProject(tmp_path, ProjectSecrets(tmp_path, (), os.environ), timeout=0.05)
    with pytest.raises(StepFailed, match="did not end"):
        project.init(WEATHER)
    assert list(tmp_path.iterdir()) == []


def test_a_project_s_own_modules_are_not_in_dlt_s_way(tmp_path: Path) -> None:
    for name in ("json.py", "duckdb.py", "dlt.py"):
        (tmp_path / name).write_text("raise RuntimeError('imported')")
    assert "weather_pipeline.py" in project_in(tmp_path).init(WEATHER)


def test_a_folder_elsewhere_in_the_environment_does_not_move_the_project(tmp_path: Path) -> None:
    root = tmp_path / "here"
    assert project_in(root, DLT_PROJECT_DIR=str(tmp_path / "there")).init(WEATHER)
    assert not (tmp_path / "there").exists()


def test_a_dlt_command_gives_what_it_prints_or_says_why_not(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    assert project.dlt(["--version"]).startswith("dlt ")
    with pytest.raises(PilotError, match="exit code"):
        project.dlt(["pipeline", "no_such_pipeline_here", "info"])


def test_the_environment_of_dlt_holds_no_key_of_pilot_s_own(tmp_path: Path) -> None:
    probe = tmp_path / "probe"
    probe.write_text("#!/bin/sh\nenv\n")
    probe.chmod(0o755)
    environ = {"OPENAI_API_KEY": "sk-1", "SOURCES__A__KEY": "k", "PATH": os.environ["PATH"]}
    said = run_dlt([], tmp_path, FreshInterpreter(lambda: probe), environ).stdout
    assert "sk-1" not in said
    assert "SOURCES__A__KEY=k" in said and "RUNTIME__DLTHUB_TELEMETRY=false" in said


def test_the_whole_process_group_ends_at_the_limit(tmp_path: Path) -> None:
    probe = tmp_path / "probe"
    probe.write_text("#!/bin/sh\n(sleep 2; touch late) &\necho started\nsleep 30\n")
    probe.chmod(0o755)
    started = time.monotonic()
    result = run_dlt([], tmp_path, FreshInterpreter(lambda: probe), os.environ, timeout=0.3)
    assert result.timed_out and result.stdout == "started\n"
    assert time.monotonic() - started < 1.9
    time.sleep(2.2)
    assert not (tmp_path / "late").exists()


def test_the_project_s_own_environment_is_used_when_dlt_is_in_it(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    assert find_interpreter(tmp_path) == (Path(sys.executable), "")
    python.touch()
    chosen, note = find_interpreter(tmp_path)
    assert chosen == Path(sys.executable) and "no dlt" in note
    package = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages" / "dlt"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    assert find_interpreter(tmp_path) == (python, "")


def test_packages_are_found_where_the_script_runs(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    assert has_package(Path(sys.executable), "dlt")
    assert not has_package(Path(sys.executable), "no_such_package")
    assert not has_package(python, "dlt")
    package = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages" / "dlt"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    assert has_package(python, "dlt")


def test_the_way_around_a_dlt_without_described_apis_needs_no_network(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    (templates / "sources").mkdir(parents=True)
    arguments = ("init", "weather", "duckdb", "--location", str(templates))
    assert run_dlt(
        arguments, tmp_path, FreshInterpreter(lambda: Path(sys.executable)), {**os.environ, **OFFLINE}
    ).ok
    assert (tmp_path / WEATHER.script).is_file()


def test_ctrl_c_takes_the_command_along(tmp_path: Path) -> None:
    probe = tmp_path / "probe"
    probe.write_text("#!/bin/sh\n(sleep 1; touch late) &\ntouch started\nwait\n")
    probe.chmod(0o755)
    code = (
        "import os, sys; from pathlib import Path; from pilot.project.command import run_dlt; "
        "from pilot.run.starting import FreshInterpreter; root = Path(sys.argv[1]); "
        "run_dlt([], root, FreshInterpreter(lambda: root / 'probe'), os.environ)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE) as pilot:
        started = tmp_path / "started"
        while not started.is_file():
            time.sleep(0.02)
        pilot.send_signal(signal.SIGINT)
        _, said = pilot.communicate(timeout=10)
    assert b"KeyboardInterrupt" in said
    time.sleep(1.2)
    assert not (tmp_path / "late").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="forks are sound on Linux only")
def test_a_fork_of_the_warm_parent_makes_the_same_files(tmp_path: Path) -> None:
    def made(starter: Starter | None, root: Path) -> dict[str, bytes]:
        environ = {**os.environ, **OFFLINE}
        came = DltProject(root, ProjectSecrets(root, (), environ), starter=starter).init(WEATHER)
        return {path: (root / path).read_bytes() for path in came}

    warm = WarmStarter(tmp_path, lambda: Path(sys.executable))
    warm.warm_up()
    with closing(warm):
        forked = made(warm, tmp_path / "forked")
        assert warm.parent_pid is not None
    assert forked == made(None, tmp_path / "fresh")
