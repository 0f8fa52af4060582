"""Bad input on the command line: names, destinations, folders. Told at once, and nothing is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import Project
from tests.support.api_server import ApiServer, Reply, people, serving


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """People, for everybody."""
    with serving(lambda request: Reply(data=people(3))) as served:
        yield served


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("my weather", "my_weather"),
        ("my-weather", "my_weather"),
        ("MyWeather", "my_weather"),
        ("WEATHER", "weather"),
        ("class", "api_class"),
        ("None", "api_none"),
        ("sources/weather", "weather"),
        ("../weather", "weather"),
        ("/etc/passwd", "passwd"),
        ("c:\\weather", "weather"),
        (".", "weather"),
        ("2weather", "api_2weather"),
        ("", "weather"),
        ("   ", "weather"),
        ("a" * 65, "a" * 50),
        ("wetter_für_köln", "wetter_fur_koln"),
        ("天気", "weather"),
        ("weather;rm -rf *", "weather_rm_rf"),
        ("$(whoami)", "whoami"),
        ("wea__ther", "wea_ther"),
        ("weather\nother", "weather_other"),
        ("weather.py", "weather_py"),
        ("--", None),
    ],
)
def test_a_name_that_can_not_be_used_is_refused_with_a_better_one(
    project: Project, name: str, better: str | None
) -> None:
    result = (
        project("init", "--json", "--yes", "--", name)
        if name != "--"
        else project("init", "--yes", "--", "--")
    )
    assert result.code == 2, result
    assert list(project.root.iterdir()) == []
    told = result.error()
    if better is not None:
        assert told.endswith(f"for example {better}.")


def test_the_suggested_names_can_be_used(project: Project) -> None:
    for name in ("api_class", "a" * 50, "api_2weather"):
        assert project("init", name, "--json").code == 3
        assert (project.root / f"{name}_pipeline.py").is_file()


def test_a_destination_that_dlt_does_not_know_is_refused_with_those_it_knows(project: Project) -> None:
    project.write("notes.txt", "mine")
    result = project("init", "weather", "no_such_destination", "--api", "x", "--yes", "--json")
    assert (result.code, result.failure.kind) == (2, "usage")
    assert "no_such_destination" in result.error()
    assert "duckdb" in result.error()
    assert "postgres" in result.error()
    assert project.files() == {"notes.txt": b"mine"}
    assert project("init", "weather", "duckdb", "--restart", "--json").code == 3


def test_another_destination_is_loaded_and_read_through_dlt(project: Project, api: ApiServer) -> None:
    words = ("init", "people", "filesystem", "--api", f"{api.url}/items", "--yes", "--json")
    missing = project(*words)
    assert (missing.code, missing.failure.step) == (3, "wait_for_secrets")
    assert "--secret bucket_url=env:" in missing.error()
    source = "bucket_url=env:BUCKET"
    bucket = project.root.parent / "bucket"
    done = project("resume", "--yes", "--json", "--secret", source, env={"BUCKET": str(bucket)})
    assert done.code == 0, done
    assert {table.name: table.rows for table in done.document.tables} == {"items": 3}
    assert done.document.pipeline is not None
    assert done.document.pipeline.destination == "filesystem"
    assert list(bucket.rglob("items/*"))
    assert not list(project.root.glob("*.duckdb"))
    asked = ("query", "SELECT count(*) AS n FROM items", "--json", "--secret", source)
    answer = project(*asked, env={"BUCKET": str(bucket)})
    assert (answer.code, '"rows":[{"n":3}]' in answer.out) == (0, True), answer


@pytest.mark.parametrize("folder", ["a_file.txt", "a_file.txt/below", "no/such/parent"])
def test_a_folder_that_is_none_is_refused(project: Project, folder: str) -> None:
    project.write("a_file.txt", "mine")
    result = project("init", "weather", "--dir", folder, "--json")
    assert (result.code, result.failure.kind) == (2, "usage")
    assert "--dir" in result.error()
    assert project.files() == {"a_file.txt": b"mine"}


def test_a_folder_that_is_not_there_is_made(project: Project) -> None:
    assert project("init", "weather", "--dir", "new folder", "--json").code == 3
    assert (project.root / "new folder" / "weather_pipeline.py").is_file()


@pytest.mark.parametrize("place", [".pilot", ".pilot/state", ".pilot/state/session.db/x"])
def test_a_state_folder_that_can_not_be_made_is_told(project: Project, place: str) -> None:
    project.write(place, "mine")
    result = project("init", "weather", "--json")
    assert result.code == 1, result
    assert "Traceback" not in result.err
    assert ".pilot" in result.error()
    assert (project.root / place).read_text("utf-8") == "mine"
    assert not (project.root / "weather_pipeline.py").exists()


@pytest.mark.skipif(sys.platform != "linux" and os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_told(project: Project) -> None:
    project.write("notes.txt", "mine")
    project.root.chmod(0o555)
    try:
        result = project("init", "weather", "--json", ordinary=True)
        looked = project("status", ordinary=True)
    finally:
        project.root.chmod(0o755)
    assert result.code == 1, result
    assert "can't write" in result.error()
    assert "--dir" in result.error()
    assert looked.code == 0
    assert project.files() == {"notes.txt": b"mine"}


@pytest.mark.skipif(sys.platform != "linux" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_script_that_may_not_be_changed_is_told(project: Project, api: ApiServer) -> None:
    project("init", "people", "--json")
    script = project.root / "people_pipeline.py"
    before = script.read_bytes()
    script.chmod(0o444)
    words = ("resume", "--api", f"{api.url}/items", "--yes", "--json")
    result = project(*words, ordinary=True)
    assert (result.code, result.failure.step) == (1, "write_code"), result
    assert "people_pipeline.py" in result.error()
    assert script.read_bytes() == before
    script.chmod(0o644)
    assert project("resume", "--yes", "--json").code == 0


def test_a_policy_that_is_not_there_or_broken_is_refused(project: Project) -> None:
    unknown = project("init", "weather", "--policy", "no_such", "--json")
    assert (unknown.code, unknown.failure.kind) == (2, "usage")
    assert "create_pipeline" in unknown.error()
    for text in (
        "title = [",
        'title = "Mine"\n[[step]]\nuse = "no_such_step"\n',
        'title = "Mine"\nsteps = 5\n',
    ):
        project.write(".pilot/policies/mine.toml", text)
        broken = project("init", "weather", "--policy", "mine", "--json")
        assert (broken.code, broken.failure.kind) == (2, "usage"), broken
        assert "Traceback" not in broken.err
    assert not (project.root / "weather_pipeline.py").exists()


def test_odd_words_for_the_api_are_taken_as_words(project: Project) -> None:
    for words in (
        "",
        " ",
        "x" * 20_000,
        "\x1b[31mred\x07",
        "http://",
        "http://[::1",
        "https://exa mple.com/%zz",
    ):
        result = project("init", "weather", "--restart", "--api", words, "--yes", "--json")
        assert result.code in (1, 2, 3), words
        assert "Traceback" not in result.err, words
        assert "\x1b" not in result.err + result.out
        assert result.document.status in ("failed", "needs_input")


def test_documentation_that_can_not_be_read_is_told(project: Project, api: ApiServer) -> None:
    result = project(
        "init", "people", "--docs", "no_such_file.md", "--api", f"{api.url}/items", "--yes", "--json"
    )
    assert "no_such_file.md" in result.err
    assert "Traceback" not in result.err
    assert Path(project.root / "people_pipeline.py").exists()
