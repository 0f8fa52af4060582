"""Pipelines as others write them, whole and broken: names in constants, other clients, runs of their own."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.faults.answers import PATH, healthy
from benchmarks.faults.case import Case
from benchmarks.faults.scripts import by_requests
from benchmarks.faults.silent_paging import INCOMPLETE
from benchmarks.faults.silent_rows import loaded_before
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request, Route, people

_MANY = people(100)
_LINKS = """
url, asked = "{base}/v1/people", {"state": "all", "per_page": 10}
while url:
    answer = requests.get(url, params=asked)
    yield answer.json()
    url, asked = answer.links.get("next", {}).get("url"), None
"""
_DEV_MODE = """
import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source(
    {
        "client": {"base_url": "{base}/v1/", "paginator": {"type": "json_link", "next_url_path": "next"}},
        "resources": [{"name": "people", "endpoint": {"path": "people", "data_selector": "results"}}],
    }
)
pipeline = dlt.pipeline("case", destination="duckdb", dataset_name="case_data", dev_mode=True)
print(pipeline.run(source))
"""
_AIOHTTP = """
import aiohttp
import dlt


@dlt.resource(write_disposition="replace")
async def people():
    async with aiohttp.ClientSession() as session:
        for page in PAGES:
            async with session.get("{base}/v1/people", params={"page": page}) as answer:
                answer.raise_for_status()
                yield (await answer.json())["results"]


pipeline = dlt.pipeline("case", destination="duckdb", dataset_name="case_data")
print(pipeline.run(people()))
"""
_PAST_THE_PROXY = """
import http.client
import json

import dlt


@dlt.resource(write_disposition="replace")
def people():
    connection = http.client.HTTPConnection("{base}".removeprefix("http://"))
    connection.request("GET", "/v1/people")
    yield json.loads(connection.getresponse().read())["results"]


pipeline = dlt.pipeline("case", destination="duckdb", dataset_name="case_data")
print(pipeline.run(people()))
"""
_HALF_OF_A_PAGE = """
page = requests.get("{base}/v1/people", params={"limit": 100}).json()
yield [one for one in page if one["id"] % 2]
"""


def _forgetful(request: Request) -> Reply:
    """Pages by a Link header that leaves out what else was asked for."""
    page, size = request.number("page", 1), request.number("per_page", 10)
    link = f'<{request.base}{request.path}?page={page + 1}&per_page={size}>; rel="next"'
    headers = {"Link": link} if page * size < 25 else {}
    return Reply(data=people(25)[page * size - size : page * size], headers=headers)


def _all() -> Mapping[str, Route]:
    return {PATH: lambda _request: Reply(data=_MANY)}


_INTO_FILES = """
import dlt
import requests


@dlt.resource(write_disposition="replace")
def people():
    yield requests.get("{base}/v1/people").json()["results"]


files = dlt.destinations.filesystem("files")
pipeline = dlt.pipeline("case", destination=files, dataset_name="case_data")
print(pipeline.run(people(), loader_file_format="jsonl"))
"""


STRANGERS: tuple[Case, ...] = (
    Case("silent/first_page_into_what_is_hidden", _INTO_FILES, INCOMPLETE, Remedy.REPAIR, healthy),
    Case(
        "healthy/link_that_drops_a_parameter",
        by_requests(_LINKS),
        routes=lambda: {PATH: _forgetful},
        rows={"people": 25},
    ),
    Case("healthy/run_of_its_own", _DEV_MODE, routes=healthy, rows={"people": 25}, around=loaded_before),
    Case("healthy/by_aiohttp", _AIOHTTP.replace("PAGES", "(1, 2, 3)"), routes=healthy, rows={"people": 25}),
    Case(
        "silent/first_page_by_aiohttp",
        _AIOHTTP.replace("PAGES", "(1,)"),
        INCOMPLETE,
        Remedy.REPAIR,
        healthy,
    ),
    Case("reach/past_the_proxy", _PAST_THE_PROXY, (FindingKind.UNREACHABLE,), Remedy.STOP, healthy),
    Case("silent/half_of_a_page_left_out", by_requests(_HALF_OF_A_PAGE), INCOMPLETE, Remedy.REPAIR, _all),
    Case(
        "silent/first_page_of_a_run_of_its_own",
        _DEV_MODE.replace('{"type": "json_link", "next_url_path": "next"}', '"single_page"'),
        INCOMPLETE,
        Remedy.REPAIR,
        healthy,
    ),
)
