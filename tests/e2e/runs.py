"""Journeys up to a run in which the API keeps the script waiting."""

from __future__ import annotations

from tests.e2e.house import CHECKS, RUNNING, SCRIPT, WITH_KEY, House, answer, until
from tests.support.terminal import Terminal

CONTACT = "Contact 127.0.0.1"


def before_the_load(house: House) -> Terminal:
    """All is agreed to before the load."""
    terminal = house.terminal("init", "weather", "--api", house.stations, *WITH_KEY)
    answer(terminal, (CONTACT, "y"), (f"Write {SCRIPT}?", "always"), (CHECKS, "y"))
    return terminal


def slowly(house: House, terminal: Terminal, question: str) -> None:
    """Agree to a run in which the API does not answer; wait until it was asked."""
    terminal.expect(question)
    house.api.times = None
    asked = house.api.faults
    terminal.answer("y")
    until(lambda: house.api.faults > asked)
    assert len(house.running(RUNNING)) == 1
