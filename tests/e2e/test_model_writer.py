"""Journeys with a model: through the real SDK, streamed, right at once or after some detours."""

from __future__ import annotations

import sys

from tests.e2e.house import SCRIPT, STATIONS, WITH_KEY, House, answer
from tests.e2e.replies import QUERY, reply, script, script_with_a_bug, script_with_another_bug
from tests.support.model_server import ModelServer
from tests.support.weather_api import KEY

UNASKED = ("--yes", *WITH_KEY)
EDITOR = """
import sys, pathlib
file = pathlib.Path(sys.argv[1])
file.write_text(file.read_text().replace('"name": "stations"', '"name": "places"'))
"""


def asked(server: ModelServer, number: int) -> str:
    """The words of a request, without the system message that is the same in all."""
    messages = server.requests[number]["messages"]
    assert messages[0]["role"] == "system"
    return "\n".join(message["content"] for message in messages[1:])


def test_a_streamed_script_is_edited_loaded_and_its_failing_query_written_again(house: House) -> None:
    editor = house.home / "editor.py"
    editor.write_text(EDITOR, "utf-8")
    draft = script(house.api.url)
    server = house.model([reply(draft), QUERY, QUERY.replace("weather_data.stations", "weather_data.places")])
    terminal = house.terminal("init", "weather", EDITOR=f"{sys.executable} {editor}")
    answer(
        terminal,
        ("Which API do you want to load?", f"The stations at {house.stations}"),
        ("Contact 127.0.0.1", "y"),
        (f"Write {SCRIPT}?", "e"),
        (f"Write {SCRIPT}?", "y"),
        ("Change .dlt/secrets.toml?", "y"),
        ("sources.weather.api_key (type it, hidden", KEY),
        (f"Run {SCRIPT}", "a"),
        (f"Change {SCRIPT}?", "y"),
        ("What next?", "/quit"),
    )
    assert terminal.wait() == 0
    assert house.count("places") == STATIONS
    edited = draft.replace('"name": "stations"', '"name": "places"')
    assert house.read().startswith(edited[: edited.index("if __name__")])
    assert [request["stream"] for request in server.requests] == [True, True, True]
    assert {headers["authorization"] for headers in server.headers} == {
        f"Bearer {house.environ['OPENAI_API_KEY']}"
    }
    assert len({request["messages"][0]["content"] for request in server.requests}) == 1
    assert house.stations in asked(server, 0) and "401" in asked(server, 0)
    assert "weather_data" in asked(server, 1) and "places" in asked(server, 1)
    assert "does not exist" in asked(server, 2)
    assert not any(KEY in str(request) for request in server.requests)
    status = house.document("status")
    assert status["status"] == "done" and status["model"]["requests"] == 3
    assert status["model"]["input_tokens"] > 1000 and status["repairs"] == 1
    assert KEY.encode() not in terminal.raw and "Zugspitze" in terminal.text()


def test_a_request_for_what_is_there_already_changes_and_runs_nothing(house: House) -> None:
    draft, nothing = reply(script(house.api.url)), "NOTHING: it reads all stations already"
    server = house.model([draft, QUERY, nothing, nothing, draft])
    terminal = house.terminal("init", "weather", "--api", house.stations, *UNASKED)
    answer(terminal, ("What next?", "/change every station"))
    terminal.expect("it reads all stations already")
    answer(terminal, ("What next?", "all stations"))
    terminal.expect("it reads all stations already")
    answer(terminal, ("What next?", ""))
    assert terminal.wait() == 0 and "nothing asked for" in terminal.text()
    # the same in other words: the file as it is
    house.edit(SCRIPT, lambda text: script(house.api.url))
    said = house.document("refine", "really all", *UNASKED)
    assert said["status"] == "done" and said["repairs"] == 0
    assert {step["name"]: step["status"] for step in said["steps"]} == {
        "change_code": "skipped",
        **dict.fromkeys(("wait_for_secrets", "check_api", "remove_exit", "load", "check_load"), "pending"),
    }
    assert len(server.requests) == 5 and house.read() == script(house.api.url)
    assert len(house.cells("load")) == 1 and house.cells("repair_code") == []


