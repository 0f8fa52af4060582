"""Fields that differ by case and punctuation alone keep their values, each in a column of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pilot.api.profile import ApiProfile, Field
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.distinct import renamed
from tests.support.api_server import ApiServer, Reply
from tests.writers.builtin.profiles import TEAMS
from tests.writers.builtin.test_pages_by_hand import seen
from tests.writers.builtin.test_written_scripts_run import loaded, run

ROWS: list[dict[str, Any]] = [
    {"id": n, "userId": n + 10, "user_id": n + 20, "user-id": f"x{n}", "day": "a", "Day": f"2024-02-0{n + 1}"}
    for n in range(5)
]


def test_every_value_is_loaded_and_notes_say_which_names_meet(tmp_path: Path) -> None:
    with ApiServer({"/people": lambda request: Reply(data={"total": 5, "people": ROWS})}) as server:
        endpoint = seen(server, "/people")
        result = run(tmp_path, ApiProfile(server.url, (endpoint,)), preview_removed=True)
    assert result.returncode == 0, result.stderr
    columns = "id, user_id, user_id_2, user_id_3, day, day_2::text"
    assert loaded(tmp_path, columns, "people", "id") == [tuple(row.values()) for row in ROWS]


def test_a_key_keeps_its_name_and_no_new_name_is_taken() -> None:
    fields = tuple(Field(name, ("text",)) for name in ("ID", "id", "id_2", "name"))
    records = replace(TEAMS.records, fields=fields)
    resource = Resource("teams", replace(TEAMS, records=records, primary_key=("id",)))
    assert renamed(resource) == {"ID": "ID_3"}
