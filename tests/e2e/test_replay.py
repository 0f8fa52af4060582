"""A session that was exported is done again somewhere else, by its record."""

from __future__ import annotations

import json
import shutil
import sys

from tests.e2e.house import SCRIPT, STATIONS, WITH_KEY, House, answer
from tests.e2e.replies import QUERY, reply, script

EDITOR = """
import sys, pathlib
file = pathlib.Path(sys.argv[1])
file.write_text(file.read_text().replace('"name": "stations"', '"name": "places"'))
"""


def moved(house: House) -> None:
    """The record alone in a new folder of the same house; what the first session made is gone."""
    record = house.folder.rename(house.home / "before") / "story.json"
    house.folder.mkdir()
    shutil.copy(record, house.home / "story.json")
    shutil.rmtree(house.home / "home" / "dlt")


def test_a_model_an_editor_and_words_are_all_in_the_record(house: House) -> None:
    editor = house.home / "editor.py"
    editor.write_text(EDITOR, "utf-8")
    draft = script(house.api.url)
    keyed = draft.replace('"primary_key": "id"', '"primary_key": "name"')
    replies = [reply(draft), reply(keyed), QUERY.replace("weather_data.stations", "weather_data.places")]
    server = house.model(replies)
    terminal = house.terminal(
        "init", "weather", "--api", house.stations, *WITH_KEY, EDITOR=f"{sys.executable} {editor}"
    )
    answer(terminal, ("Contact 127.0.0.1", "y"), (f"Write {SCRIPT}?", "the name is the key"))
    answer(terminal, (f"Write {SCRIPT}?", "e"), (f"Write {SCRIPT}?", "y"), (f"Run {SCRIPT}", "a"))
    answer(terminal, (f"Change {SCRIPT}?", "a"), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.pilot("export", "story.json").returncode == 0
    asked, written = len(server.requests), house.read()
    assert asked == 3 and '"primary_key": "name"' in written and '"places"' in written
    moved(house)
    again = house.document("replay", "../story.json", *WITH_KEY, "--yes", "--no-input")
    assert again["status"] == "done" and again["writer"] == "model"
    assert len(server.requests) == asked, "no model was asked"
    assert house.read() == written
    assert house.count("places") == STATIONS


def test_requests_and_runs_after_the_first_session_are_done_again_too(house: House) -> None:
    flags = ("--model", "builtin", *WITH_KEY, "--yes", "--no-input")
    house.document("init", "weather", "--api", house.stations, *flags)
    assert house.pilot("refine", "frobnicate it", *flags).returncode == 1
    house.document("refine", "rename stations to places", *flags)
    house.document("run", *flags)
    assert house.pilot("export", "story.json").returncode == 0
    written = house.read()
    moved(house)
    refused = house.pilot("replay", "../story.json", *WITH_KEY, "--no-input")
    assert refused.returncode == 3 and "--yes" in refused.stderr, "a record gives nobody's consent"
    shutil.rmtree(house.folder)
    house.folder.mkdir()
    again = house.document("replay", "../story.json", *WITH_KEY, "--yes", "--no-input")
    assert again["policy"] == "run_pipeline" and again["status"] == "done"
    assert house.read() == written and house.count("places") == STATIONS


def test_a_no_stays_with_its_change_where_more_is_asked_than_then(house: House) -> None:
    flags = ("--model", "builtin", *WITH_KEY)
    unasked = (*flags, "--yes", "--no-input")
    house.document("init", "weather", "--api", house.stations, *unasked)
    terminal = house.terminal("refine", "rename stations to spots", *flags)
    answer(terminal, (f"Change {SCRIPT}?", "n"))
    assert terminal.wait() == 1
    house.document("refine", "rename stations to places", *unasked)
    assert house.pilot("export", "story.json").returncode == 0
    written = house.read()
    moved(house)
    again = house.pilot("replay", "../story.json", *WITH_KEY, "--yes", "--no-input")
    assert again.returncode == 0, again
    assert again.stdout.count(f"Change {SCRIPT}? n (from the record)") == 1
    assert [cell["state"] for cell in house.cells("refine_pipeline")] == ["declined", "done"]
    assert house.read() == written and house.count("places") == STATIONS


def test_a_folder_that_holds_something_is_left_alone(house: House) -> None:
    record = {"format": "pilot-session", "version": 1, "facts": {"name": "weather"}}
    (house.folder / "story.json").write_text(json.dumps(record), "utf-8")
    (house.folder / "mine.txt").write_text("mine", "utf-8")
    done = house.pilot("replay", "story.json", "--yes", "--no-input")
    assert done.returncode == 2 and "not empty" in done.stderr
    assert sorted(path.name for path in house.folder.iterdir()) == ["mine.txt", "story.json"]
