"""Pipelines that look like a silent fault and are none: whatever pilot finds in them is a false alarm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.faults.answers import PATH, PEOPLE, always, pages
from benchmarks.faults.case import SCRIPT, Case, Place
from benchmarks.faults.scripts import by_client, by_requests, rest_api, tail
from benchmarks.faults.silent_paging import bare, by_cursor, by_link, by_number, by_offset
from benchmarks.faults.silent_rows import DETAILS, loaded_before, shop, whole
from tests.support.api_server import Reply, Request, Route

_TWENTY = PEOPLE[:20]
_READINGS = [{"station": "a", "value": n // 3} for n in range(9)]
_TAGGED = [{**person, "tags": ["a", "b"]} for person in PEOPLE[:6]]
_ASK = "yield requests.get('{base}/v1/people').json()['results']"
_UNTIL_SHORT = """
page = 1
while True:
    people = requests.get("{base}/v1/people", params={"page": page, "per_page": 10}).json()
    yield people
    if len(people) < 10:
        break
    page += 1
"""
_UNTIL_404 = """
page = 1
while True:
    answer = requests.get("{base}/v1/people", params={"page": page})
    if answer.status_code == 404:
        break
    yield answer.json()
    page += 1
"""
_PATIENT = """
import time
for page in (1, 2, 3):
    answer = requests.get("{base}/v1/people", params={"page": page})
    while answer.status_code == 429:
        time.sleep(0.1)
        answer = requests.get("{base}/v1/people", params={"page": page})
    yield answer.json()["results"]
"""
_POSTED = """
cursor = None
while True:
    page = requests.post("{base}/v1/people", json={"cursor": cursor}).json()["data"]["people"]
    yield page["nodes"]
    cursor = page["pageInfo"]["endCursor"]
    if not page["pageInfo"]["hasNextPage"]:
        break
"""
_PICKED = """
for person in requests.get("{base}/v1/people").json()["results"]:
    yield {"number": person["id"], "full_name": person["name"]}
"""
_EXPLODED = """
for person in requests.get("{base}/v1/people").json()["results"]:
    yield [{"person": person["id"], "tag": tag} for tag in person["tags"]]
"""
_SORTED_INTO_TWO = """
for person in requests.get("{base}/v1/people").json()["results"]:
    yield dlt.mark.with_table_name(person, "odd" if person["id"] % 2 else "even")
"""
_DAYS = """
for day in range(1, 5):
    yield requests.get("{base}/v1/people", params={"day": day}).json()
"""
_MERGE = 'table_name="people", write_disposition="merge", primary_key="id"'
_INCREMENTAL = """
import dlt
import requests


@dlt.resource(write_disposition="merge", primary_key="id")
def people(updated=dlt.sources.incremental("updated_at", initial_value="2024-01-01T00:00:00Z")):
    url = "{base}/v1/people"
    while url:
        page = requests.get(url, {params}).json()
        yield page["results"]
        url = page["next"]
""" + tail("people()")
_PARALLEL = """
import dlt
from dlt.sources.helpers import requests


@dlt.resource(selected=False)
def people():
    yield requests.get("{base}/v1/people").json()["results"]


@dlt.transformer(data_from=people, parallelized=True, write_disposition="replace")
def orders(people):
    def one(person):
        return requests.get("{base}/v1/people/" + str(person["id"]) + "/orders").json()

    for person in people:
        yield lambda person=person: one(person)


@dlt.source
def shop():
    return people, orders
