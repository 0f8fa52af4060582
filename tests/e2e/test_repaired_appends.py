"""An incomplete load of an appending script that is repaired: its rows are there once."""

from __future__ import annotations

from tests.e2e.house import OBSERVATIONS, WITH_KEY, House
from tests.e2e.replies import reply, script

_QUERY = "```sql\nSELECT count(*) FROM weather_data.observations\n```"


def _appending(house: House, paginator: str) -> str:
    text = script(house.api.url).replace("stations", "observations").replace('"replace"', '"append"')
    return text.replace('{"type": "single_page"}', paginator)


def test_what_an_incomplete_load_had_appended_is_loaded_once_after_its_repair(house: House) -> None:
    first = _appending(house, '{"type": "single_page"}')
    right = _appending(house, '{"type": "page_number", "base_page": 1, "total_path": "paging.total_pages"}')
    house.model([reply(first), reply(right), _QUERY])
    ended = house.document("init", "weather", "--api", house.observations, "--yes", *WITH_KEY)
    assert (ended["status"], ended["repairs"]) == ("done", 1)
    assert house.count("observations") == OBSERVATIONS


def test_a_repair_after_which_nothing_can_be_loaded_leaves_the_rows_of_before(house: House) -> None:
    first = _appending(house, '{"type": "single_page"}')
    run = "print(pipeline.run("
    broken = first.replace(run, f'dlt.pipeline(pipeline_name="other", destination="nowhere")\n    {run}')
    house.model([reply(first), *[reply(broken)] * 9])
    ended = house.document(
        "init", "weather", "--api", house.observations, "--yes", *WITH_KEY, "--max-repairs", "1", code=1
    )
    assert ended["failure"]["kind"] == "incomplete"
    assert house.count("observations") == 50
