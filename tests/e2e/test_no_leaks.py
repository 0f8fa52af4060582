"""A key is nowhere but in secrets.toml: on no screen, in no session, request to a model, or JSON."""

from __future__ import annotations

import json
from urllib.parse import quote

from tests.e2e.house import CHECKS, LOADS, SECRETS, House, answer
from tests.e2e.replies import reply
from tests.support.api_server import Reply, Request, people, serving

KEY = "q9/Kz+71=nobody&knows"
WRONG = "w0/Rn+82=not&this"
HIDDEN = "sources.weather.api_key (type it, hidden"
SCRIPT = '''"""Loads the people."""

import dlt
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source


def weather_source():
    """The people."""
    config: RESTAPIConfig = {
        "client": {
            "base_url": "URL",
            "auth": {
                "type": "api_key",
                "name": "api_key",
                "api_key": dlt.secrets["sources.weather.api_key"],
                "location": "query",
            },
            "paginator": {"type": "single_page"},
        },
        "resources": [{"name": "items", "endpoint": {"path": "items", "data_selector": "$"}}],
    }
    return rest_api_source(config, name="weather")


if __name__ == "__main__":
    for resource in weather_source().resources.values():
        for record in resource:
            print(record, dlt.secrets["sources.weather.api_key"])
    exit()

    pipeline = dlt.pipeline(pipeline_name="weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(weather_source(), loader_file_format="jsonl"))
'''


def with_key(request: Request) -> Reply:
    """An API that wants its key in the query, and quotes a wrong one back."""
    given = request.query.get("api_key")
    if given is None:
        return Reply(401, {"error": "Send your key in the query parameter api_key."})
    return Reply(data=people(3)) if given == KEY else Reply(403, {"error": f"bad key {given}"})


def forms(value: str) -> tuple[str, ...]:
    """A value as it is, and as URLs hold it."""
    return value, quote(value), quote(value, safe="")


def test_a_key_in_the_query_does_not_leak_when_it_is_quoted_back_or_the_api_goes_away(house: House) -> None:
    with serving(with_key) as api:
        server = house.model([reply(SCRIPT.replace("URL", api.url))])
        terminal = house.terminal("init", "weather", "--api", f"{api.url}/items", "--verbose")
        answer(
            terminal,
            ("Contact 127.0.0.1", "y"),
            ("Write weather_pipeline.py?", "always"),
            (HIDDEN, WRONG),
        )
        terminal.expect("The API refuses this key")
        answer(terminal, (HIDDEN, KEY), (CHECKS, "y"))
        terminal.expect("person 2")
        terminal.expect(LOADS)
        terminal.press("ctrl-c")
        assert terminal.wait() == 130
    # nobody listens any more, and the URL that can't be reached has the key in it
    failed = house.pilot("resume", "--yes", "--json", "--verbose", RUNTIME__REQUEST_MAX_ATTEMPTS="1")
    assert failed.returncode == 1
    failure = json.loads(failed.stdout)["failure"]
    assert failure["step"] == "load" and failure["kind"] == "unreachable"
    texts = [terminal.raw.decode(), failed.stdout, failed.stderr, *map(str, server.requests)]
    for command in ("log", "status", "show"):
        texts += [house.pilot(command).stdout, house.pilot(command, "--json").stdout]
    # what is typed on the command line is told and kept without it too
    for typed in (
        ("query", f"rows of {KEY}", "--model", "builtin", "--verbose"),
        ("sessions", "--name", KEY),
    ):
        done = house.pilot(*typed)
        texts += [done.stdout, done.stderr]
    for form in (*forms(KEY), *forms(WRONG)):
        assert not any(form in text for text in texts)
        # what dlt keeps of its runs is its own
        pilots = [file for file in house.holding(form) if not file.startswith("home/dlt/")]
        assert pilots == ([f"project/{SECRETS}"] if form == KEY else [])


def test_keys_in_words_are_sent_by_this_run_and_kept_nowhere(house: House) -> None:
    def guarded(request: Request) -> Reply:
        right = request.headers.get("x-shop-token") == "hdr77-Secret-q1"
        return Reply(200, people(5)) if right else Reply(401, {"error": "no"})

    with serving({"/items": guarded}) as server:
        words = f"load {server.url}/items with the header X-Shop-Token: hdr77-Secret-q1"
        done = house.pilot(
            "init", "shop", "--model", "builtin", "--api", words, "--yes", "--no-input", "--json"
        )
        asked = "my password is Tiger-Lily-9, load it again"
        again = house.pilot("refine", asked, "--yes", "--no-input")
        model = house.model(["SELECT 1"])
        house.pilot("query", f"how many items are there, {asked}", "--model", "m", "--no-input")
    assert model.requests and "Tiger-Lily-9" not in str(model.requests)
    assert "Tiger-Lily-9" not in house.pilot("export", "session.json").stdout + house.read("session.json")
    assert done.returncode == 0, done.stderr
    script = house.read("shop_pipeline.py")
    assert '"name": "X-Shop-Token"' in script and "dlt.secrets" in script
    for value in ("hdr77-Secret-q1", "Tiger-Lily-9"):
        assert house.holding(value) == []
        assert value not in done.stdout + done.stderr + again.stdout + again.stderr
