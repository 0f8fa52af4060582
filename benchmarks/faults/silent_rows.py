"""Faults that exit with 0: rows that are missing, that are no records, or that lost what they held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from benchmarks.faults.answers import PATH, PEOPLE, always, healthy, pages
from benchmarks.faults.case import SCRIPT, Case, Place
from benchmarks.faults.scripts import by_requests, rest_api, tail
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request, Route

_INCOMPLETE = (FindingKind.INCOMPLETE,)
_ORDERS = [{**person, "status": "open", "tags": ["a", "b", "c"]} for person in PEOPLE[:9]]

ALL_PAGES = """
url = "{base}/v1/people"
while url:
    page = requests.get(url).json()
    yield page["results"]
    url = page["next"]
"""
_SWALLOWED = """
for page in range(1, 4):
    answer = requests.get("{base}/v1/people", params={"page": page})
    if answer.status_code != 200:
        continue
    yield answer.json()["results"]
"""
_HALF = ALL_PAGES.replace('yield page["results"]', 'yield [p for p in page["results"] if p["id"] % 2]')
_EMPTY_ON_ERROR = """
import dlt
import requests


def ask(path):
    try:
        answer = requests.get("{base}" + path)
        answer.raise_for_status()
        return answer.json()["results"]
    except requests.RequestException:
        return []


@dlt.resource(write_disposition="replace")
def people():
    yield ask("/v1/people")


@dlt.resource(write_disposition="replace")
def orders():
    yield ask("/v1/orders")


@dlt.source
def shop():
    return people, orders
""" + tail("shop()")
DETAILS = """
import dlt
import requests


@dlt.resource(write_disposition="replace")
def people():
    yield requests.get("{base}/v1/people").json()["results"]


@dlt.transformer(data_from=people, write_disposition="replace")
def orders(people):
    for person in people:
        answer = requests.get("{base}/v1/people/" + str(person["id"]) + "/orders")
        if answer.ok:
            yield answer.json()


@dlt.source
def shop():
    return people, orders
""" + tail("shop()")
_TWO_LISTS = """
import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source({
    "client": {"base_url": "{base}/v1", "paginator": "single_page"},
    "resource_defaults": {"write_disposition": "replace"},
    "resources": [
        {"name": "people", "endpoint": {"path": "people", "data_selector": "results"}},
        {"name": "orders", "endpoint": {"path": "orders", "data_selector": "errors"}},
    ],
})
""" + tail("source")
_MAPPED = """
for person in requests.get("{base}/v1/people").json()["results"]:
    yield {"id": person["id"], "name": person.get("Name"), "updated_at": person["updated_at"]}
"""
_FIRST_TAG = """
for order in requests.get("{base}/v1/people").json()["results"]:
    yield {**order, "tags": order["tags"][:1]}
"""
_PLAIN = """
for order in requests.get("{base}/v1/people").json()["results"]:
    yield {name: value for name, value in order.items() if not isinstance(value, (list, dict))}
"""
_RANDOM_KEY = """
import uuid
for page in [requests.get("{base}/v1/people").json()["results"]]:
    yield [{**person, "row": str(uuid.uuid4())} for person in page]
"""
_ASK = "yield requests.get('{base}/v1/people').json()['results']"


def whole(records: list[dict[str, object]]) -> Callable[[], Mapping[str, Route]]:
    """One answer with everything, and how many there are."""
    return always(Reply(data={"results": records, "total": len(records)}))


def _breaks_at_two(request: Request) -> Reply:
    return Reply(500, {"message": "oh no"}) if request.number("page", 1) == 2 else pages(request)


def shop(*broken: int, status: int = 500) -> Callable[[], Mapping[str, Route]]:
    """People, each with orders of their own; those of some can't be had."""

    def orders(request: Request) -> Reply:
        return Reply(data=[{"id": n, "of": request.path.split("/")[3]} for n in range(3)])

    def made() -> Mapping[str, Route]:
        few = PEOPLE[:7]
        people: Route = lambda _: Reply(data={"results": few, "total": len(few)})  # noqa: E731
        routes: dict[str, Route] = {PATH: people}
        for number, person in enumerate(few):
            gone = number in broken
            routes[f"{PATH}/{person['id']}/orders"] = (lambda _: Reply(status)) if gone else orders
        return routes

    return made


@contextmanager
def loaded_before(place: Place) -> Iterator[None]:
    """The same script ran before, without pilot."""
    place.python(SCRIPT)
    yield


