"""Paging is found, proven, and right: dlt itself reads every record exactly once with what was found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, Paging, PagingKind
from tests.api.apis import PAGED, POSTED, ROWS, UNPROVEN
from tests.support.api_server import ApiServer, Reply, Request, serving


def probe(server: ApiServer, path: str, query: str = "") -> ApiProfile:
    return ApiProber(lambda host, why: host == server.host).probe(
        f"load {server.url}/{path}{query}", None, {}, lambda text: None
    )


def read_with_dlt(jobs: dict[str, Any]) -> dict[str, list[int]]:
    child = subprocess.run(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("walk_with_dlt.py"))],
        input=json.dumps(jobs),
        env={**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert child.returncode == 0, child.stderr
    counts: dict[str, list[int]] = json.loads(child.stdout.splitlines()[-1])
    return counts


def _size(paging: Paging) -> dict[str, Any]:
    """The page size as the script sends it; offsets have it in their options."""
    own = paging.kind is PagingKind.OFFSET or paging.size_param is None
    return {} if own else {str(paging.size_param): paging.page_size}


def job_of(profile: ApiProfile) -> dict[str, Any]:
    endpoint = profile.endpoints[0]
    return {
        "base_url": profile.base_url,
        "path": endpoint.path,
        "params": {**endpoint.params, **_size(endpoint.paging)},
        "method": endpoint.method,
        "body": endpoint.body,
        "selector": endpoint.records.selector,
        "paginator": {"type": endpoint.paging.kind.value, **endpoint.paging.options},
        "end_status": endpoint.paging.end_status,
    }


def test_dlt_reads_every_record_once_with_the_paging_that_was_proven() -> None:
    with serving({f"/{name}": route for name, route in PAGED.items()}) as server:
        profiles = {name: probe(server, name) for name in PAGED}
        unproven = {n: p.endpoints[0].paging for n, p in profiles.items() if not p.endpoints[0].paging.proven}
        assert unproven == {}
        counts = read_with_dlt({name: job_of(profile) for name, profile in profiles.items()})
    assert {name: count for name, count in counts.items() if count != [25, 25]} == {}
    assert max(profile.requests for profile in profiles.values()) <= 12


def test_what_is_read_by_post_is_asked_for_with_the_body_that_was_said() -> None:
    with serving({f"/{name}": route for name, (route, _) in POSTED.items()}) as server:
        profiles = {name: probe(server, name, f" {words}") for name, (_, words) in POSTED.items()}
        assert {name: p.endpoints[0].error for name, p in profiles.items() if p.endpoints[0].error} == {}
        unproven = {n: p.endpoints[0].paging for n, p in profiles.items() if not p.endpoints[0].paging.proven}
        assert unproven == {}
        counts = read_with_dlt({name: job_of(profile) for name, profile in profiles.items()})
    assert {name: count for name, count in counts.items() if count != [25, 25]} == {}
    assert {profile.endpoints[0].method for profile in profiles.values()} == {"POST"}


@pytest.mark.parametrize(
    "words",
    [
        "the blog posts",
        'records look like {"id": 1, "name": "x"}',
        'it returns {"id": 1}',
        'the response body is e.g. {"id": 1}',
        'filter {"id": 1}',
        "post offices, and no POST please",
    ],
)
def test_nothing_is_posted_that_nobody_spoke_of(words: str) -> None:
    with serving({"/posts": POSTED["cursor"][0]}) as server:
        probe(server, "posts", f" {words}")
        assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize("name", UNPROVEN)
def test_what_was_not_seen_is_not_called_proven(name: str) -> None:
    with serving({f"/{name}": UNPROVEN[name]}) as server:
        paging = probe(server, name).endpoints[0].paging
    assert not paging.proven
    assert paging.note


@pytest.mark.parametrize(
    "query", ["?per_page=5&page=1", "?limit=5&offset=0", "?limit=5", "?per_page=5"], ids=str
)
def test_parameters_that_the_person_gave_are_used(query: str) -> None:
    def route(request: Request) -> Reply:
        size = request.number("limit", request.number("per_page", 10))
        start = request.number("offset", (request.number("page", 1) - 1) * size)
        return Reply(data=ROWS[start : start + size])

    with serving(route) as server:
        profile = probe(server, "items", query)
        counts = read_with_dlt({"items": job_of(profile)})
    assert counts == {"items": [25, 25]}
    assert profile.endpoints[0].paging.page_size == 5


@pytest.mark.parametrize(
    "body",
    [
        {"total": 3, "items": ROWS[:3]},
        {"has_more": False, "items": ROWS[:3]},
        {"next": None, "items": ROWS[:3]},
        {"page": 1, "total_pages": 1, "items": ROWS[:3]},
        {"id": 1, "name": "one"},
    ],
    ids=lambda body: next(iter(body)),
)
def test_one_answer_that_says_it_is_all_is_a_single_page(body: dict[str, Any]) -> None:
    with serving(lambda request: Reply(data=body)) as server:
        paging = probe(server, "items").endpoints[0].paging
    assert (paging.kind, paging.proven) == (PagingKind.NONE, True)


def test_a_count_of_this_page_is_no_total() -> None:
    with serving(lambda request: Reply(data={"count": 10, "items": ROWS[:10]})) as server:
        endpoint = probe(server, "items").endpoints[0]
    assert not endpoint.paging.proven
    assert endpoint.total is None


def test_a_next_link_to_another_host_is_not_followed() -> None:
    with serving(PAGED["offset"]) as other:

        def elsewhere(request: Request) -> Reply:
            return Reply(data={"items": ROWS[:5], "next": f"{other.url}/items?cursor=z"})

        with serving(elsewhere) as server:
            paging = probe(server, "items").endpoints[0].paging
        assert other.requests == []
    assert not paging.proven
    assert other.host in paging.note


def test_records_that_change_from_call_to_call_do_not_look_like_other_records() -> None:
    calls = iter(range(1000))

    def route(request: Request) -> Reply:
        return Reply(data=[{**row, "fetched": next(calls)} for row in ROWS[:10]])

    with serving(route) as server:
        assert not probe(server, "items").endpoints[0].paging.proven
