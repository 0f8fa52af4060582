"""The traffic ledger on the screen."""

from __future__ import annotations

from pilot.run.fence_failure import without_fence
from pilot.run.traffic import Exchange
from pilot.screen import Line, Table
from pilot.traffic_blocks import traffic_blocks


def test_a_line_for_each_request_tells_what_came_and_whether_there_is_more() -> None:
    exchanges = (
        Exchange(
            "GET", "https://a.test/v1/items?page=1", 200, seconds=0.12, records=20, more=True, more_by="Link"
        ),
        Exchange("GET", "https://a.test/v1/items?page=2", 200, records=4, total=24, more=False, cached=True),
        Exchange("GET", "https://a.test/v1/items?page=3", 429, retry_after=7),
        Exchange("GET", "https://a.test/v1/items?page=3", error="ReadTimeout"),
    )
    table, summary = traffic_blocks(exchanges, None)
    assert isinstance(table, Table) and isinstance(summary, Line)
    assert table.rows == (
        ("200", "GET /v1/items?page=1", "20", "yes: Link", "120 ms"),
        ("200 memory", "GET /v1/items?page=2", "4 of 24", "no", "0 ms"),
        ("429, wait 7 s", "GET /v1/items?page=3", "", "", "0 ms"),
        ("ReadTimeout", "GET /v1/items?page=3", "", "", "0 ms"),
    )
    assert summary.text == "4 requests of https://a.test (1 of 4 answers from memory)"


def test_of_several_hosts_each_request_names_its_own() -> None:
    table, _ = traffic_blocks((Exchange("GET", "https://a.test/x"), Exchange("POST", "https://b.test/y")), 3)
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == ["GET https://a.test/x", "POST https://b.test/y"]


def test_a_request_that_the_fence_kept_back_is_no_answer_of_the_api() -> None:
    said = Exchange("GET", "http://127.0.0.1:8901/x", 403, size=40, says="pilot's fence: not agreed to")
    refused = without_fence((said, Exchange("GET", "http://b.test/y", 403)), ["127.0.0.1:8901"])
    table, _ = traffic_blocks(refused, 3)
    assert isinstance(table, Table)
    assert [row[:2] for row in table.rows] == [
        ("fenced", "GET http://127.0.0.1:8901/x"),
        ("403", "GET http://b.test/y"),
    ]


def test_without_requests_that_is_said() -> None:
    (line,) = traffic_blocks((), 3)
    assert isinstance(line, Line) and line.text == "Cell 3 has no request of a script."
