"""Texts that look like something else arrive as they were."""

from __future__ import annotations

from tests.e2e.house import House
from tests.support.api_server import Reply, serving

_ROWS = [
    {"id": 1, "opens": "10:00", "token": "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "zip": "00501"},
    {"id": 2, "opens": "9:30", "token": "6BA7B811-9DAD-11D1-80B4-00C04FD430C8", "zip": "10001"},
]


def test_times_of_day_and_uuids_in_capitals_are_not_rewritten(house: House) -> None:
    with serving({"/shops": lambda request: Reply(data=_ROWS)}) as api:
        document = house.document("init", "shops", "--api", f"{api.url}/shops", "--model", "builtin", "--yes")
    assert document["status"] == "done"
    loaded = house.rows("SELECT id, opens, token, zip FROM shops_data.shops ORDER BY id", "shops.duckdb")
    assert loaded == [tuple(row.values()) for row in _ROWS]
