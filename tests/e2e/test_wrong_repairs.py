"""Models that repair wrongly: pilot never loops, never ends worse than it began, and stays in its budget."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.house import SCRIPT, WITH_KEY, House, answer
from tests.e2e.replies import QUERY, reply, script, script_with_another_bug
from tests.support.model_server import ModelServer

UNASKED = ("--yes", *WITH_KEY)
PROSE = "I would write it in another language:\n```javascript\nimport dlt from 'dlt';\n```\n"


def begun(house: House, *more: str, code: int = 1) -> Any:
    """What comes of making the pipeline for the stations, with nobody there."""
    return house.document("init", "weather", "--api", house.stations, *UNASKED, *more, code=code)


def tokens(server: ModelServer, *replies: str) -> int:
    """What the server counts for all that it was asked and has answered."""
    asked = sum(len(json.dumps(body["messages"])) // 4 for body in server.requests)
    return asked + sum(len(text) // 4 for text in replies[: len(server.requests)])


def pages(house: House, page: str = '{"type": "single_page"}', more: str = "") -> str:
    """A script for the observations, of which it reads only the first page."""
    text = script(house.api.url).replace("stations", "observations")
    return text.replace('{"type": "single_page"}', page).replace(
        '"data_selector": "observations"', f'"data_selector": "observations"{more}'
    )


@pytest.mark.parametrize(
    ("wrong", "told", "requests"),
    [
        ("same", "the file as it is, which fails", 2),
        ("unrelated", "refused, twice: it is another pipeline", 3),
        ("prose", "could not be used, twice: there is no Python block", 3),
        ("in turn", "a file that was there before", 3),
    ],
)
def test_a_wrong_repair_is_refused_and_the_script_stays(
    house: House, wrong: str, told: str, requests: int
) -> None:
    first = script_with_another_bug(house.api.url, 1)
    drafts = {
        "same": reply(first),
        "unrelated": reply(script("https://berries.example").replace('name="weather"', 'name="berries"')),
        "prose": PROSE,
        "in turn": reply(script_with_another_bug(house.api.url, 2)),
    }
    turns = [reply(first), *([drafts[wrong], reply(first)] if wrong == "in turn" else [drafts[wrong]] * 9)]
    server = house.model(turns)
    ended = begun(house, "--max-repairs", "9")
    assert ended["failure"]["kind"] == "code_error"
    assert told in ended["failure"]["tried"][-1]
    assert len(server.requests) == requests
    left = 2 if wrong == "in turn" else 1
    assert house.read() == script_with_another_bug(house.api.url, left)


def test_repairs_that_make_it_worse_are_put_back_until_one_makes_it_better(house: House) -> None:
    first = script_with_another_bug(house.api.url, 1)
    missing = first.replace("configuration_1", "other").replace(
        "import dlt\n", "import dlt\nimport nosuchthing\n"
    )
    server = house.model([reply(text) for text in (first, missing, script(house.api.url))] + [QUERY])
    ended = begun(house, code=0)
    assert (ended["repairs"], len(server.requests)) == (2, 4)
    (put_back,) = house.cells("put_back")
    assert "No module named 'nosuchthing'" in put_back["says"]
    assert "nosuchthing" not in house.read("requirements.txt")
    told = server.requests[2]["messages"][1]["content"]
    assert "configuration_1" in told and "+import nosuchthing" in told
    assert house.count("stations") == 24


def test_a_repair_that_drops_rows_is_put_back_and_the_rows_are_there_again(house: House) -> None:
    fewer = pages(house, more=', "params": {"per_page": 5}')
    limited = pages(house).replace("run(weather_source()", "run(weather_source().add_limit(1)")
    server = house.model([reply(pages(house)), reply(fewer), reply(limited), reply(limited), QUERY])
    ended = house.document("init", "weather", "--api", house.observations, *UNASKED, code=1)
    assert ended["failure"]["kind"] == "incomplete"
    assert "observations holds 5 rows, where there were 50" in ended["failure"]["tried"][0]
    assert "it would load only a part: add_limit(1)" in ended["failure"]["tried"][1]
    assert ended["failure"]["kept"] == f"{SCRIPT} is as it was before the repairs."
    assert house.count("observations") == 50
    assert {table["name"]: table["rows"] for table in ended["tables"]}["observations"] == 50
    assert "per_page" not in house.read() and "add_limit" not in house.read()
    assert len(server.requests) == 4


def test_ever_longer_scripts_stay_in_the_budget(house: House) -> None:
    padding = "\n".join(f"def unused_{number}():\n    return {number}\n" for number in range(40))
    drafts = [reply(script_with_another_bug(house.api.url, n) + padding * n) for n in range(9)]
    server = house.model(lambda body: drafts[len(server.requests) - 1])
    ended = begun(house, "--max-tokens", "8000", "--max-repairs", "9")
    assert ended["failure"]["kind"] == "budget_spent"
    assert "8,000 tokens" in ended["failure"]["message"] and "NameError" in ended["failure"]["message"]
    assert "--max-tokens" in ended["failure"]["hint"]
    model = ended["model"]
    assert model["input_tokens"] + model["output_tokens"] == tokens(server, *drafts) <= 8000
    assert model["cost"] == 0 and len(server.requests) > 1

    before = len(server.requests)
    ended = house.document("resume", *UNASKED, "--max-tokens", "8000", code=1)
    assert ended["failure"]["kind"] == "budget_spent" and len(server.requests) == before


def test_a_budget_that_is_spent_after_a_good_load_costs_the_model_s_query_alone(house: House) -> None:
    server = house.model([reply(script(house.api.url)), QUERY])
    ended = begun(house, "--max-tokens", "4000", code=0)
    assert ended["status"] == "done" and len(server.requests) == 1
    (query,) = house.cells("query_tables")
    assert "budget is spent" in query["says"] and house.count("stations") == 24


def test_money_is_counted_by_the_person_s_own_price(house: House) -> None:
    (house.folder / ".pilot").mkdir()
    (house.folder / ".pilot" / "config.toml").write_text(
        '[prices]\n"gpt-6.1-sol" = { input = 100.0, output = 200.0 }\n', "utf-8"
    )
    server = house.model([reply(script_with_another_bug(house.api.url, n)) for n in range(9)])
    ended = begun(house, "--max-cost", "0.80", "--max-repairs", "9")
    assert ended["failure"]["kind"] == "budget_spent" and "$0.8000" in ended["failure"]["message"]
    model = ended["model"]
    spent = (model["input_tokens"] * 100 + model["output_tokens"] * 200) / 1_000_000
    assert model["cost"] == pytest.approx(spent) and 0.3 < spent <= 0.8
    assert len(server.requests) == 2
    assert "cost $0." in house.pilot("status").stdout
    assert "$0." in house.pilot("log").stdout


def test_a_bound_on_money_needs_a_price(house: House) -> None:
    house.environ |= {"OPENAI_BASE_URL": "http://models.invalid/v1", "OPENAI_API_KEY": "sk-x"}
    done = house.pilot(
        "init", "weather", "--api", house.stations, *UNASKED, "--model", "mine", "--max-cost", "1"
    )
    assert done.returncode == 2
    assert "What mine costs is not known" in done.stderr and "[prices]" in done.stderr


def test_a_repair_that_takes_too_long_is_given_up(house: House) -> None:
    hangs = {"fault": "hang", "seconds": 60}
    server = house.model([reply(script_with_another_bug(house.api.url, 1)), hangs])
    ended = begun(house, "--max-seconds", "1")
    assert ended["failure"]["kind"] == "budget_spent"
    assert "NameError" in ended["failure"]["message"] and "--max-seconds" in ended["failure"]["hint"]
    assert next(step for step in ended["steps"] if step["name"] == "check_api")["seconds"] < 20
    assert len(server.requests) == 2


def test_the_person_is_told_what_was_tried_and_goes_on_in_words(house: House) -> None:
    bug = reply(script_with_another_bug(house.api.url, 1))
    house.model([bug, bug, reply(script(house.api.url)), QUERY])
    terminal = house.terminal("init", "weather", "--api", house.stations, *UNASKED)
    terminal.expect("tried: Repair code → The repair is the file as it is, which fails.")
    answer(
        terminal, ("say what should be different", "the function wants the name config"), ("What next?", "")
    )
    assert terminal.wait() == 0
    assert house.count("stations") == 24
