"""Faults that were thought of after the rules were written."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.faults.answers import PATH, PEOPLE, always, fails, healthy
from benchmarks.faults.case import SCRIPT, Case, Place
from benchmarks.faults.loud_answers import ASK, ASK_ALL, GET, LOAD, PAGES
from benchmarks.faults.scripts import HEAD, by_client, by_requests, rest_api, tail
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request, Route


def _by_httpx(call: str) -> str:
    body = f"response = {call}\nresponse.raise_for_status()\nyield response.json()['results']"
    return by_requests(body, more="import httpx")


def _redirects(request: Request) -> Reply:
    return Reply(302, headers={"Location": f"{request.base}{request.path}"})


def _stamped(request: Request) -> Reply:
    """Every page is the first one, and says when it was made."""
    return Reply(
        data={"results": PEOPLE[:10], "made_at": time.time_ns(), "next": f"{request.base}{PATH}?page=2"}
    )


def _serves(route: Route) -> Mapping[str, Route]:
    return {PATH: route}


@contextmanager
def _read_by_another(place: Place) -> Iterator[None]:
    """Somebody looks at the database that an earlier run made."""
    place.python(SCRIPT)
    hold = "import duckdb; c = duckdb.connect('case.duckdb', read_only=True); print(1, flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", hold], cwd=place.root, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield
        holder.kill()


@contextmanager
def _left_before_loading(place: Place) -> Iterator[None]:
    """A load, then a run that was ended right before it loaded."""
    place.python(SCRIPT)
    script = (place.root / SCRIPT).read_text("utf-8")
    old = script.replace("print(pipeline.run(people()))", "pipeline.extract(people()); pipeline.normalize()")
    (place.root / "old.py").write_text(old, "utf-8")
    place.python("old.py")
    yield


_ASYNC = (
    HEAD
    + """
@dlt.resource(table_name="people")
async def people():
    yield [{"id": 1}]
    yield [{"id": {}["id"]}]
"""
    + tail("people()")
)
_RAISES_ITSELF = GET + 'if not response.ok:\n    raise RuntimeError("people failed")\n' + LOAD
_EXITS_ITSELF = GET + 'if not response.ok:\n    print("people failed")\n    os._exit(4)\n' + LOAD

LOUD_OTHERS: tuple[Case, ...] = (
    Case(
        "other/httpx_status",
        _by_httpx('httpx.get("{base}/v1/people")'),
        (FindingKind.BAD_REQUEST,),
        Remedy.REPAIR,
        fails(405),
    ),
    Case(
        "other/httpx_refused",
        _by_httpx('httpx.get("http://127.0.0.1:9/v1/people")'),
        (FindingKind.UNREACHABLE,),
        Remedy.STOP,
        hosts=("127.0.0.1:9",),
    ),
    Case(
        "other/urllib",
        by_requests('from urllib.request import urlopen\nyield urlopen("{base}/v1/people").read()'),
        (FindingKind.NOT_FOUND,),
        Remedy.REPAIR,
        fails(404),
    ),
    Case(
        "other/redirects",
        by_requests(ASK),
        (FindingKind.UNEXPECTED_ANSWER, FindingKind.NOT_FOUND),
        Remedy.REPAIR,
        lambda: _serves(_redirects),
    ),
    Case(
        "other/bad_gzip",
        by_client(PAGES),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(raw=b"no gzip", headers={"Content-Encoding": "gzip"})),
    ),
    Case(
        "other/lines_for_json",
        by_requests(ASK),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(raw=b'{"id": 1}\n{"id": 2}\n')),
    ),
    Case("other/async_resource", _ASYNC, (FindingKind.CODE_ERROR,), Remedy.REPAIR),
    Case(
        "other/parallel_resource",
        by_requests(ASK.replace("results", "rows"), 'table_name="people", parallelized=True'),
        (FindingKind.CODE_ERROR,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "other/raises_itself",
        by_requests(_RAISES_ITSELF),
        (FindingKind.NOT_FOUND,),
        Remedy.REPAIR,
        fails(404),
    ),
    Case(
        "other/exits_itself",
        by_requests(_EXITS_ITSELF, more="import os"),
        (FindingKind.API_ERROR,),
        Remedy.WAIT,
        fails(502),
    ),
    Case(
        "other/rate_in_200",
        by_requests(ASK),
        (FindingKind.RATE_LIMITED,),
        Remedy.WAIT,
        always(Reply(data={"status": "error", "message": "Rate limit exceeded, try later"})),
    ),
    Case(
        "other/key_in_400",
        by_requests(ASK),
        (FindingKind.SECRET_REFUSED,),
        Remedy.SECRET,
        fails(
            400,
            error={
                "code": 400,
                "message": "API key not valid. Please pass a valid API key.",
                "status": "INVALID_ARGUMENT",
            },
        ),
    ),
    Case(
        "other/not_paid",
        rest_api(),
        (FindingKind.SECRET_REFUSED,),
        None,
        fails(402, message="upgrade your plan"),
    ),
    Case(
        "other/config_value",
        by_requests(ASK),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
        files={".dlt/config.toml": '[normalize]\nworkers = "many"\n'},
    ),
    Case(
        "other/config_file",
        by_requests(ASK),
        (FindingKind.CONFIGURATION, FindingKind.USAGE, FindingKind.FAILED),
        None,
        healthy,
        files={".dlt/config.toml": "[normalize\n"},
    ),
    Case(
        "other/resource_name",
        rest_api().replace("run(people_source()", 'run(people_source().with_resources("peeple")'),
        (FindingKind.CODE_ERROR, FindingKind.CONFIGURATION),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "other/parquet",
        by_requests(ASK_ALL).replace("people())", 'people(), loader_file_format="parquet")'),
        (FindingKind.IMPORT_MISSING,),
        Remedy.INSTALL,
        healthy,
    ),
    Case(
        "other/json_path",
        rest_api(endpoint='"data_selector": "results[?("'),
        (FindingKind.CONFIGURATION,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "other/stamped_pages",
        rest_api(),
        (FindingKind.ENDLESS_PAGING,),
        Remedy.REPAIR,
        lambda: _serves(_stamped),
        seconds=15,
    ),
    Case(
        "other/killed",
        HEAD + "import os\nos.kill(os.getpid(), 9)\n",
        (FindingKind.MEMORY_LIMIT,),
        Remedy.REPAIR,
    ),
    Case(
        "other/local_file",
        by_requests('yield open("people.csv").read()'),
        (FindingKind.CODE_ERROR,),
        Remedy.REPAIR,
    ),
    Case(
        "other/incremental_type",
        by_requests(ASK, 'table_name="people"').replace(
            "def people():", 'def people(changed=dlt.sources.incremental("updated_at", initial_value=7)):'
        ),
        (FindingKind.SCHEMA_CONFLICT,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "other/read_by_another",
        by_requests(ASK_ALL),
        (FindingKind.DESTINATION_LOCKED,),
        Remedy.UNLOCK,
        healthy,
        around=_read_by_another,
    ),
    Case(
        "pending/loaded_instead",
        by_requests(ASK_ALL),
        (FindingKind.PENDING_PACKAGES,),
        Remedy.CLEAR,
        healthy,
        rows={"people": 25},
        around=_left_before_loading,
        heals=True,
    ),
)
