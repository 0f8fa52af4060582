"""Undo of a load where no copy of the database was kept: what it appended goes, with consent of its own."""

from __future__ import annotations

from tests.e2e.house import STATIONS, WITH_KEY, House
from tests.e2e.replies import QUERY, reply, script

UNASKED = ("--yes", "--no-input", *WITH_KEY)


def test_what_an_append_added_is_taken_out_only_with_consent_of_its_own(house: House) -> None:
    appending = script(house.api.url).replace('"primary_key": "id",\n                ', "")
    appending = appending.replace('"write_disposition": "replace"', '"write_disposition": "append"')
    house.model([reply(appending), QUERY])
    (house.folder / ".pilot").mkdir()
    (house.folder / ".pilot" / "config.toml").write_text("[undo]\nlargest_copy_mb = 0\n")
    assert house.document("init", "weather", "--api", house.stations, *UNASKED)["status"] == "done"
    assert house.document("run", *UNASKED)["status"] == "done"
    assert house.count("stations") == 2 * STATIONS
    run = str(house.cells("run_pipeline")[-1]["id"])

    kept = house.pilot("undo", run)
    assert f"{STATIONS} rows of stations; pilot undo --rows" in " ".join(kept.stdout.split()), kept
    assert house.count("stations") == 2 * STATIONS
    assert house.pilot("redo").returncode == 0

    taken = house.pilot("undo", run, "--rows")
    assert f"Taken out of duckdb: {STATIONS} rows of stations" in " ".join(taken.stdout.split()), taken
    assert house.count("stations") == STATIONS
    assert "nothing to redo" in house.pilot("redo").stderr