def test_useless_replies_are_asked_again_and_a_bug_is_repaired_from_its_traceback(house: House) -> None:
    elided = script(house.api.url).replace('        "resources": [', "        # ... rest unchanged ...")
    server = house.model(
        [
            {"content": reply(script(house.api.url))[:900], "finish": "length"},
            reply(script_with_a_bug(house.api.url)),
            reply(elided),
            reply(script(house.api.url)),
            QUERY,
        ]
    )
    terminal = house.terminal("init", "weather", "--api", house.stations, *UNASKED)
    answer(terminal, ("What next?", ""))
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS and "exit()" not in house.read()
    assert len(server.requests) == 5
    assert asked(server, 1) == asked(server, 0)
    assert server.requests[1]["max_completion_tokens"] == 2 * server.requests[0]["max_completion_tokens"]
    assert "NameError" in asked(server, 2) and "configuration" in asked(server, 2)
    assert "could not be used" in asked(server, 3)
    (repair,) = house.cells("repair_code")
    assert repair["state"] == "done" and repair["usage"]["requests"] == 2
    assert house.document("status")["repairs"] == 1


def test_a_bug_that_stays_ends_early_and_one_that_changes_ends_at_the_bound(house: House) -> None:
    answers = [reply(script_with_a_bug(house.api.url))] * 2
    server = house.model(lambda body: answers.pop(0))
    ended = house.document("init", "weather", "--api", house.stations, *UNASKED, code=1)
    assert ended["status"] == "failed" and ended["failure"]["step"] == "check_api"
    assert ended["failure"]["kind"] == "code_error" and "NameError" in ended["failure"]["message"]
    assert answers == []
    assert house.read() == script_with_a_bug(house.api.url)
    assert not (house.folder / "weather.duckdb").exists()

    answers += [reply(script_with_another_bug(house.api.url, number)) for number in range(9)]
    again = ("init", "weather", "--api", house.stations, "--restart", *UNASKED, "--max-repairs", "2")
    ended = house.document(*again, code=1)
    assert ended["failure"]["kind"] == "code_error" and ended["repairs"] == 2
    assert len(server.requests) == 2 + 3
    assert house.read() == script_with_another_bug(house.api.url, 2)

    house.edit(SCRIPT, lambda text: text.replace("configuration_2", "config"))
    answers[:] = [QUERY]
    ended = house.document("resume", *UNASKED)
    assert ended["status"] == "done" and house.count("stations") == STATIONS
    assert answers == []


def test_when_repairs_are_used_up_the_person_says_what_to_do(house: House) -> None:
    bugs = [reply(script_with_another_bug(house.api.url, number)) for number in range(2)]
    in_one_piece = {"content": reply(script(house.api.url)), "stream": False}
    server = house.model([*bugs, in_one_piece, QUERY])
    terminal = house.terminal("init", "weather", "--api", house.stations, *UNASKED, "--max-repairs", "1")
    terminal.expect("tried: Repair code")
    answer(
        terminal,
        ("leave, or say what should be different", "give the function the name config"),
        ("What next?", ""),
    )
    assert terminal.wait() == 0
    assert "give the function the name config" in asked(server, 2)
    assert len(server.requests) == 4 and house.count("stations") == STATIONS


def test_a_model_may_ask_the_person_may_wish_and_no_leaves_all_as_it_was(house: House) -> None:
    places = script(house.api.url).replace('"name": "stations"', '"name": "places"')
    server = house.model(
        [
            "QUESTION: Which of the two endpoints do you need?",
            reply(script(house.api.url)),
            reply(places),
            reply(places),
            QUERY.replace(".stations", ".places"),
        ]
    )
    terminal = house.terminal("init", "weather", "--api", house.stations)
    answer(terminal, ("Contact 127.0.0.1", "y"))
    terminal.expect("Which of the two endpoints do you need?")
    before = house.read()
    answer(
        terminal,
        ("Your answer", "Only the stations"),
        (f"Write {SCRIPT}?", "call the table places"),
        (f"Write {SCRIPT}?", "no"),
    )
    assert terminal.wait() == 1
    assert house.read() == before
    assert "Only the stations" in asked(server, 1)
    assert "call the table places" in asked(server, 2) and '"name": "stations"' in asked(server, 2)
    assert house.steps()["write_code"] == "declined" and house.steps()["wait_for_secrets"] == "pending"
    assert "pilot resume" in terminal.text()

    ended = house.document("resume", *UNASKED)
    assert ended["status"] == "done" and house.count("places") == STATIONS
    assert len(server.requests) == 5
