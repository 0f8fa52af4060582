"""Previews that show the wrong thing; and pipelines that only look as if they went round in circles."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.faults.answers import PATH, fails, healthy, pages
from benchmarks.faults.case import Case
from benchmarks.faults.loud_answers import ASK, ASK_ALL, GET
from benchmarks.faults.scripts import HEAD, by_requests, tail
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request, Route

_PREVIEW = """

if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    data = {data}
    print(data)
    exit()
    pipeline.run(people())
"""


def _previewed(script: str, data: str) -> str:
    return script.partition("\n\nif __name__")[0] + _PREVIEW.replace("{data}", data)


_ROUND_AND_ROUND = """
while True:
    response = requests.get("{base}/v1/people", timeout=5)
    yield response.json()["results"]
"""
_FIRST = "list(people().add_limit(1))"

PREVIEWS: tuple[Case, ...] = (
    Case(
        "preview/nothing",
        _previewed(by_requests(ASK.replace("yield response", "yield []  # response")), _FIRST),
        (FindingKind.NO_RECORDS,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "preview/error",
        _previewed(by_requests(GET + "yield response.json()"), _FIRST),
        (FindingKind.ERROR_AS_DATA,),
        Remedy.REPAIR,
        fails(404),
    ),
    Case(
        "preview/template",
        _previewed(by_requests('yield [{"id": 1, "name": "Alice"}, {"id": 2, "name": "Bob"}]'), _FIRST),
        (FindingKind.TEMPLATE_ROWS,),
        Remedy.REPAIR,
    ),
    Case(
        "preview/endless",
        _previewed(
            by_requests(_ROUND_AND_ROUND),
            "list(people())",
        ),
        (FindingKind.ENDLESS_PAGING, FindingKind.MEMORY_LIMIT),
        Remedy.REPAIR,
        healthy,
        seconds=15,
    ),
    Case("healthy/preview", _previewed(by_requests(ASK_ALL), _FIRST), routes=healthy, rows={"people": 25}),
)

_OF_EACH = (
    HEAD
    + """
from dlt.sources.helpers import requests


@dlt.resource(primary_key="id", write_disposition="replace")
def rooms():
    yield [{"id": number} for number in range(300)]


@dlt.transformer(data_from=rooms, write_disposition="replace")
def rights(page):
    for room in page:
        for right in requests.get("{base}/v1/rights", params={"room": room["id"]}).json():
            yield {"room": room["id"], **right}


@dlt.source
def house():
    return rooms, rights
"""
    + tail("house()")
)
_POLLED = by_requests(
    """
for _ in range(260):
    state = requests.get("{base}/v1/export", timeout=5).json()
    if state["done"]:
        break
"""
    + ASK_ALL
)


def _export() -> Mapping[str, Route]:
    """An export that takes its time."""
    left = [{"done": False, "state": "queued"}] * 240

    def route(request: Request) -> Reply:
        return Reply(data=left.pop() if left else {"done": True, "state": "ready"})

    return {"/v1/export": route, PATH: pages}


def _rights() -> Mapping[str, Route]:
    return {"/v1/rights": lambda _request: Reply(data=[{"may": "read"}, {"may": "write"}])}


PATIENT: tuple[Case, ...] = (
    Case("healthy/the_same_of_each", _OF_EACH, routes=_rights, rows={"rooms": 300, "rights": 600}),
    Case("healthy/polled", _POLLED, routes=_export, rows={"people": 25}),
)
