"""Journeys in a folder where a pipeline was made before, and in two folders with pipelines of one name."""

from __future__ import annotations

import os
from dataclasses import replace

from tests.e2e.house import SCRIPT, STATIONS, WITH_KEY, House, answer
from tests.support.api_server import Reply, people, serving

UNASKED = ("--yes", *WITH_KEY)


def test_a_second_init_of_the_name_resumes_or_starts_over(house: House) -> None:
    init = ("init", "weather", "--api", house.stations)
    assert house.document(*init, *UNASKED)["status"] == "done"
    cells = len(house.cells())

    refused = house.document(*init, *UNASKED, code=3)
    assert refused["status"] == "needs_input"
    assert "pilot resume" in refused["failure"]["hint"] and "--restart" in refused["failure"]["hint"]

    terminal = house.terminal("init", "weather")
    answer(terminal, ("weather was begun here before.", "resume"))
    assert terminal.wait() == 0
    assert len(house.cells()) == cells and house.document("status")["status"] == "done"

    house.edit(SCRIPT, lambda text: text.replace("Loads weather", "Mine. Loads weather"))
    terminal = house.terminal(*init, *UNASKED)
    answer(terminal, ("weather was begun here before.", "start over"), ("What next?", ""))
    assert terminal.wait() == 0
    assert "Mine." not in house.read() and house.count("stations") == STATIONS
    assert {cell["state"] for cell in house.cells("load")} == {"done"}

    asked = len(house.api.requests)
    assert house.document(*init, *UNASKED, "--restart")["status"] == "done"
    assert len(house.api.requests) > asked and house.count("stations") == STATIONS


def test_pipelines_of_one_name_in_two_folders_keep_their_data_apart(house: House) -> None:
    data = {"/north": people(3), "/south": people(5)}
    counts = {"north": 3, "south": 5}
    with serving({path: lambda request: Reply(data=data[request.path]) for path in data}) as api:
        houses = {name: replace(house, home=house.home / name) for name in counts}
        for name, own in houses.items():
            ended = own.document("init", "weather", "--api", f"{api.url}/{name}", "--yes")
            assert ended["status"] == "done"
        data["/north"] += people(4)[3:]
        assert houses["north"].document("run", "--yes")["status"] == "done"
        assert houses["north"].count("north") == 4
        assert houses["south"].count("south") == 5
        for name, own in houses.items():
            tables = own.rows("SELECT DISTINCT table_name FROM information_schema.tables")
            assert (name,) in tables and len([t for (t,) in tables if not t.startswith("_")]) == 1
    assert os.environ["DLT_DATA_DIR"].startswith(str(house.home))


def test_a_folder_with_a_script_of_its_own_is_begun_with_a_check(house: House) -> None:
    (house.folder / "own.py").write_text('import dlt\n\ndlt.pipeline("own", destination="duckdb")\n', "utf-8")
    refused = house.pilot("run", "--yes", "--no-input")
    assert refused.returncode == 1 and "own.py" in refused.stderr and "pilot check" in refused.stderr