""" + tail("shop()")
_FILTERED = rest_api().replace(
    "people_source())", 'people_source().people.add_filter(lambda p: p["id"] % 2))'
)


def _gone_after_two(request: Request) -> Reply:
    return Reply(404, {"message": "no such page"}) if request.number("page", 1) > 2 else bare(request)


def _multiple(request: Request) -> Reply:
    page = request.number("page", 1)
    return Reply(data={"results": _TWENTY[page * 10 - 10 : page * 10], "total": 20, "total_pages": 2})


def _since(request: Request) -> Reply:
    since = request.query.get("since", "")
    newer = [person for person in PEOPLE if person["updated_at"] >= since]
    return Reply(data={"results": newer, "next": None, "count": len(newer)})


def _estimated(request: Request) -> Reply:
    """A total that is capped, as search engines give it; the pages end all the same."""
    told = json.loads(json.dumps(pages(request).data))
    return Reply(data={**told, "count": 10_000})


def _limited() -> dict[str, Route]:
    refused: list[int] = []

    def route(request: Request) -> Reply:
        page = request.number("page", 1)
        if page == 2 and not refused:
            refused.append(page)
            return Reply(429, {"message": "slow down"}, {"Retry-After": "0"})
        return pages(request)

    return {PATH: route}


def _graph(request: Request) -> Reply:
    start = int(json.loads(request.body)["cursor"] or 0)
    more = start + 10 < len(PEOPLE)
    info = {"hasNextPage": more, "endCursor": str(start + 10) if more else None}
    return Reply(data={"data": {"people": {"nodes": PEOPLE[start : start + 10], "pageInfo": info}}})


def _hours(request: Request) -> Reply:
    """Twenty-four records for each day: all full, and no page."""
    day = request.number("day", 1)
    return Reply(data=[{"id": day * 100 + hour, "t": hour} for hour in range(24)])


def _shifted(request: Request) -> Reply:
    """A page whose last record comes again as the first one of the next."""
    page = request.number("page", 1)
    start = (page - 1) * 9
    more = start + 10 < len(PEOPLE)
    link = f"{request.base}{request.path}?page={page + 1}" if more else None
    return Reply(data={"results": PEOPLE[start : start + 10], "next": link})


@contextmanager
def _smaller_before(place: Place) -> Iterator[None]:
    """An earlier load had the first ten, one of them with another name."""
    text = (place.root / SCRIPT).read_text("utf-8")
    (place.root / "earlier.py").write_text(text.replace("/v1/people", "/v1/earlier"), "utf-8")
    place.python("earlier.py")
    yield


_ALL = """
url = "{base}/v1/people"
while url:
    page = requests.get(url).json()
    yield page["results"]
    url = page["next"]
