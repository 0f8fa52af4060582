"""Journeys that are ended from outside: a signal, a lost terminal, a kill; `pilot resume` finishes them."""

from __future__ import annotations

import os
import signal
import subprocess

from tests.e2e.house import COMMAND, LOADS, RUNNING, STATIONS, WITH_KEY, House, until
from tests.e2e.replies import QUERY, reply, script
from tests.e2e.runs import before_the_load, slowly
from tests.support.model_server import Reply

UNASKED = ("--yes", *WITH_KEY)
LINGERING = "\n    import time\n\n    time.sleep(120)\n"


def finishes(house: House) -> None:
    """The API answers again, and resume finishes the job."""
    house.api.times = 0
    ended = house.document("resume", *UNASKED)
    assert ended["status"] == "done" and ended["failure"] is None
    assert house.count("stations") == STATIONS
    assert {cell["state"] for cell in house.cells("load")} == {"interrupted", "done"}


def test_sigterm_in_a_load_stops_the_script_and_leaves(house: House) -> None:
    terminal = before_the_load(house)
    slowly(house, terminal, LOADS)
    terminal.process.kill(signal.SIGTERM)
    assert terminal.wait() == 130
    assert house.running(RUNNING) == []
    assert len([line for line in terminal.text().splitlines() if "pilot resume" in line]) == 1
    assert "SIGTERM" in terminal.text() and "Traceback" not in terminal.text()
    finishes(house)


def test_a_terminal_that_goes_away_in_a_load_takes_the_script_along(house: House) -> None:
    terminal = before_the_load(house)
    slowly(house, terminal, LOADS)
    terminal.hang_up()
    until(lambda: not house.running("pilot"))
    finishes(house)


def test_a_kill_in_a_load_takes_the_script_along(house: House) -> None:
    terminal = before_the_load(house)
    slowly(house, terminal, LOADS)
    terminal.process.kill(signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL
    until(lambda: not house.running(RUNNING))
    finishes(house)


def test_a_kill_while_the_model_answers_leaves_the_script_as_it_was(house: House) -> None:
    answers: list[Reply] = [{"fault": "trickle", "seconds": 60}, reply(script(house.api.url)), QUERY]
    server = house.model(lambda body: answers.pop(0))
    terminal = house.terminal("init", "weather", "--api", house.stations, *UNASKED)
    until(lambda: server.requests)
    template = house.read()
    terminal.process.kill(signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL
    assert house.read() == template and house.steps()["write_code"] == "pending"
    ended = house.document("resume", *UNASKED)
    assert ended["status"] == "done" and house.count("stations") == STATIONS
    assert answers == []


def test_a_load_that_was_finished_before_the_kill_is_not_run_again(house: House) -> None:
    house.model([reply(script(house.api.url) + LINGERING), QUERY])
    with subprocess.Popen(
        [*COMMAND, "init", "weather", "--api", house.stations, *UNASKED],
        cwd=house.folder,
        env={**os.environ, **house.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as pilot:
        until(house.loaded)
        pilot.kill()
    asked = len(house.api.requests)
    ended = house.document("resume", *UNASKED)
    assert ended["status"] == "done" and house.count("stations") == STATIONS
    assert len(house.api.requests) == asked
    assert [cell["state"] for cell in house.cells("load")] == ["interrupted", "done"]
