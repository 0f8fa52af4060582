"""`pilot doctor --privacy` shows the very request that is sent next, and sends nothing."""

from __future__ import annotations

import json

from tests.e2e.house import WITH_KEY, House
from tests.e2e.replies import QUERY, reply, script
from tests.support.weather_api import KEY


def test_what_is_shown_is_what_is_sent(house: House) -> None:
    server = house.model([reply(script(house.api.url)), QUERY, reply(script(house.api.url))])
    begun = house.pilot("init", "weather", "--api", house.stations, *WITH_KEY, "--yes", "--no-input")
    assert begun.returncode == 0, begun.stderr
    asked = len(server.requests)
    shown = json.loads(house.pilot("doctor", "--privacy", "--json").stdout)
    assert shown["sends"] and not shown["shares_rows"] and "WEATHER_KEY" in shown["hidden"]
    assert shown["url"] == f"{server.url}/chat/completions"
    assert len(server.requests) == asked
    house.pilot("refine", "only Bern", *WITH_KEY, "--yes", "--no-input")
    sent = json.dumps(server.requests[asked])
    expected = json.dumps(shown["body"]).replace("(what you will have typed)", "only Bern")
    assert json.loads(expected) == server.requests[asked]
    assert KEY not in sent and "Reykjav" not in sent


def test_a_screen_tells_the_endpoint_the_words_and_what_is_kept_back(house: House) -> None:
    server = house.model(["never"])
    told = house.pilot("doctor", "--privacy").stdout
    assert f"It goes to {server.url}/chat/completions" in told
    assert "You write dlt pipelines" in told and "(what you will have typed)" in told
    assert "values of records: only names and types" in told
    assert not server.requests
    assert "Nothing is sent to any model" in house.pilot("doctor", "--privacy", "--model", "builtin").stdout