SILENT_ROWS: tuple[Case, ...] = (
    Case(
        "silent/page_swallowed",
        by_requests(_SWALLOWED),
        _INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: _breaks_at_two},
    ),
    Case("silent/children_swallowed", DETAILS, _INCOMPLETE, Remedy.REPAIR, shop(2, 5)),
    Case(
        "silent/resource_swallowed",
        _EMPTY_ON_ERROR,
        _INCOMPLETE,
        Remedy.REPAIR,
        lambda: {
            PATH: lambda _: Reply(data={"results": PEOPLE, "total": 25}),
            "/v1/orders": lambda _: Reply(500, {"message": "no"}),
        },
    ),
    Case(
        "silent/all_swallowed",
        by_requests("answer = requests.get('{base}/v1/people')\nyield answer.json() if answer.ok else []"),
        (FindingKind.NOTHING_LOADED, FindingKind.INCOMPLETE),
        Remedy.REPAIR,
        always(Reply(503)),
    ),
    Case("silent/filter_drops_half", by_requests(_HALF), _INCOMPLETE, Remedy.REPAIR, healthy),
    Case(
        "silent/wrong_list",
        _TWO_LISTS,
        (FindingKind.EMPTY_TABLE, FindingKind.INCOMPLETE),
        Remedy.REPAIR,
        lambda: {
            PATH: lambda _: Reply(data={"results": PEOPLE[:7], "total": 7}),
            "/v1/orders": lambda _: Reply(
                data={"errors": [], "orders": [{"id": n} for n in range(8)], "total": 8}
            ),
        },
    ),
    Case(
        "silent/wrong_list_alone",
        rest_api(endpoint='"data_selector": "errors"'),
        (FindingKind.NOTHING_LOADED, FindingKind.EMPTY_TABLE),
        Remedy.REPAIR,
        always(Reply(data={"errors": [], "users": PEOPLE[:8], "next": None})),
    ),
    Case(
        "silent/error_in_200",
        by_requests("yield requests.get('{base}/v1/people').json()"),
        (FindingKind.ERROR_AS_DATA,),
        Remedy.REPAIR,
        always(Reply(data={"error": {"code": 17, "message": "quota exceeded"}})),
    ),
    Case(
        "silent/error_page_stored",
        by_requests("yield requests.get('{base}/v1/people').json()"),
        (FindingKind.ERROR_AS_DATA,),
        Remedy.REPAIR,
        always(Reply(404, {"status": 404, "message": "no such page", "error": "not_found"})),
    ),
    Case(
        "silent/wrong_merge_key",
        by_requests(_ASK, 'table_name="people", write_disposition="merge", primary_key="status"'),
        _INCOMPLETE,
        Remedy.REPAIR,
        whole(_ORDERS),
    ),
    Case(
        "silent/read_twice",
        by_requests(f"{_ASK}\n{_ASK}"),
        (FindingKind.DUPLICATES,),
        Remedy.REPAIR,
        whole(PEOPLE[:9]),
    ),
    Case(
        "silent/name_misspelt",
        by_requests(_MAPPED),
        (FindingKind.ALL_NULL,),
        Remedy.REPAIR,
        whole(PEOPLE[:9]),
    ),
    Case(
        "silent/name_misspelt_typed",
        by_requests(
            _MAPPED,
            'table_name="people", write_disposition="replace", columns={"name": {"data_type": "text"}}',
        ),
        (FindingKind.ALL_NULL,),
        Remedy.REPAIR,
        whole(PEOPLE[:9]),
    ),
    Case(
        "silent/lists_cut",
        by_requests(_FIRST_TAG),
        (FindingKind.CHILD_ROWS_LOST,),
        Remedy.REPAIR,
        whole(_ORDERS),
    ),
    Case(
        "silent/lists_left_out",
        by_requests(_PLAIN),
        (FindingKind.CHILD_ROWS_LOST,),
        Remedy.REPAIR,
        whole(_ORDERS),
    ),
    Case(
        "silent/merge_without_key",
        by_requests(_ASK, 'table_name="people", write_disposition="merge"'),
        (FindingKind.UNSTABLE_COUNTS,),
        Remedy.REPAIR,
        whole(PEOPLE[:9]),
    ),
    Case(
        "silent/key_never_met_again",
        by_requests(_RANDOM_KEY, 'table_name="people", write_disposition="merge", primary_key="row"'),
        (FindingKind.UNSTABLE_COUNTS,),
        Remedy.REPAIR,
        whole(PEOPLE[:9]),
        around=loaded_before,
    ),
)
