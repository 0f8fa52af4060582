"""`pilot check`, in folders that pilot made and in others: what it proves, and that it changes nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

from tests.e2e.house import COMMAND, WITH_KEY, House
from tests.support.api_server import ApiServer, Reply, Request, people, serving
from tests.support.terminal import Terminal

_ALL = 25
FOREIGN = """
import dlt
import requests


@dlt.resource(write_disposition="replace")
def people():
    {body}


if __name__ == "__main__":
    pipeline = dlt.pipeline("crm", destination="duckdb", dataset_name="crm_data")
    pipeline.run(people())
"""
WHOLE = """page = 1
    while True:
        answer = requests.get("{base}/items", params={{"page": page}}).json()
        yield answer["items"]
        if page * 10 >= answer["total"]:
            break
        page += 1"""
FIRST_PAGE = """yield requests.get("{base}/items").json()["items"]"""


def _pages(request: Request) -> Reply:
    page = request.number("page", 1)
    return Reply(data={"items": people(_ALL)[page * 10 - 10 : page * 10], "total": _ALL})


def _write(folder: Path, api: ApiServer, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "load_people.py").write_text(FOREIGN.replace("{body}", body.replace("{base}", api.url)))


def _load(folder: Path, home: Path) -> None:
    environment = {**os.environ, "DLT_DATA_DIR": str(home / "dlt")}
    subprocess.run(
        [sys.executable, "load_people.py"], cwd=folder, env=environment, check=True, capture_output=True
    )


def _check(folder: Path, home: Path, api: ApiServer, *more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DLT_DATA_DIR": str(home / "dlt")}
    words = ["check", "--api", api.url, "--yes", "--no-input", "--json", *more]
    return subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def _files(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and ".pilot" not in path.parts]
    return {str(path): path.read_bytes() for path in files}


def test_a_folder_that_pilot_did_not_write_is_proven_complete_and_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, WHOLE.replace("{{", "{").replace("}}", "}"))
        _load(folder, tmp_path)
        before = _files(folder), _files(tmp_path / "dlt")
        done = _check(folder, tmp_path, api, "--strict")
        assert (_files(folder), _files(tmp_path / "dlt")) == before
    document = json.loads(done.stdout)
    assert (done.returncode, document["status"]) == (0, "done"), done.stderr
    assert document["verdict"] == [
        {"table": "people", "rows": 25, "complete": "complete", "reason": "API total 25 = 25 rows"}
    ]
    assert document["pipeline"]["script"] == "load_people.py"


def test_one_that_reads_the_first_page_is_found_out_before_anything_was_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, FIRST_PAGE)
        done = _check(folder, tmp_path, api)
    document = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert document["failure"]["kind"] == "incomplete"
    assert document["verdict"][0]["reason"] == "API total 25, 10 read; a load would bring 10 rows"
    assert not (folder / "crm.duckdb").exists()


def test_a_table_with_fewer_rows_than_a_load_would_bring_is_incomplete(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, FIRST_PAGE)
        _load(folder, tmp_path)
        _write(folder, api, WHOLE.replace("{{", "{").replace("}}", "}"))
        done = _check(folder, tmp_path, api, "--strict")
    assert done.returncode == 1
    (verdict,) = json.loads(done.stdout)["verdict"]
    assert "Load again" in json.loads(done.stdout)["failure"]["hint"]
    assert (verdict["rows"], verdict["complete"]) == (10, "incomplete")
    assert verdict["reason"] == "a load would bring 25 rows now, 10 are here"


def test_a_second_rehearsal_finds_rows_that_no_run_meets_again(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    body = """import uuid
    for row in requests.get("{base}/items").json()["items"]:
        yield {**row, "row": str(uuid.uuid4())}"""
    with serving(lambda _: Reply(data={"items": people(7), "total": 7})) as api:
        _write(folder, api, body)
        script = folder / "load_people.py"
        merged = 'write_disposition="merge", primary_key="row"'
        script.write_text(script.read_text().replace('write_disposition="replace"', merged))
        once, twice = _check(folder, tmp_path, api), _check(folder, tmp_path, api, "--twice")
    assert once.returncode == 0, once.stderr
    assert json.loads(twice.stdout)["failure"]["kind"] == "unstable_counts"


def test_a_second_rehearsal_finds_rows_that_every_run_appends_again(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, WHOLE.replace("{{", "{").replace("}}", "}"))
        steady = _check(folder, tmp_path, api, "--twice")
        script = folder / "load_people.py"
        script.write_text(script.read_text().replace('write_disposition="replace"', ""))
        twice = _check(folder, tmp_path, api, "--twice")
    assert "nothing is loaded yet; rehearsed: 1 table, 25 rows" in steady.stderr
    assert steady.returncode == 0 and "a second run changed no counts" in steady.stderr, steady
    failure = json.loads(twice.stdout)["failure"]
    assert (twice.returncode, failure["kind"]) == (1, "unstable_counts")
    assert failure["message"] == "people: a second run adds 25 rows of the same records."


def test_several_pipelines_are_named_where_nobody_can_choose(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, FIRST_PAGE)
        other = (folder / "load_people.py").read_text().replace('"crm"', '"shop"')
        (folder / "load_shop.py").write_text(other)
        done = _check(folder, tmp_path, api)
    assert done.returncode == 3
    failure = json.loads(done.stdout)["failure"]
    assert "crm (load_people.py), shop (load_shop.py)" in failure["message"]
    assert "pilot check load_people.py" in failure["hint"]


def test_a_quiet_check_shows_the_verdict_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, WHOLE.replace("{{", "{").replace("}}", "}"))
        _load(folder, tmp_path)
        environment = {**os.environ, "DLT_DATA_DIR": str(tmp_path / "dlt")}
        words = ["check", "--api", api.url, "--yes", "--no-input", "-q"]
        done = subprocess.run([*COMMAND, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines() if "people" in line] == [
        ["people", "25", "complete", "API", "total", "25", "=", "25", "rows"]
    ]
    assert "Find the pipeline" not in done.stdout and "Done." not in done.stdout


def test_a_folder_without_a_pipeline_is_told_so_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("print('hello')\n")
    with serving(_pages) as api:
        done = _check(tmp_path, tmp_path, api)
    assert done.returncode == 1
    assert "No script that makes a dlt pipeline" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["hello.py"]


def test_a_no_to_the_rehearsal_runs_nothing_and_a_look_has_nothing_to_look_at(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, FIRST_PAGE)
        look = _check(folder, tmp_path, api, "--look")
        environment = {**os.environ, "DLT_DATA_DIR": str(tmp_path / "dlt")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            terminal = Terminal([*COMMAND, "check", "--api", api.url], folder, environment, 110, 50, 60)
        try:
            terminal.expect("Contact 127.0.0.1")
            terminal.answer("y")
            terminal.expect("Run load_people.py")
            terminal.answer("n")
            code = terminal.wait()
        finally:
            terminal.close()
    assert (look.returncode, json.loads(look.stdout)["failure"]["message"]) == (1, "Nothing is loaded yet.")
    assert code == 1 and not api.requests
    assert "left no table" not in terminal.text() and "was not run" in terminal.text()


def test_a_look_keeps_and_dates_what_a_rehearsal_proved(tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    with serving(_pages) as api:
        _write(folder, api, FIRST_PAGE)
        _load(folder, tmp_path)
        proven = _check(folder, tmp_path, api)
        looks = [_check(folder, tmp_path, api, "--look") for _ in range(2)]
    assert proven.returncode == 1
    for look in looks:
        (verdict,) = json.loads(look.stdout)["verdict"]
        assert (look.returncode, verdict["complete"], verdict["rows"]) == (1, "incomplete", 10)
        assert re.fullmatch(r"API total 25, 10 read; proven on \d{4}-\d\d-\d\d", verdict["reason"])


def test_what_pilot_made_is_judged_by_its_load_without_a_run(house: House) -> None:
    made = house.pilot(
        "init", "weather", "--api", house.stations, *WITH_KEY, "--yes", "--no-input", "--strict"
    )
    assert made.returncode == 0, made.stderr
    asked = len(house.api.requests)
    document = house.document("check", "--look", "--strict")
    assert [entry["reason"] for entry in document["verdict"]] == ["API total 24 = 24 rows"]
    assert len(house.api.requests) == asked
