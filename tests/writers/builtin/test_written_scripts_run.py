"""The scripts that the built-in writer writes, run for real against a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pilot.api.profile import ApiProfile, CursorField, Endpoint, Records, Shape
from pilot.finding import Json
from pilot.writers.builtin import BuiltinWriter
from tests.support.api_server import ApiServer, Reply
from tests.writers.builtin import sample_api as truth
from tests.writers.builtin.profiles import EVERYTHING, MEMBERS, ORDERS, TEAMS, brief, profile, unseen


@pytest.fixture
def base_url() -> Iterator[str]:
    with truth.sample_api() as url:
        yield url


def run(folder: Path, seen: ApiProfile, preview_removed: bool) -> subprocess.CompletedProcess[str]:
    """Write the script and run it in the folder."""
    draft = BuiltinWriter().write(brief(seen, preview_removed=preview_removed))
    (folder / "sample_pipeline.py").write_text(draft.text, encoding="utf-8")
    return run_script(folder)


def run_script(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the script that lies in the folder."""
    environment = {
        **os.environ,
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "SOURCES__SAMPLE__API_KEY": truth.KEY,
        "NO_PROXY": "127.0.0.1",
    }
    return subprocess.run(
        [sys.executable, "sample_pipeline.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def loaded(
    folder: Path, columns: str, table: str, order: str = "ALL", dataset: str = "sample_data"
) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "sample.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(f"SELECT {columns} FROM {dataset}.{table} ORDER BY {order}").fetchall()


def test_every_row_of_every_kind_of_endpoint_is_loaded(tmp_path: Path, base_url: str) -> None:
    result = run(tmp_path, profile(*EVERYTHING, base_url=base_url), preview_removed=True)
    assert result.returncode == 0, result.stderr
    teams = loaded(tmp_path, "id, name, score", "teams")
    assert teams == [(t["id"], t["name"], float(str(t["score"]))) for t in truth.TEAMS]
    members = [(m["member"], t["id"]) for t in truth.TEAMS for m in truth.members(str(t["id"]))]
    assert loaded(tmp_path, "member, _teams_id", "members") == sorted(members, key=str)
    orders = loaded(tmp_path, "number, CAST(day AS VARCHAR), typeof(day)", "orders", "day")
    assert orders == [(o["number"], o["day"], "DATE") for o in truth.ORDERS]
    hours = loaded(tmp_path, "strftime(time, '%Y-%m-%dT%H:%M:%SZ'), temperature", "forecast")
    assert hours == [(h["time"], h["temperature"]) for h in truth.HOURS]
    assert loaded(tmp_path, "record_key, rate", "rates") == [(k, v["rate"]) for k, v in truth.RATES.items()]
    assert loaded(tmp_path, "code, height, note", "csv", "code") == [
        (s["code"], s["height"], s["note"]) for s in truth.STATIONS
    ]
    assert loaded(tmp_path, "event", "events") == [(e["event"],) for e in truth.EVENTS]
    assert loaded(tmp_path, "status", "health") == [("ok",)]


def test_the_preview_prints_records_of_each_resource_and_loads_nothing(tmp_path: Path, base_url: str) -> None:
    result = run(tmp_path, profile(*EVERYTHING, base_url=base_url), preview_removed=False)
    assert result.returncode == 0, result.stderr
    shown = [line.split(" ", 1)[0] for line in result.stdout.splitlines()]
    assert set(shown) == {"teams", "members", "orders", "forecast", "rates", "csv", "events", "health"}
    assert shown.count("teams") == 5
    assert "teams {'id': 1, 'name': 'team 1'" in result.stdout
    assert "WARNING" not in result.stderr
    assert not (tmp_path / "sample.duckdb").exists()


def test_a_refined_script_loads_what_is_new_and_doubles_nothing(tmp_path: Path, base_url: str) -> None:
    orders = replace(ORDERS, cursors=(CursorField("day", "since", True),))
    seen = profile(TEAMS, MEMBERS, orders, base_url=base_url)
    text = BuiltinWriter().write(brief(seen, preview_removed=True)).text
    for wish in (
        "load orders incrementally by day",
        "rename teams to groups",
        "set the dataset to sample_data_2",
    ):
        text = BuiltinWriter().refine(brief(seen, text, preview_removed=True), wish).text
    (tmp_path / "sample_pipeline.py").write_text(text, encoding="utf-8")
    for _ in range(2):
        result = run_script(tmp_path)
        assert result.returncode == 0, result.stderr
    expected = [(o["number"], o["day"]) for o in truth.ORDERS]
    assert loaded(tmp_path, "number, CAST(day AS VARCHAR)", "orders", "day", "sample_data_2") == expected
    members = [(m["member"], t["id"]) for t in truth.TEAMS for m in truth.members(str(t["id"]))]
    found = loaded(tmp_path, "member, _groups_id", "members", dataset="sample_data_2")
    assert found == sorted(members, key=str)


def test_a_script_written_before_the_key_was_known_shows_records_once_it_is(
    tmp_path: Path, base_url: str
) -> None:
    result = run(tmp_path, profile(unseen(TEAMS), base_url=base_url), preview_removed=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("teams {'id': 1")


def test_a_field_that_only_late_records_have_is_loaded(tmp_path: Path) -> None:
    count = 25_000  # DuckDB looks at fewer when it learns what is in a file
    rows: list[Json] = [{"id": n, **({"late": n} if n > count - 3 else {})} for n in range(count)]
    endpoint = Endpoint("all", "late ones", status=200, records=Records(Shape.LIST, "$", 2))
    with ApiServer({"/all": lambda request: Reply(data=rows)}) as server:
        result = run(tmp_path, profile(endpoint, base_url=server.url), preview_removed=True)
    assert result.returncode == 0, result.stderr
    assert loaded(tmp_path, "count(*), count(late), max(late)", "late_ones") == [(count, 2, count - 1)]
