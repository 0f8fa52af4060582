"""Journeys that the person breaks off, at every pause and in every run; `pilot resume` finishes them."""

from __future__ import annotations

import time

from tests.e2e.house import CHECKS, LOADS, RUNNING, SCRIPT, STATIONS, WITH_KEY, House, answer, until
from tests.e2e.replies import QUERY, reply, script
from tests.e2e.runs import CONTACT, before_the_load, slowly
from tests.support.model_server import Reply
from tests.support.terminal import Terminal
from tests.support.weather_api import KEY

HIDDEN = "sources.weather.api_key (type it, hidden"
PAUSES = (
    "Which API do you want to load?",
    CONTACT,
    f"Write {SCRIPT}?",
    "Change .dlt/secrets.toml?",
    HIDDEN,  # and then the API is looked at again: its host was agreed to
    f"Change {SCRIPT}?",
    CHECKS,
    f"Change {SCRIPT}?",
    LOADS,
    "What next?",
)


def leave(terminal: Terminal) -> None:
    """Press Ctrl-C at a question; one line tells how to go on."""
    terminal.press("ctrl-c")
    assert terminal.wait() == 130
    shown = terminal.text()
    assert len([line for line in shown.splitlines() if "pilot resume" in line]) == 1, shown
    assert "Traceback" not in shown and not terminal.cursor_hidden


def test_ctrl_c_at_every_pause_leaves_and_resume_asks_the_same_again(house: House) -> None:
    answers = {"Which API do you want to load?": house.stations, HIDDEN: KEY, "What next?": ""}
    terminal = house.terminal("init", "weather")
    for question in PAUSES:
        terminal.expect(question)
        leave(terminal)
        terminal = house.terminal("resume")
        answer(terminal, (question, answers.get(question, "y")))
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS
    assert set(house.steps().values()) == {"done"}
    assert len(house.cells("load")) == 2 and len(house.cells("init")) == 1


def test_ctrl_c_in_the_preview_stops_the_script_and_it_can_be_run_again(house: House) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, *WITH_KEY)
    answer(terminal, (CONTACT, "y"), (f"Write {SCRIPT}?", "always"))
    slowly(house, terminal, CHECKS)
    terminal.press("ctrl-c")
    terminal.expect("Check API was stopped.")
    assert house.running(RUNNING) == []
    house.api.times = 0
    answer(terminal, ("Go on, leave", "r"), (CHECKS, "y"))
    slowly(house, terminal, LOADS)
    terminal.press("ctrl-c")
    terminal.expect("Load was stopped.")
    assert house.running(RUNNING) == []
    answer(terminal, ("Go on, leave", "leave"))
    assert terminal.wait() == 130
    assert house.steps()["check_api"] == "done" and house.steps()["load"] == "pending"
    house.api.times = 0
    ended = house.document("resume", "--yes", *WITH_KEY)
    assert ended["status"] == "done" and house.count("stations") == STATIONS


def test_a_second_ctrl_c_leaves_a_load_at_once(house: House) -> None:
    terminal = before_the_load(house)
    slowly(house, terminal, LOADS)
    terminal.press("ctrl-c")
    time.sleep(0.2)  # two at once are one signal
    terminal.press("ctrl-c")
    assert terminal.wait() == 130
    assert house.running(RUNNING) == []
    assert "pilot resume" in terminal.text() and "Traceback" not in terminal.text()
    house.api.times = 0
    ended = house.document("resume", "--yes", *WITH_KEY)
    assert ended["status"] == "done" and house.count("stations") == STATIONS


def test_ctrl_c_while_the_model_answers_breaks_it_off_and_it_can_be_asked_again(house: House) -> None:
    answers: list[Reply] = [{"fault": "trickle", "seconds": 60}, reply(script(house.api.url)), QUERY]
    server = house.model(lambda body: answers.pop(0))
    terminal = house.terminal("init", "weather", "--api", house.stations, "--yes", *WITH_KEY)
    until(lambda: server.requests)
    terminal.press("ctrl-c")
    terminal.expect("Write code was stopped.")
    answer(terminal, ("Go on, or leave", "run it again"), ("What next?", ""))
    assert terminal.wait() == 0
    assert answers == [] and house.count("stations") == STATIONS
