"""More faults that exit with 0, as they come up in scripts of other making."""

from __future__ import annotations

from benchmarks.faults.answers import PATH, PEOPLE, healthy, pages
from benchmarks.faults.case import Case
from benchmarks.faults.scripts import by_requests, tail
from benchmarks.faults.silent_paging import INCOMPLETE, by_number, by_offset
from benchmarks.faults.silent_rows import DETAILS, shop
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request, Route

_OUTSIDE = """
import dlt
import requests

if __name__ == "__main__":
    rows = requests.get("{base}/v1/people").json()["results"]
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    print(pipeline.run(rows, table_name="contacts", write_disposition="replace"))
"""
_PAGE_BY_PAGE = """
import dlt
import requests

if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    url = "{base}/v1/people"
    while url:
        page = requests.get(url).json()
        pipeline.run(page["results"], table_name="people", write_disposition="replace")
        url = page["next"]
"""
_HTTPX = """
import dlt
import httpx


@dlt.resource(table_name="people", write_disposition="replace")
def people():
    with httpx.Client() as client:
        yield client.get("{base}/v1/people").json()["results"]
""" + tail("people()")
_URLLIB = """
import json
from urllib.request import urlopen

import dlt


@dlt.resource(table_name="people", write_disposition="replace")
def people():
    with urlopen("{base}/v1/people") as answer:
        yield json.load(answer)["results"]
""" + tail("people()")
_STOPS_EARLY = """
page, pages = 1, 2
while page < pages:
    answer = requests.get("{base}/v1/people", params={"page": page}).json()
    yield answer["data"]
    pages, page = answer["total_pages"], page + 1
"""
_FROM_ONE = """
start = 1
while True:
    page = requests.get("{base}/v1/people", params={"offset": start * 10, "limit": 10}).json()["items"]
    if not page:
        break
    yield page
    start += 1
"""
_THREADS = """
from concurrent.futures import ThreadPoolExecutor

def ask(page):
    answer = requests.get("{base}/v1/people", params={"page": page})
    return answer.json()["results"] if answer.ok else []

with ThreadPoolExecutor(3) as pool:
    yield from pool.map(ask, (1, 2, 3))
"""


def _quota(request: Request) -> Reply:
    """The third person's orders can't be had today, says a 200."""
    return Reply(data={"error": {"code": 42, "message": "daily quota reached"}})


def _with_quota() -> dict[str, Route]:
    return {**shop()(), f"{PATH}/{PEOPLE[2]['id']}/orders": _quota}


def _third_fails(request: Request) -> Reply:
    return Reply(502, {"message": "bad gateway"}) if request.number("page", 1) == 3 else pages(request)


SILENT_MORE: tuple[Case, ...] = (
    Case("silent/asked_outside_of_a_resource", _OUTSIDE, INCOMPLETE, Remedy.REPAIR, healthy),
    Case("silent/each_page_replaces_the_last", _PAGE_BY_PAGE, INCOMPLETE, Remedy.REPAIR, healthy),
    Case("silent/first_page_by_httpx", _HTTPX, INCOMPLETE, Remedy.REPAIR, healthy),
    Case("silent/first_page_by_urllib", _URLLIB, INCOMPLETE, Remedy.REPAIR, healthy),
    Case(
        "silent/stops_one_page_early",
        by_requests(_STOPS_EARLY),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_number},
    ),
    Case(
        "silent/begins_with_the_second_page",
        by_requests(_FROM_ONE),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_offset},
    ),
    Case(
        "silent/errors_among_rows",
        DETAILS,
        (FindingKind.INCOMPLETE, FindingKind.ERROR_AS_DATA),
        Remedy.STOP,  # no script brings a quota back: the API's words are told, and when to try again
        _with_quota,
    ),
    Case(
        "silent/page_swallowed_in_a_thread",
        by_requests(_THREADS),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: _third_fails},
    ),
)
