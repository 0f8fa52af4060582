"""Faults of the script itself: its text, its imports, its configuration, its own errors, its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.faults.answers import PATH, PEOPLE, healthy
from benchmarks.faults.case import Case, Place
from benchmarks.faults.loud_answers import ASK, ASK_ALL, LOAD, PAGES
from benchmarks.faults.packages import environment_with_dlt, wheel
from benchmarks.faults.scripts import HEAD, by_client, by_requests, rest_api, tail
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request

_CAUGHT = by_requests(ASK.replace('"results"', '"rows"')).replace(
    "    print(pipeline.run(people()))",
    "    try:\n        pipeline.run(people())\n    except Exception as error:\n        raise SystemExit(1)",
)


@contextmanager
def _installable(place: Place) -> Iterator[None]:
    """The project has an environment, and the package can be had."""
    wheel(place.root.parent / "wheels")
    environment_with_dlt(place.root)
    yield


TEXT: tuple[Case, ...] = (
    Case(
        "code/syntax",
        by_requests(ASK).replace("def people():", "def people(:"),
        (FindingKind.SYNTAX_ERROR,),
        Remedy.REPAIR,
    ),
    Case(
        "code/indentation",
        by_requests(ASK).replace("    yield", "  yield"),
        (FindingKind.SYNTAX_ERROR,),
        Remedy.REPAIR,
    ),
    Case(
        "code/syntax_of_a_module",
        by_requests(ASK, more="from names import NAME"),
        (FindingKind.SYNTAX_ERROR,),
        Remedy.REPAIR,
        files={"names.py": 'NAME = "people\n'},
    ),
    Case(
        "code/import_known",
        by_requests(ASK_ALL, more="import xmltodict"),
        (FindingKind.IMPORT_MISSING,),
        Remedy.INSTALL,
        healthy,
        rows={"people": 25},
        environment={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "../wheels"},
        flags=("--allow-install", "xmltodict"),
        around=_installable,
        heals=True,
    ),
    Case(
        "code/import_unknown",
        by_requests(ASK, more="import no_such_thing"),
        (FindingKind.IMPORT_MISSING,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "code/import_name",
        by_client(PAGES, imports="from dlt.sources.helpers.rest_client.paginators import PagePaginator"),
        (FindingKind.IMPORT_MISSING,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "code/name",
        by_requests(ASK.replace("response.json", "answer.json")),
        (FindingKind.CODE_ERROR,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "code/key",
        by_requests(ASK.replace('"results"', '"items"')),
        (FindingKind.CODE_ERROR,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "code/transformer",
        f"""
import dlt
from dlt.sources.helpers import requests


@dlt.resource
def people():
    yield requests.get("{{base}}/v1/people").json()["results"]


@dlt.transformer(data_from=people)
def letters(rows):
    for row in rows:
        yield {{"id": row["id"], "letter": row["surname"][0]}}
{tail("letters")}""",
        (FindingKind.CODE_ERROR,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "code/yields_response",
        by_requests(ASK.replace(LOAD, "yield response")),
        (FindingKind.CODE_ERROR, FindingKind.UNEXPECTED_ANSWER),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "code/yields_nothing",
        by_requests("return None"),
        (FindingKind.CODE_ERROR, FindingKind.CONFIGURATION),
        Remedy.REPAIR,
    ),
    Case("code/exit_code", HEAD + "import sys\nsys.exit(3)\n", (FindingKind.FAILED,), Remedy.REPAIR),
    Case("code/caught_and_left", _CAUGHT, (FindingKind.CODE_ERROR,), Remedy.REPAIR, healthy),
)

CONFIGURATION: tuple[Case, ...] = (
    Case(
        "config/paginator_key",
        rest_api('{"type": "page_number", "initial_page": 1}'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/paginator_type",
        rest_api('"link_header"'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/no_total",
        rest_api('{"type": "page_number", "base_page": 1}'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/unbound_path",
        rest_api(path="people/{id}"),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/no_base_url",
        rest_api().replace('"base_url": "{base}/v1", ', ""),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/parent_missing",
        rest_api(
            endpoint='"params": {"id": {"type": "resolve", "resource": "teams", "field": "id"}}',
            path="people/{id}",
        ),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/destination",
        by_requests(ASK).replace('destination="duckdb"', 'destination="duckbd"'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/pipeline_name",
        by_requests(ASK).replace('pipeline_name="case"', 'pipeline_name="a/case"'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/same_names",
        by_requests(ASK).replace('dataset_name="case_data"', 'dataset_name="case"'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "config/write_disposition",
        by_requests(ASK, 'table_name="people", write_disposition="upsert"'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
)


def _token_pages(request: Request) -> Reply:
    """The same first page for everybody who does not send `pageToken`."""
    start = request.number("pageToken", 0)
    more = {"nextPageToken": str(start + 10)} if start + 10 < len(PEOPLE) else {}
    return Reply(data={"results": PEOPLE[start : start + 10], **more})


def _first_page(_request: Request) -> Reply:
    return Reply(data={"results": PEOPLE[:10]})


def _numbered(request: Request) -> Reply:
    """Asked for a page that it does not have, the last one comes."""
    page = min(request.number("page", 1), 3)
    return Reply(data={"results": PEOPLE[page * 10 - 10 : page * 10]})


_COUNTING = """
page = 1
while True:
    response = requests.get("{base}/v1/people", params={"page": page}, timeout=5)
    response.raise_for_status()
    rows = response.json()["results"]
    if not rows:
        break
    yield rows
    page += 1
"""

BOUNDS: tuple[Case, ...] = (
    Case(
        "endless/next_page_token",
        by_client(PAGES),
        (FindingKind.ENDLESS_PAGING,),
        Remedy.REPAIR,
        lambda: {PATH: _token_pages},
        seconds=10,
    ),
    Case(
        "endless/no_page_number",
        by_requests(_COUNTING),
        (FindingKind.ENDLESS_PAGING,),
        Remedy.REPAIR,
        lambda: {PATH: _first_page},
        seconds=10,
    ),
    Case(
        "endless/last_page_again",
        by_requests(_COUNTING),
        (FindingKind.ENDLESS_PAGING,),
        Remedy.REPAIR,
        lambda: {PATH: _numbered},
        seconds=10,
    ),
    Case(
        "endless/same_request",
        by_requests(_COUNTING.replace("    page += 1\n", "")),
        (FindingKind.ENDLESS_PAGING,),
        Remedy.REPAIR,
        lambda: {PATH: _numbered},
        seconds=10,
    ),
    Case("limit/time", HEAD + "import time\ntime.sleep(600)\n", (FindingKind.TIME_LIMIT,), seconds=4),
    Case(
        "limit/memory",
        HEAD
        + """
if __name__ == "__main__":
    kept = []
    while True:
        kept.append(bytearray(50_000_000))
    print(kept)
    exit()  # preview
""",
        (FindingKind.MEMORY_LIMIT, FindingKind.TIME_LIMIT),
        seconds=20,
    ),
)

LOUD_CODE: tuple[Case, ...] = (*TEXT, *CONFIGURATION, *BOUNDS)