"""
_CODES = [{"code": n, "message": f"error {n}"} for n in range(100, 112)]

LOOKALIKES: tuple[Case, ...] = (
    Case(
        "healthy/offset",
        rest_api('{"type": "offset", "limit": 10}', '"data_selector": "items"'),
        routes=lambda: {PATH: by_offset},
        rows={"people": 25},
    ),
    Case(
        "healthy/link",
        rest_api('"header_link"', '"data_selector": "$"'),
        routes=lambda: {PATH: by_link},
        rows={"people": 25},
    ),
    Case(
        "healthy/cursor",
        rest_api(
            '{"type": "cursor", "cursor_path": "meta.next_cursor", "cursor_param": "cursor"}',
            '"data_selector": "records"',
        ),
        routes=lambda: {PATH: by_cursor},
        rows={"people": 25},
    ),
    Case(
        "healthy/page_number",
        rest_api(
            '{"type": "page_number", "base_page": 1, "total_path": "total_pages"}', '"data_selector": "data"'
        ),
        routes=lambda: {PATH: by_number},
        rows={"people": 25},
    ),
    Case(
        "healthy/last_page_full",
        rest_api('{"type": "page_number", "base_page": 1, "total_path": "total_pages"}'),
        routes=lambda: {PATH: _multiple},
        rows={"people": 20},
    ),
    Case(
        "healthy/ends_with_empty_page",
        rest_api(
            '{"type": "page_number", "base_page": 1, "total_path": None}',
            '"data_selector": "$", "params": {"per_page": 5}',
        ),
        routes=lambda: {PATH: bare},
        rows={"people": 25},
    ),
    Case(
        "healthy/ends_with_short_page",
        by_requests(_UNTIL_SHORT),
        routes=lambda: {PATH: bare},
        rows={"people": 25},
    ),
    Case(
        "healthy/ends_with_404",
        by_requests(_UNTIL_404),
        routes=lambda: {PATH: _gone_after_two},
        rows={"people": 20},
    ),
    Case("healthy/capped_total", by_requests(_ALL), routes=lambda: {PATH: _estimated}, rows={"people": 25}),
    Case(
        "healthy/total_of_all_for_a_filter",
        by_requests(_ASK.replace("people'", "people?status=open'")),
        routes=always(Reply(data={"results": PEOPLE[:7], "total": 500})),
        rows={"people": 7},
    ),
    Case(
        "healthy/one_page_of_unknown",
        by_requests(_ASK),
        routes=always(Reply(data={"results": _TWENTY})),
        rows={"people": 20},
    ),
    Case(
        "healthy/overlapping_pages",
        by_requests(_ALL, _MERGE),
        routes=lambda: {PATH: _shifted},
        rows={"people": 25},
    ),
    Case("healthy/waits_when_refused", by_requests(_PATIENT), routes=_limited, rows={"people": 25}),
    Case("healthy/posted", by_requests(_POSTED), routes=lambda: {PATH: _graph}, rows={"people": 25}),
    Case("healthy/by_day", by_requests(_DAYS), routes=lambda: {PATH: _hours}, rows={"people": 96}),
    Case("healthy/children", DETAILS, routes=shop(), rows={"people": 7, "orders": 21}),
    Case(
        "healthy/children_without_orders",
        DETAILS,
        routes=shop(2, status=404),
        rows={"people": 7, "orders": 18},
    ),
    Case("healthy/parents_not_loaded", _PARALLEL, routes=shop(), rows={"orders": 21}),
    Case(
        "healthy/nothing_new",
        _INCREMENTAL.replace("{params}", 'params={"since": updated.last_value}'),
        routes=lambda: {PATH: _since},
        rows={"people": 25},
        around=loaded_before,
    ),
    Case(
        "healthy/nothing_new_by_cursor",
        _INCREMENTAL.replace("{params}", "params=None"),
        routes=lambda: {PATH: pages},
        rows={"people": 25},
        around=loaded_before,
    ),
    Case(
        "healthy/merged_again",
        by_requests(_ALL, _MERGE),
        routes=lambda: {PATH: pages},
        rows={"people": 25},
        around=loaded_before,
    ),
    Case(
        "healthy/merged_into_less",
        by_requests(_ALL, _MERGE),
        routes=lambda: {
            PATH: pages,
            "/v1/earlier": lambda _: Reply(data={"results": PEOPLE[:10], "next": None}),
        },
        rows={"people": 25},
        around=_smaller_before,
    ),
    Case(
        "healthy/gone_upstream",
        by_requests(_ASK, _MERGE),
        routes=lambda: {
            PATH: lambda _: Reply(data={"results": PEOPLE[:7], "total": 7}),
            "/v1/earlier": lambda _: Reply(data={"results": PEOPLE[7:], "total": 18}),
        },
        rows={"people": 25},
        around=_smaller_before,
    ),
    Case(
        "healthy/snapshots",
        by_requests(_ASK, 'table_name="people", write_disposition="append"'),
        routes=whole(PEOPLE[:9]),
        rows={"people": 18},
        around=loaded_before,
    ),
    Case(
        "healthy/history",
        by_requests(
            _ASK, 'table_name="people", write_disposition={"disposition": "merge", "strategy": "scd2"}'
        ),
        routes=whole(PEOPLE[:9]),
        rows={"people": 9},
    ),
    Case("healthy/equal_readings", by_requests(_ASK), routes=whole(_READINGS), rows={"people": 9}),
    Case("healthy/list_of_error_codes", by_requests(_ASK), routes=whole(_CODES), rows={"people": 12}),
    Case("healthy/picked_fields", by_requests(_PICKED), routes=whole(PEOPLE[:9]), rows={"people": 9}),
    Case(
        "healthy/null_in_the_api_too",
        by_requests(_ASK),
        routes=whole([{**person, "nickname": None} for person in PEOPLE[:9]]),
        rows={"people": 9},
    ),
    Case("healthy/lists", by_requests(_ASK), routes=whole(_TAGGED), rows={"people": 6, "people__tags": 12}),
    Case(
        "healthy/lists_as_json",
        by_requests(_ASK, 'table_name="people", write_disposition="replace", max_table_nesting=0'),
        routes=whole(_TAGGED),
        rows={"people": 6},
    ),
    Case("healthy/exploded", by_requests(_EXPLODED), routes=whole(_TAGGED), rows={"people": 12}),
    Case(
        "healthy/two_tables_of_one_list",
        by_requests(_SORTED_INTO_TWO, 'write_disposition="replace"'),
        routes=whole(PEOPLE[:9]),
        rows={"even": 5, "odd": 4},
    ),
    Case("healthy/filtered_on_purpose", _FILTERED, routes=lambda: {PATH: pages}, rows={"people": 12}),
    Case(
        "healthy/paginated_by_client",
        by_client("yield from client.paginate('people')"),
        routes=lambda: {PATH: pages},
        rows={"people": 25},
    ),
)
