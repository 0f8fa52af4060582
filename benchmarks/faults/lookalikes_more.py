"""More pipelines with nothing wrong, in shapes that are easily taken for a fault."""

from __future__ import annotations

from benchmarks.faults.answers import PATH, PEOPLE, always, pages
from benchmarks.faults.case import Case
from benchmarks.faults.scripts import by_requests, rest_api, tail
from benchmarks.faults.silent_rows import ALL_PAGES, loaded_before, whole
from tests.support.api_server import Reply, Request, Route

_IN_MAIN = """
import dlt
import requests

if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    rows = requests.get("{base}/v1/people").json()["results"]
    pipeline.run(rows, table_name="people", write_disposition="replace")
    orders = requests.get("{base}/v1/orders").json()["results"]
    pipeline.run(orders, table_name="orders", write_disposition="replace")
"""
_PAGE_BY_PAGE = """
import dlt
import requests

if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    url = "{base}/v1/people"
    while url:
        page = requests.get(url).json()
        pipeline.run(page["results"], table_name="people", write_disposition="append")
        url = page["next"]
"""
_HTTPX = """
import dlt
import httpx


@dlt.resource(table_name="people", write_disposition="replace")
def people():
    with httpx.Client() as client:
        url = "{base}/v1/people"
        while url:
            page = client.get(url).json()
            yield page["results"]
            url = page["next"]
""" + tail("people()")
_TOKEN = """
key = requests.post("{base}/v1/token", json={"name": "me"}).json()["access_token"]
answer = requests.get("{base}/v1/people")
if answer.status_code == 401:
    answer = requests.get("{base}/v1/people", headers={"Authorization": f"Bearer {key}"})
yield answer.json()["results"]
"""
_FIRST_A_LOOK = """
meta = requests.get("{base}/v1/people", params={"limit": 1}).json()
assert meta["total"] == 9
yield requests.get("{base}/v1/people", params={"limit": 100}).json()["results"]
"""
_SUMMED = """
people = requests.get("{base}/v1/people").json()["results"]
yield {"people": len(people), "first": people[0]["name"]}
"""
_CSV = """
import csv, io
yield list(csv.DictReader(io.StringIO(requests.get("{base}/v1/people").text)))
"""
_COLUMNS = """
hours = requests.get("{base}/v1/people").json()["hourly"]
yield [dict(zip(hours, row)) for row in zip(*hours.values())]
"""
_THREADS = """
from concurrent.futures import ThreadPoolExecutor

def ask(page):
    return requests.get("{base}/v1/people", params={"page": page}).json()["results"]

with ThreadPoolExecutor(3) as pool:
    yield from pool.map(ask, (1, 2, 3))
"""
_BOTH = """
import dlt
import requests


def ask(state):
    @dlt.resource(name=f"{state}_people", write_disposition="replace")
    def people():
        yield requests.get("{base}/v1/people", params={"state": state}).json()["results"]

    return people


@dlt.source
def both():
    return [ask("open"), ask("closed")]
""" + tail("both()")
_DEEP = [
    {"id": n, "orders": [{"id": n * 10 + k, "lines": [{"sku": "a"}] * 2} for k in range(3)]} for n in range(4)
]
_HIDDEN = """
url = "{base}/v1/people"
while url:
    page = requests.get(url).json()
    yield [{**p, "name": None, "name_hash": hash(p["name"])} for p in page["results"]]
    url = page["next"]
"""
_DELETED = 'table_name="people", write_disposition="merge", primary_key="id", columns={"gone": MARK}'.replace(
    "MARK", '{"hard_delete": True}'
)


def _limited(request: Request) -> Reply:
    return Reply(data={"results": PEOPLE[: request.number("limit", 9)][:9], "total": 9})


def _guarded(request: Request) -> Reply:
    if "authorization" not in request.headers:
        return Reply(401, {"message": "no token"})
    return Reply(data={"results": PEOPLE[:9], "total": 9})


def _of_state(request: Request) -> Reply:
    shown = PEOPLE[:11] if request.query.get("state") == "open" else PEOPLE[11:24]
    return Reply(data={"results": shown, "pagination": {"page": 1, "pages": 1, "count": len(shown)}})


