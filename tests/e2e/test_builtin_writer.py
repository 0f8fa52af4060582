"""Journeys with nothing configured: the built-in writer, and a person who answers."""

from __future__ import annotations

from tests.e2e.house import OBSERVATIONS, SECRETS, STATIONS, WITH_KEY, House, answer
from tests.support.api_server import Reply, Request, serving
from tests.support.weather_api import KEY

TITLES = (
    "Set up writer",
    "Init",
    "Ask API",
    "Probe API",
    "Write code",
    "Wait for secrets",
    "Check API",
    "Remove exit",
    "Load",
    "Check load",
    "Query tables",
    "Refine",
)


def test_a_person_answers_every_question_and_has_the_api_in_tables(house: House) -> None:
    terminal = house.terminal("init", "weather", "duckdb")
    answer(
        terminal,
        ("Which API do you want to load?", f"{house.stations} and {house.observations}"),
        ("Contact 127.0.0.1", ""),
        ("Write weather_pipeline.py?", "y"),
        ("Change .dlt/secrets.toml?", "y"),
        ("sources.weather.api_key (type it, hidden", KEY),
        ("Change weather_pipeline.py?", "y"),
        ("Run weather_pipeline.py (shows the first records, loads nothing)?", "yes"),
    )
    assert "exit()" in house.read()
    answer(
        terminal,
        ("Change weather_pipeline.py?", ""),
        ("Run weather_pipeline.py (loads into duckdb)?", "y"),
        ("What next?", ""),
    )
    assert terminal.wait() == 0
    shown = terminal.text()
    assert [title for title in TITLES if title not in shown] == []
    assert "Reykjavík" in shown and 'FROM "weather_data"."observations"' in shown
    assert "exit()" not in house.read()
    assert (house.count("stations"), house.count("observations")) == (STATIONS, OBSERVATIONS)
    zugspitze = "SELECT name, location__elevation_m FROM weather_data.stations WHERE id = 'st-017'"
    assert house.rows(zugspitze) == [("Zugspitze", 2964)]
    assert f'api_key = "{KEY}"' in house.read(SECRETS)
    assert (house.folder / SECRETS).stat().st_mode & 0o777 == 0o600
    assert KEY.encode() not in terminal.raw
    assert house.holding(KEY) == [f"project/{SECRETS}"]
    status = house.document("status")
    assert status["status"] == "done" and status["writer"] == "builtin" and status["model"] is None
    assert {step["status"] for step in status["steps"]} == {"done"}
    assert {table["name"]: table["rows"] for table in status["tables"]}["observations"] == OBSERVATIONS


def test_a_person_looks_around_changes_the_pipeline_in_words_and_takes_it_back(house: House) -> None:
    terminal = house.terminal("init", "weather", "--api", house.stations, "--yes", *WITH_KEY)
    answer(terminal, ("What next?", "/help"))
    terminal.expect("/sql QUERY")
    answer(terminal, ("What next?", "/tables"))
    terminal.expect("stations    24")
    answer(terminal, ("What next?", "/sql SELECT count(*) * 1000 AS many FROM weather_data.stations"))
    terminal.expect("24000")
    answer(terminal, ("What next?", "/show 3"))
    terminal.expect(house.stations)
    answer(terminal, ("What next?", "/dlt pipeline weather info"))
    terminal.expect("Working dir")
    before = house.read()
    answer(terminal, ("What next?", "change the write disposition to merge"))
    terminal.expect("What next?")
    assert '"write_disposition": "merge"' in house.read() and "exit()" not in house.read()
    terminal.answer("write a poem about the weather")
    terminal.expect("This needs a model")
    answer(terminal, ("Say what should be different, or leave", "leave"))
    terminal.expect("What next?")
    terminal.answer("/undo")
    terminal.expect("is undone")
    terminal.expect("What next?")
    assert house.read() == before
    terminal.press("ctrl-d")
    assert terminal.wait() == 0
    assert house.count("stations") == STATIONS
    merged, poem = house.cells("refine_pipeline")
    assert merged["input"] == "change the write disposition to merge" and merged["state"] == "undone"
    assert poem["failure"]["kind"] == "beyond_writer"
    assert house.document("status")["status"] == "done"
    assert KEY.encode() not in terminal.raw and house.holding(KEY) == []


def test_a_date_in_a_request_leaves_older_rows_out(house: House) -> None:
    rows = [{"id": n, "created": f"{2020 + n % 6}-02-11T08:00:00Z"} for n in range(60)]
    with serving(lambda request: Reply(data={"customers": rows}), "/customers") as server:
        house.document("init", "weather", "--api", f"{server.url}/customers", "--yes", "--no-input")
        wish = "load only customers created since 2024-01-01"
        told = house.document("refine", wish, "--yes", "--no-input")
    assert told["status"] == "done"
    oldest = house.rows("SELECT count(*), CAST(min(created) AS VARCHAR)[:4] FROM weather_data.customers")
    assert oldest == [(20, "2024")]


def test_asking_for_pages_looks_again_at_a_list_whose_paging_was_not_proven(house: House) -> None:
    people = [{"id": n, "name": f"n{n}"} for n in range(5)]

    def page(request: Request) -> Reply:
        number = request.number("page", 1) if len(people) > 5 else 1
        return Reply(data={"people": people[(number - 1) * 5 : number * 5]})

    with serving(page, "/people") as server:
        house.document("init", "weather", "--api", f"{server.url}/people", "--yes", "--no-input")
        people.extend({"id": n, "name": f"n{n}"} for n in range(5, 30))
        told = house.document("refine", "add pagination", "--yes", "--no-input")
    assert told["status"] == "done" and house.count("people") == 30
