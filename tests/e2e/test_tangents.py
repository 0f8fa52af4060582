"""At any pause the person says what should be different; it is proven, and the policy goes on."""

from __future__ import annotations

from tests.e2e.house import CHECKS, LOADS, SCRIPT, STATIONS, WITH_KEY, House, answer
from tests.e2e.runs import CONTACT, before_the_load, slowly

WISH = "rename stations to places"
REFUSED = "Say what should be different, or leave"
PLACES = "SELECT count(*) FROM weather_data.places"


def test_a_change_before_the_preview_comes_first_and_the_policy_goes_on(house: House) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, *WITH_KEY)
    answer(terminal, (CONTACT, "y"), (f"Write {SCRIPT}?", "y"), (CHECKS, WISH))
    answer(terminal, (f"Change {SCRIPT}?", "y"), (CHECKS, "y"), (f"Change {SCRIPT}?", "y"), (LOADS, "y"))
    answer(terminal, ("What next?", ""))
    assert terminal.wait() == 0
    assert house.rows(PLACES) == [(STATIONS,)]
    assert [cell["input"] for cell in house.cells("change_code")] == [WISH]


def test_a_change_before_the_load_is_proven_anew(house: House) -> None:
    terminal = before_the_load(house)
    answer(terminal, (LOADS, WISH), (LOADS, "y"), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.rows(PLACES) == [(STATIONS,)]
    states = [cell["state"] for cell in house.cells("check_api")]
    assert states == ["stale", "skipped"]
    assert set(house.steps().values()) == {"done", "skipped"}


def test_a_change_that_is_declined_leaves_all_as_it_was(house: House) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, *WITH_KEY)
    answer(terminal, (CONTACT, "y"), (f"Write {SCRIPT}?", "y"), (CHECKS, f"/change {WISH}"))
    answer(terminal, (f"Change {SCRIPT}?", "n"), (CHECKS, "y"))
    answer(terminal, (f"Change {SCRIPT}?", "always"), (LOADS, "y"), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS


def test_ctrl_c_in_a_load_pauses_for_a_change(house: House) -> None:
    terminal = before_the_load(house)
    slowly(house, terminal, LOADS)
    terminal.press("ctrl-c")
    terminal.expect("Load was stopped.")
    house.api.times = 0
    answer(terminal, ("Go on, leave", WISH), (LOADS, "y"), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.rows(PLACES) == [(STATIONS,)]


def test_ctrl_c_offers_to_undo_the_last_change(house: House) -> None:
    terminal = before_the_load(house)
    slowly(house, terminal, LOADS)
    terminal.press("ctrl-c")
    terminal.expect("Load was stopped.")
    house.api.times = 0
    answer(terminal, ("Go on, leave", "undo"))
    terminal.expect("(Remove exit) is undone")
    answer(terminal, (LOADS, "y"), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS


def test_before_there_is_a_script_nothing_can_be_changed(house: House) -> None:
    terminal = house.terminal("init", "weather")
    answer(terminal, ("Which API do you want to load?", "/change add pagination"))
    terminal.expect("There is no script yet to change.")
    answer(terminal, ("", house.stations))
    terminal.expect(CONTACT)


def test_a_run_takes_back_only_what_it_changed_itself(house: House) -> None:
    made = house.pilot("init", "weather", "--api", house.stations, *WITH_KEY, "--yes", "--no-input")
    assert made.returncode == 0
    written = house.read()
    again = next(cell["id"] for cell in house.cells("query_tables"))
    terminal = house.terminal("run", *WITH_KEY)
    slowly(house, terminal, LOADS)
    terminal.press("ctrl-c")
    house.api.times = 0
    answer(terminal, ("Go on, leave", "undo"))
    terminal.expect("This run has changed no file.")
    answer(terminal, ("Go on, leave", f"/rerun {again}"), ("What next?", ""))
    terminal.expect("Done.")
    assert terminal.wait() == 0
    assert house.read() == written
    assert [cell["state"] for cell in house.cells("run_pipeline")] == ["undone"]
    assert [cell["state"] for cell in house.cells("query_tables")] == ["stale", "done"]


def test_a_request_is_taken_back_at_its_own_pause(house: House) -> None:
    terminal = before_the_load(house)
    answer(terminal, (LOADS, "frobnicate it"))
    terminal.expect("It can: ")
    assert "Next: Load (pilot resume)" in house.pilot("status").stdout
    answer(terminal, (LOADS, "y"), ("What next?", "frobnicate it"), (REFUSED, "/undo"))
    terminal.expect("This request has changed no file.")
    answer(terminal, (REFUSED, "l"))
    terminal.expect("Not done.")
    answer(terminal, ("What next?", WISH), (LOADS, "/undo"))
    terminal.expect("is undone")
    answer(terminal, (LOADS, "y"), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.rows(PLACES) == [(STATIONS,)]


def test_words_at_the_pause_replace_a_request_that_was_refused(house: House) -> None:
    terminal = before_the_load(house)
    answer(terminal, (LOADS, "y"), ("What next?", "frobnicate it"), (REFUSED, WISH), (LOADS, "y"))
    answer(terminal, ("What next?", ""))
    assert terminal.wait() == 0
    assert house.rows(PLACES) == [(STATIONS,)]
    assert [(cell["state"], cell["input"]) for cell in house.cells("refine_pipeline")] == [("done", WISH)]
