"""Endpoints that the person named by their URLs: what can't be loaded is no good end."""

from __future__ import annotations

from tests.e2e.house import House
from tests.support.api_server import ApiServer, Reply, people


def test_a_url_in_words_that_can_not_be_loaded_makes_the_run_fail_and_the_others_load(house: House) -> None:
    routes = {
        "/orders": lambda _: Reply(data=people(7)),
        "/broken": lambda _: Reply(data={"error": "no such collection"}),
        "/empty": lambda _: Reply(data=[]),
    }
    with ApiServer(routes) as api:
        words = f"load {api.url}/orders, {api.url}/empty, {api.url}/broken and {api.url}/nothing"
        ended = house.document("init", "weather", "--api", words, "--yes", "--no-input", code=1)
        again = house.document("run", "--yes", "--no-input")
    says = ended["failure"]["message"]
    assert (ended["status"], ended["failure"]["kind"]) == ("failed", "incomplete")
    assert says.startswith("Named with --api, and left out: /broken: ")
    assert "no such collection" in says and "/nothing: HTTP 404" in says and "/empty" not in says
    assert house.count("orders") == 7
    assert again["status"] == "done"