def _zero_based(request: Request) -> Reply:
    page = request.number("page", 0)
    shown = PEOPLE[page * 10 : page * 10 + 10]
    return Reply(
        data={"content": shown, "number": page, "totalPages": 3, "totalElements": 25, "last": page == 2}
    )


def _two_lists() -> dict[str, Route]:
    return {
        PATH: lambda _: Reply(data={"results": PEOPLE[:9]}),
        "/v1/orders": lambda _: Reply(data={"results": PEOPLE[:4]}),
    }


_TEXT = "id,name\n" + "".join(f"{person['id']},{person['name']}\n" for person in PEOPLE)
_HOURS = {
    "hourly": {"time": [f"2026-01-01T{n:02}:00" for n in range(24)], "heat": list(range(24))},
    "unit": "C",
}
_GONE = [{**person, "gone": n < 3} for n, person in enumerate(PEOPLE[:9])]

LOOKALIKES_MORE: tuple[Case, ...] = (
    Case("healthy/asked_in_main", _IN_MAIN, routes=_two_lists, rows={"people": 9, "orders": 4}),
    Case("healthy/each_page_is_appended", _PAGE_BY_PAGE, routes=lambda: {PATH: pages}, rows={"people": 25}),
    Case("healthy/by_httpx", _HTTPX, routes=lambda: {PATH: pages}, rows={"people": 25}),
    Case(
        "healthy/token_after_a_refusal",
        by_requests(_TOKEN),
        rows={"people": 9},
        routes=lambda: {PATH: _guarded, "/v1/token": lambda _: Reply(data={"access_token": "t0ken-8472918"})},
    ),
    Case(
        "healthy/looks_before_it_reads",
        by_requests(_FIRST_A_LOOK),
        routes=lambda: {PATH: _limited},
        rows={"people": 9},
    ),
    Case("healthy/summed_up", by_requests(_SUMMED), routes=whole(PEOPLE[:9]), rows={"people": 1}),
    Case(
        "healthy/csv",
        by_requests(_CSV),
        rows={"people": 25},
        routes=always(Reply(raw=_TEXT.encode(), headers={"Content-Type": "text/csv"})),
    ),
    Case("healthy/columns", by_requests(_COLUMNS), routes=always(Reply(data=_HOURS)), rows={"people": 24}),
    Case("healthy/in_threads", by_requests(_THREADS), routes=lambda: {PATH: pages}, rows={"people": 25}),
    Case(
        "healthy/two_resources_of_one_path",
        _BOTH,
        routes=lambda: {PATH: _of_state},
        rows={"open_people": 11, "closed_people": 13},
    ),
    Case(
        "healthy/lists_of_lists",
        by_requests("yield requests.get('{base}/v1/people').json()['results']"),
        routes=whole(_DEEP),
        rows={"people": 4, "people__orders": 12, "people__orders__lines": 24},
    ),
    Case(
        "healthy/hidden_on_purpose", by_requests(_HIDDEN), routes=lambda: {PATH: pages}, rows={"people": 25}
    ),
    Case(
        "healthy/deleted_upstream",
        by_requests("yield requests.get('{base}/v1/people').json()['results']", _DELETED),
        routes=whole(_GONE),
        rows={"people": 6},
    ),
    Case(
        "healthy/zero_based_pages",
        rest_api(
            '{"type": "page_number", "base_page": 0, "total_path": "totalPages"}',
            '"data_selector": "content"',
        ),
        routes=lambda: {PATH: _zero_based},
        rows={"people": 25},
    ),
    Case(
        "healthy/one_object",
        by_requests("yield requests.get('{base}/v1/people').json()"),
        routes=always(Reply(data={"status": "ok", "message": "sunny", "temperature": 21})),
        rows={"people": 1},
    ),
    Case(
        "healthy/replaced_again",
        by_requests(ALL_PAGES),
        routes=lambda: {PATH: pages},
        rows={"people": 25},
        around=loaded_before,
    ),
)
