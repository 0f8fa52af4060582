"""The real command over an OpenAPI document: from picked endpoints to loaded parents and children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.api.openapi.specs import TEAMS
from tests.api.openapi.test_probing import KEY, ROWS, teams_api
from tests.support.api_server import ApiServer, Reply
from tests.support.terminal import Terminal


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with teams_api() as api:
        yield api


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    file = tmp_path / "teams.json"
    file.write_text(json.dumps(TEAMS), encoding="utf-8")
    return file


def environment(folder: Path) -> dict[str, str]:
    taken = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "PILOT"))}
    return taken | {
        "HOME": str(folder),
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "NO_PROXY": "127.0.0.1",
        "TEAM_KEY": KEY,
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pilot", "init", "league", "duckdb", "--dir", "project", *arguments]


def unattended(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("--model", "builtin", "--yes", "--no-input", "--secret", "api_key=env:TEAM_KEY", *arguments),
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def loaded(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "project" / "league.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


TEAM_IDS = [(row["id"],) for row in ROWS]
MEMBERS = [(100 * int(str(row["id"])) + n, row["id"]) for row in ROWS for n in range(2)]
ALL_MEMBERS = "SELECT id, _teams_id FROM league_data.members ORDER BY id"
ALL_TEAMS = "SELECT id FROM league_data.teams ORDER BY id"


def test_a_child_that_is_named_by_flag_is_loaded_with_its_parent(
    tmp_path: Path, server: ApiServer, spec_file: Path
) -> None:
    arguments = ("--api", server.url, "--docs", str(spec_file), "--endpoint", "/teams/{team_id}/members")
    run = unattended(tmp_path, *arguments)
    assert run.returncode == 0, run.stderr
    assert loaded(tmp_path, ALL_TEAMS) == TEAM_IDS
    assert loaded(tmp_path, ALL_MEMBERS) == MEMBERS
    script = (tmp_path / "project" / "league_pipeline.py").read_text("utf-8")
    assert '"name": "X-Team-Key"' in script and KEY not in script
    assert f'"base_url": "{server.url}/v1"' in script


def test_an_endpoint_that_was_named_and_left_out_makes_the_run_fail_and_the_others_load(
    tmp_path: Path, spec_file: Path
) -> None:
    with teams_api(**{"/v1/health": lambda request: Reply(404, {"message": "gone"})}) as server:
        arguments = ("--api", server.url, "--docs", str(spec_file), "--endpoint", "/teams", "--json")
        run = unattended(tmp_path, *arguments, "--endpoint", "/health")
    told = json.loads(run.stdout)
    assert (run.returncode, told["status"], told["failure"]["kind"]) == (1, "failed", "incomplete")
    assert "/health" in told["failure"]["message"] and "404" in told["failure"]["message"]
    assert any("health was not seen" in line for line in told["warnings"])
    assert loaded(tmp_path, ALL_TEAMS) == TEAM_IDS


def test_nobody_there_and_nothing_named_ends_with_the_flag_and_the_first_endpoints(
    tmp_path: Path, server: ApiServer
) -> None:
    run = unattended(tmp_path, "--api", server.url)
    assert run.returncode == 3
    assert "--endpoint" in run.stderr and "/teams" in run.stderr


def test_an_endpoint_that_the_spec_does_not_have_is_wrong_usage(tmp_path: Path, server: ApiServer) -> None:
    run = unattended(tmp_path, "--api", server.url, "--endpoint", "/nope")
    assert run.returncode == 2
    assert "/nope" in run.stderr and "/teams/{team_id}/members" in run.stderr


def test_a_person_checks_the_boxes_of_endpoints(tmp_path: Path, server: ApiServer) -> None:
    arguments = ("--api", f"the teams of {server.url}", "--model", "builtin", "--yes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        terminal = Terminal(
            command(*arguments, "--secret", "api_key=env:TEAM_KEY"),
            tmp_path,
            environment(tmp_path),
            110,
            50,
            60,
        )
    try:
        terminal.expect("Which endpoints?")
        terminal.expect("POST /search")
        terminal.type("members ")
        terminal.press("enter")
        terminal.expect("What next?")
        terminal.press("enter")
        assert terminal.wait() == 0
    finally:
        terminal.close()
    assert loaded(tmp_path, ALL_TEAMS) == TEAM_IDS
    assert loaded(tmp_path, ALL_MEMBERS) == MEMBERS
