"""An API that gives few answers a minute: repairs do not burn them."""

from __future__ import annotations

import time

from tests.e2e.house import SCRIPT, House
from tests.e2e.replies import reply, script
from tests.support.api_server import Reply, Request, people, serving

_A_MINUTE = 120.0
"""Longer than the whole test takes: the scale is on the strict side."""
_QUERY = "All of them.\n```sql\nSELECT count(*) AS stations FROM weather_data.stations\n```"
_ALLOWED = 5
_SHOWN = "            print(record)"


class Limited:
    """Answers five requests a minute, and refuses the others."""

    def __init__(self) -> None:
        self._asked: list[float] = []
        self.refused = 0

    def __call__(self, request: Request) -> Reply:
        now = time.monotonic()
        self._asked = [asked for asked in self._asked if now - asked < _A_MINUTE]
        if len(self._asked) >= _ALLOWED:
            self.refused += 1
            wait = str(int(_A_MINUTE - now + self._asked[0]) + 1)
            return Reply(429, {"message": "slow down"}, {"Retry-After": wait})
        self._asked.append(now)
        return Reply(data={"stations": people(24), "total": 24})


def wrong(url: str, number: int) -> str:
    """A script that fails once the API has answered, each time in another way."""
    return script(url).replace(_SHOWN, f"            print(record['field_{number}'])")


def test_three_repairs_cost_an_api_with_five_requests_a_minute_no_refusal(house: House) -> None:
    api = Limited()
    with serving(api, "/v1/stations") as server:
        house.model([*(reply(wrong(server.url, n)) for n in range(3)), reply(script(server.url)), _QUERY])
        words = ("--api", f"Load {server.url}/v1/stations", "--secret", "api_key=env:WEATHER_KEY", "--yes")
        ended = house.document("init", "weather", *words, "--no-input")
    traffic = house.document("log", "--traffic")["traffic"]
    assert ended["status"] == "done" and house.count("stations") == 24
    assert ended["repairs"] >= 3 and "field_" not in house.read(SCRIPT)
    assert api.refused == 0 and {exchange["status"] for exchange in traffic} == {200}
    assert [exchange["cached"] for exchange in traffic] == [False, True, True, True, False]
    assert "(all answers from memory)" in house.cells("check_api")[-1]["says"]
