"""Journeys with a key that is missing, then wrong, then right."""

from __future__ import annotations

from tests.e2e.house import SECRETS, STATIONS, WITH_KEY, House, answer, paste_key
from tests.e2e.replies import QUERY, reply, script
from tests.support.weather_api import KEY

ASKED = "sources.weather.api_key (type it, hidden"
WRONG = "wrong-weather-key-0c1d"


def test_a_placeholder_that_was_left_and_a_wrong_key_lead_back_until_the_file_holds_the_right_one(
    house: House,
) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, "--yes")
    answer(terminal, (ASKED, ""))
    terminal.expect("still missing in .dlt/secrets.toml: sources.weather.api_key")
    answer(terminal, (ASKED, WRONG))
    terminal.expect("The API refuses this key")
    terminal.expect(ASKED)
    assert WRONG in house.read(SECRETS)
    house.edit(SECRETS, paste_key)
    terminal.press("enter")
    answer(terminal, ("What next?", ""))
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS
    assert (house.folder / SECRETS).stat().st_mode & 0o777 == 0o600
    for value in (KEY, WRONG):
        assert value.encode() not in terminal.raw
        assert set(house.holding(value)) <= {f"project/{SECRETS}"}
    states = [cell["state"] for cell in house.cells("wait_for_secrets")]
    assert states == ["done"]


def test_a_wrong_key_in_the_file_is_put_right_by_typing(house: House) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, "--yes")
    terminal.expect(ASKED)
    house.edit(SECRETS, lambda text: f"# mine\n{paste_key(text, WRONG)}")
    terminal.press("enter")
    terminal.expect("The API refuses this key")
    answer(terminal, (ASKED, KEY), ("What next?", ""))
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS
    secrets = house.read(SECRETS)
    assert secrets.startswith("# mine\n") and KEY in secrets and WRONG not in secrets
    assert house.holding(WRONG) == [] and KEY.encode() not in terminal.raw


def test_a_change_that_could_not_be_checked_for_lack_of_a_key_is_not_paid_for(house: House) -> None:
    server = house.model([reply(script(house.api.url)), QUERY])
    house.document("init", "weather", "--api", house.stations, "--yes", *WITH_KEY)
    asked = len(server.requests)
    house.edit(SECRETS, lambda text: text.replace(KEY, "<configure me>"))
    ended = house.document("refine", "only stations in Bern", "--yes", code=3)
    assert ended["status"] == "needs_input" and "--secret" in ended["failure"]["hint"]
    assert len(server.requests) == asked
