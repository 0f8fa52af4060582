"""What is awaited is on the screen: code as it is written, and what answers late."""

from __future__ import annotations

from tests.e2e.house import CHECKS, SCRIPT, WITH_KEY, House, answer, until
from tests.e2e.replies import reply, script
from tests.support.weather_api import Fault


def test_code_is_seen_while_a_model_writes_it_and_makes_way_for_the_change(house: House) -> None:
    house.model([{"content": reply(script(house.api.url)), "pause": 0.05}])
    terminal = house.terminal("init", "weather", "--api", house.stations, columns=80, rows=30)
    terminal.expect("Contact 127.0.0.1")
    terminal.press("enter")
    terminal.expect(f"Writing {SCRIPT}")
    terminal.expect("│ def weather_source():")
    terminal.expect(f"Write {SCRIPT}?")
    assert "│ def weather_source():" not in terminal.text()
    assert "+ def weather_source():" in terminal.text()


def test_a_slow_endpoint_is_waited_for_in_words(house: House) -> None:
    server = house.model([], models=({"id": "gpt-6.1-sol"},), listing=2.0)
    terminal = house.terminal("init", "weather", "--api", house.stations)
    terminal.expect(f"Asking 127.0.0.1:{server.port} for its models  1 s")
    terminal.expect("Set up writer")
    until(lambda: server.listed)


def test_a_wait_counts_down_and_leaves_one_quiet_line(house: House) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, *WITH_KEY, columns=80)
    answer(terminal, ("Contact 127.0.0.1", ""), (f"Write {SCRIPT}?", "y"))
    terminal.expect(CHECKS)
    house.api.fault, house.api.times = Fault.SERVER_ERROR, None
    terminal.answer("always")
    terminal.expect("Trying again in 4 s (Ctrl-C stops)  1 s")
    house.api.times = 0
    terminal.expect(" Wait ")
    assert "Trying again" not in terminal.text()
    terminal.expect(f"Change {SCRIPT}?")
