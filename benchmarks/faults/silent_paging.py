"""Faults that exit with 0: pages that are not read, read twice, or skipped."""

from __future__ import annotations

from benchmarks.faults.answers import PATH, PEOPLE, healthy
from benchmarks.faults.case import Case
from benchmarks.faults.scripts import by_client, by_requests, rest_api
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request

INCOMPLETE = (FindingKind.INCOMPLETE,)
TWICE = (FindingKind.DUPLICATES, FindingKind.INCOMPLETE)
_SIZE = 10


def by_offset(request: Request) -> Reply:
    """`offset` and `limit`, and how many there are."""
    start, size = request.number("offset", 0), request.number("limit", _SIZE)
    return Reply(data={"items": PEOPLE[start : start + size], "total": len(PEOPLE)})


def by_link(request: Request) -> Reply:
    """A bare list, and a Link header."""
    page = request.number("page", 1)
    more = page * _SIZE < len(PEOPLE)
    link = (
        f'<{request.base}{request.path}?page={page + 1}>; rel="next"'
        if more
        else f"<{request.base}>; rel=first"
    )
    return Reply(data=PEOPLE[page * _SIZE - _SIZE : page * _SIZE], headers={"Link": link})


def by_has_more(request: Request) -> Reply:
    """A mark that there is more, after the last one that came."""
    ids = [person["id"] for person in PEOPLE]
    last = request.number("starting_after", 0)
    start = ids.index(last) + 1 if last in ids else 0
    return Reply(data={"data": PEOPLE[start : start + _SIZE], "has_more": start + _SIZE < len(PEOPLE)})


def by_cursor(request: Request) -> Reply:
    """A cursor for the next page, null on the last one."""
    start = request.number("cursor", 0)
    following = str(start + _SIZE) if start + _SIZE < len(PEOPLE) else None
    return Reply(data={"records": PEOPLE[start : start + _SIZE], "meta": {"next_cursor": following}})


def by_number(request: Request) -> Reply:
    """Pages from 1 on; page 0 is taken for the first one, as many APIs do."""
    page = max(request.number("page", 1), 1)
    shown = PEOPLE[page * _SIZE - _SIZE : page * _SIZE]
    return Reply(data={"data": shown, "page": page, "total_pages": 3, "total": len(PEOPLE)})


def bare(request: Request) -> Reply:
    """A list, and not a word about more."""
    page, size = request.number("page", 1), request.number("per_page", _SIZE)
    return Reply(data=PEOPLE[page * size - size : page * size])


def deaf(request: Request) -> Reply:
    """Whatever page is asked for, the first one comes."""
    return Reply(data=PEOPLE[:_SIZE])


_EACH = """
for page in range(1, {last}):
    yield requests.get("{base}/v1/people", params={"page": page, "per_page": 10}).json()
"""
_SKIPPING = """
start = 0
while True:
    page = requests.get("{base}/v1/people", params={"offset": start, "limit": 5}).json()["items"]
    if not page:
        break
    yield page
    start += 10
"""
_NEXT_ONCE = """
page = requests.get("{base}/v1/people").json()
yield page["results"]
yield requests.get(page["next"]).json()["results"]
"""

SILENT_PAGING: tuple[Case, ...] = (
    Case(
        "silent/first_page_of_total",
        by_requests("yield requests.get('{base}/v1/people').json()['items']"),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_offset},
    ),
    Case(
        "silent/first_page_of_link",
        by_requests("yield requests.get('{base}/v1/people').json()"),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_link},
    ),
    Case(
        "silent/first_page_of_has_more",
        by_requests("yield requests.get('{base}/v1/people').json()['data']"),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_has_more},
    ),
    Case(
        "silent/first_page_of_cursor",
        rest_api('"single_page"', '"data_selector": "records"'),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_cursor},
    ),
    Case(
        "silent/first_page_of_offset_rest",
        rest_api('"auto"', '"data_selector": "items"'),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_offset},
    ),
    Case(
        "silent/second_of_three_pages",
        by_requests(_NEXT_ONCE),
        INCOMPLETE,
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "silent/page_one_twice",
        rest_api(
            '{"type": "page_number", "base_page": 0, "total_path": "total_pages"}',
            '"data_selector": "data"',
            resource='"write_disposition": "replace"',
        ),
        TWICE,
        Remedy.REPAIR,
        lambda: {PATH: by_number},
    ),
    Case(
        "silent/stops_after_full_pages",
        by_requests(_EACH.replace("{last}", "3")),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: bare},
    ),
    Case(
        "silent/page_parameter_ignored",
        by_requests(_EACH.replace("{last}", "4")),
        TWICE,
        Remedy.REPAIR,
        lambda: {PATH: deaf},
    ),
    Case(
        "silent/offset_skips",
        by_requests(_SKIPPING),
        INCOMPLETE,
        Remedy.REPAIR,
        lambda: {PATH: by_offset},
    ),
    Case(
        "silent/limit_left_in",
        rest_api().replace("people_source())", "people_source().add_limit(2))"),
        (FindingKind.INCOMPLETE, FindingKind.LIMIT_LEFT),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "silent/client_without_paginator",
        by_client("yield client.get('people').json()['results']"),
        INCOMPLETE,
        Remedy.REPAIR,
        healthy,
    ),
)
