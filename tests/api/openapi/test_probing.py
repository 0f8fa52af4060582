"""What the spec says is verified at the API itself: what was seen wins, and where they differ it is said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pilot.api.fetch import ProbeLimits
from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, AuthKind, How, PagingKind, Shape
from pilot.api.show import profile_blocks, profile_line, profile_text
from tests.api.openapi.specs import TEAM, TEAMS, answers, listed, query, schema, spec
from tests.support.api_server import ApiServer, Reply, Request, Route, serving

KEY = "k-0123456789"
ROWS = [
    {"id": n, "name": f"team {n}", "founded": "2001-01-01", "updated_at": "2024-01-01T00:00:00Z"}
    for n in range(1, 26)
]


def open_to(key: str, route: Route) -> Route:
    return lambda request: (
        route(request) if request.headers.get("x-team-key") == key else Reply(401, {"e": "no"})
    )


def teams(request: Request) -> Reply:
    size, page = request.number("per_page", 10), request.number("page", 1)
    return Reply(data={"data": ROWS[(page - 1) * size : page * size], "total": len(ROWS)})


def members(team: int) -> Route:
    return lambda request: Reply(data=[{"id": 100 * team + n, "name": "m"} for n in range(2)])


@contextmanager
def teams_api(**more: Route) -> Iterator[ApiServer]:
    routes: dict[str, Route] = {
        "/openapi.json": lambda request: Reply(data=TEAMS),
        "/v1/teams": open_to(KEY, teams),
        **{f"/v1/teams/{row['id']}/members": open_to(KEY, members(int(str(row["id"])))) for row in ROWS},
    }
    with serving({**routes, **more}) as server:
        yield server


def probe(
    goal: str,
    docs: str | None = None,
    secrets: dict[str, str] | None = None,
    picked: tuple[str, ...] = (),
    may_contact: Callable[[str, str], bool] = lambda host, why: True,
    limits: ProbeLimits | None = None,
) -> ApiProfile:
    prober = ApiProber(may_contact, limits)
    return prober.probe(goal, docs, secrets or {}, lambda text: None, picked)


WITH_KEY = {"sources.x.api_key": KEY}


def test_a_spec_in_its_usual_place_is_found_and_verified() -> None:
    with teams_api() as server:
        profile = probe(f"the teams of {server.url}", secrets=WITH_KEY)
        assert len(server.requests) == profile.requests <= 12
    (endpoint,) = profile.endpoints
    assert (profile.base_url, endpoint.path) == (f"{server.url}/v1", "teams")
    assert (endpoint.records.how, endpoint.records.selector, endpoint.records.count) == (How.SEEN, "data", 10)
    assert endpoint.paging.proven and endpoint.paging.options["page_param"] == "page"
    assert (profile.auth.kind, profile.auth.name) == (AuthKind.API_KEY, "X-Team-Key")
    assert profile.seen


def test_a_child_is_looked_at_with_a_record_of_its_parent() -> None:
    with teams_api() as server:
        profile = probe(server.url, secrets=WITH_KEY, picked=("/teams/{team_id}/members",))
    parent, child = profile.endpoints
    assert (child.path, child.parent, child.bindings) == (
        "teams/{team_id}/members",
        "teams",
        {"team_id": "id"},
    )
    assert child.records.count == 2
    assert parent.name == "teams"


def test_the_field_that_fills_a_path_is_corrected_by_what_the_api_answers() -> None:
    root = spec(
        {
            "/items": {"get": answers(listed(schema(id="integer", code="string")))},
            "/items/{item}/parts": {"get": answers(listed(schema(id="integer")))},
        }
    )
    routes: dict[str, Route] = {
        "/openapi.json": lambda request: Reply(data=root),
        "/items": lambda request: Reply(data=[{"id": n, "code": f"c{n}"} for n in range(3)]),
        "/items/c0/parts": lambda request: Reply(data=[{"id": 1}, {"id": 2}]),
    }
    with serving(routes) as server:
        profile = probe(server.url, picked=("/items/{item}/parts",))
    assert profile.endpoints[1].bindings == {"item": "code"}
    assert profile.endpoints[1].records.count == 2


def test_without_the_key_the_spec_stands_unproven_and_is_not_called_seen() -> None:
    with teams_api() as server:
        profile = probe(f"teams and their members of {server.url}")
    first, second = profile.endpoints
    assert (first.status, first.records.shape, first.records.how) == (401, Shape.LIST, How.SPEC)
    assert (first.paging.kind, first.paging.proven) == (PagingKind.PAGE_NUMBER, False)
    assert second.records.how is How.SPEC
    assert (profile.auth.kind, profile.auth.name, profile.auth.how) == (
        AuthKind.API_KEY,
        "X-Team-Key",
        How.SPEC,
    )
    assert not profile.seen
    shown = profile_text(profile) + repr(profile_blocks(profile)) + profile_line(profile)
    assert "from the spec" in shown and "founded" in shown


def test_an_api_that_is_down_is_known_from_its_spec(tmp_path: Path) -> None:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps(TEAMS), encoding="utf-8")
    profile = probe("teams of http://127.0.0.1:9", docs=str(file))
    assert "refuses connections" in profile.endpoints[0].error
    assert [f.name for f in profile.endpoints[0].records.fields][:2] == ["id", "name"]
    assert profile.docs.splitlines()[0] == "/teams: List all teams"


def test_an_endpoint_that_is_not_there_is_not_taken_from_the_spec() -> None:
    with teams_api(**{"/v1/teams": lambda request: Reply(404, {"message": "gone"})}) as server:
        endpoint = probe(f"teams of {server.url}").endpoints[0]
    assert (endpoint.records.shape, endpoint.status) == (Shape.UNKNOWN, 404)


def test_what_the_api_does_otherwise_wins_and_is_said() -> None:
    with teams_api(**{"/v1/teams": lambda request: Reply(data={"rows": ROWS[:3]})}) as server:
        profile = probe(f"teams of {server.url}")
    assert profile.endpoints[0].records.selector == "rows"
    assert (profile.auth.kind, profile.auth.how) == (AuthKind.NONE, How.SEEN)
    assert any("the spec says list at data, seen was list at rows" in note for note in profile.notes)
    assert any(note.startswith("Auth: the spec says") for note in profile.notes)


def test_a_key_that_is_taken_otherwise_than_the_spec_says_is_found_out() -> None:
    def bearer(request: Request) -> Reply:
        fine = request.headers.get("authorization") == f"Bearer {KEY}"
        return teams(request) if fine else Reply(401, {}, {"WWW-Authenticate": "Bearer"})

    with teams_api(**{"/v1/teams": bearer}) as server:
        profile = probe(f"teams of {server.url}", secrets=WITH_KEY)
    assert profile.auth.kind is AuthKind.BEARER
    assert profile.endpoints[0].records.count == 10


def test_an_empty_list_keeps_the_fields_of_the_spec() -> None:
    with teams_api(**{"/v1/teams": lambda request: Reply(data={"data": [], "total": 0})}) as server:
        endpoint = probe(f"teams of {server.url}").endpoints[0]
    assert (endpoint.records.how, endpoint.records.count) == (How.SEEN, 0)
    assert endpoint.records.fields and endpoint.primary_key == ("id",)


def test_names_that_only_the_spec_knows_are_tried_for_paging() -> None:
    def route(request: Request) -> Reply:
        start = (request.number("seite", 1) - 1) * 10
        return Reply(data=ROWS[start : start + 10])

    operation = answers(listed(TEAM), parameters=[query("seite", description="The page number")])
    routes: dict[str, Route] = {
        "/openapi.json": lambda r: Reply(data=spec({"/teams": {"get": operation}})),
        "/teams": route,
    }
    with serving(routes) as server:
        paging = probe(f"teams of {server.url}").endpoints[0].paging
    assert paging.proven and paging.options["page_param"] == "seite"


def test_a_cursor_that_only_the_spec_knows_the_parameter_of_is_walked() -> None:
    def route(request: Request) -> Reply:
        start = int(request.query.get("page[after]") or 0)
        cursor = str(start + 10) if start + 10 < len(ROWS) else None
        return Reply(data={"teams": ROWS[start : start + 10], "meta": {"after_cursor": cursor}})

    answer = schema(teams=listed(TEAM), meta=schema(after_cursor="string"))
    operation = answers(answer, parameters=[query("page[after]", "string")])
    routes: dict[str, Route] = {
        "/openapi.json": lambda r: Reply(data=spec({"/teams": {"get": operation}})),
        "/teams": route,
    }
    with serving(routes) as server:
        paging = probe(f"teams of {server.url}").endpoints[0].paging
    assert paging.proven
    assert paging.options == {"cursor_path": "meta.after_cursor", "cursor_param": "page[after]"}


def test_a_required_parameter_is_sent_as_the_spec_or_the_person_says() -> None:
    operation = answers(
        listed(TEAM),
        parameters=[
            query("country", "string", required=True, enum=["DE"]),
            query("since", "string", required=True),
        ],
    )

    def route(request: Request) -> Reply:
        return Reply(data=ROWS[:3]) if request.query.get("country") == "DE" else Reply(400, {"m": "country"})

    routes: dict[str, Route] = {
        "/openapi.json": lambda r: Reply(data=spec({"/teams": {"get": operation}})),
        "/teams": route,
    }
    with serving(routes) as server:
        without = probe(f"teams of {server.url}").endpoints[0]
        said = probe(f"teams of {server.url} with since=2024-01-01").endpoints[0]
    assert "requires a value for since" in without.error
    assert said.params == {"country": "DE", "since": "2024-01-01"}
    assert said.records.count == 3


def test_a_header_that_the_spec_requires_is_sent_with_every_request() -> None:
    header = {"name": "X-Version", "in": "header", "required": True, "schema": {"default": "2"}}
    operation = answers(listed(TEAM), parameters=[header, query("page")])

    def route(request: Request) -> Reply:
        start = (request.number("page", 1) - 1) * 10
        return Reply(data=ROWS[start : start + 10]) if request.headers.get("x-version") == "2" else Reply(400)

    routes: dict[str, Route] = {
        "/openapi.json": lambda r: Reply(data=spec({"/teams": {"get": operation}})),
        "/teams": route,
    }
    with serving(routes) as server:
        endpoint = probe(f"teams of {server.url}").endpoints[0]
    assert endpoint.paging.proven
    assert endpoint.headers == {"X-Version": "2"}


def test_a_parameter_that_the_spec_says_begins_at_a_time_is_proven_to_filter() -> None:
    rows = [{**row, "updated_at": f"2024-01-{n + 1:02}T00:00:00Z"} for n, row in enumerate(ROWS)]

    def route(request: Request) -> Reply:
        return Reply(
            data=[row for row in rows if str(row["updated_at"]) >= request.query.get("changedFrom", "")]
        )

    changed = query("changedFrom", "string", format="date-time", description="Only what changed since then")
    operation = answers(listed(TEAM), parameters=[changed])
    routes: dict[str, Route] = {
        "/openapi.json": lambda r: Reply(data=spec({"/teams": {"get": operation}})),
        "/teams": route,
    }
    with serving(routes) as server:
        profile = probe(f"teams of {server.url}")
    (cursor, *_) = profile.endpoints[0].cursors
    assert (cursor.name, cursor.param, cursor.proven) == ("updated_at", "changedFrom", True)
    assert "changedFrom (query, date-time): Only what changed since then" in profile.docs


def test_a_post_is_not_sent_because_a_spec_has_it() -> None:
    with teams_api() as server:
        profile = probe(server.url, picked=("POST /search",), secrets=WITH_KEY)
        assert {request.method for request in server.requests} == {"GET"}
    endpoint = profile.endpoints[0]
    assert (endpoint.method, endpoint.body, endpoint.records.how) == ("POST", {"name": "a"}, How.SPEC)


def test_a_named_endpoint_is_probed_without_looking_for_a_spec() -> None:
    with teams_api() as server:
        probe(f"{server.url}/v1/teams", secrets=WITH_KEY)
        assert all(request.path == "/v1/teams" for request in server.requests)


def test_the_usual_places_are_tried_once_each_and_leave_room_for_the_api() -> None:
    with serving({"/": lambda request: Reply(data=ROWS[:3])}) as server:
        prober = ApiProber(lambda host, why: True)
        for _ in range(2):
            profile = prober.probe(server.url, None, {}, lambda text: None)
        places = [request.path for request in server.requests if request.path != "/"]
    assert len(places) == len(set(places)) <= 6
    assert profile.endpoints[0].records.count == 3


def test_a_declined_host_is_not_asked_for_its_spec() -> None:
    with teams_api() as server:
        profile = probe(f"teams of {server.url}", may_contact=lambda host, why: False)
        assert server.requests == []
    assert "declined" in profile.endpoints[0].error


def test_the_host_that_a_spec_names_passes_the_gate_and_gets_no_key_unasked(tmp_path: Path) -> None:
    with teams_api() as server:
        file = tmp_path / "spec.json"
        file.write_text(json.dumps({**TEAMS, "servers": [{"url": f"{server.url}/v1"}]}), encoding="utf-8")
        profile = probe("teams", docs=str(file), secrets=WITH_KEY, may_contact=lambda host, why: False)
        assert server.requests == []
        assert "declined" in profile.endpoints[0].error
        assert probe("teams", docs=str(file), secrets=WITH_KEY).endpoints[0].records.count == 10


def test_a_page_for_people_leads_to_the_document_it_is_drawn_from() -> None:
    page = b"<!doctype html><html><script>SwaggerUIBundle({url: '/v1/openapi.json'})</script></html>"
    more: dict[str, Route] = {
        "/docs": lambda request: Reply(raw=page, headers={"Content-Type": "text/html"}),
        "/v1/openapi.json": lambda request: Reply(data=TEAMS),
    }
    with teams_api(**more) as server:
        profile = probe(f"teams of {server.url}", docs=f"{server.url}/docs", secrets=WITH_KEY)
    assert profile.endpoints[0].records.count == 10


def test_prose_does_not_keep_from_looking_for_a_spec(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_text("Teams are listed by age.", encoding="utf-8")
    with teams_api() as server:
        profile = probe(f"teams of {server.url}", docs=str(file), secrets=WITH_KEY)
    assert profile.endpoints[0].records.count == 10
    assert "listed by age" in profile.docs and "List all teams" in profile.docs


def test_a_broken_spec_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("openapi: 3.0.0\npaths: [", encoding="utf-8")
    with teams_api() as server:
        goal = f"{server.url}/v1/teams with the header X-Team-Key"
        profile = probe(goal, docs=str(file), secrets=WITH_KEY)
    assert profile.endpoints[0].records.count == 10
    assert any("no valid YAML" in note for note in profile.notes)


def test_an_endless_spec_is_cut() -> None:
    def endless(request: Request) -> Reply:
        return Reply(chunks=(b'{"openapi": "3.0.0", "x": "' + b"x" * 1_000_000 for _ in range(200)))

    started = time.monotonic()
    with serving({"/openapi.json": endless, "/": lambda request: Reply(data=ROWS[:2])}) as server:
        profile = probe(server.url)
    assert time.monotonic() - started < 10
    assert profile.endpoints[0].records.count == 2


def test_more_endpoints_than_requests_keep_what_the_spec_says() -> None:
    root = spec({f"/things{n}": {"get": answers(listed(TEAM))} for n in range(20)})
    routes: dict[str, Route] = {"/openapi.json": lambda request: Reply(data=root)}
    routes |= {f"/things{n}": lambda request: Reply(data=ROWS[:3]) for n in range(20)}
    with serving(routes) as server:
        profile = probe(server.url, picked=tuple(f"/things{n}" for n in range(20)))
        assert len(server.requests) <= 12
    assert len(profile.endpoints) == 20
    assert all(e.records.shape is Shape.LIST for e in profile.endpoints)
    assert profile.endpoints[-1].records.how is How.SPEC


@pytest.mark.parametrize("body", [b"<html>no</html>", b"", b"\x00\x01", b"[]", b'{"openapi": 5, "paths": 3}'])
def test_what_lies_in_a_usual_place_may_be_anything(body: bytes) -> None:
    with serving({"/openapi.json": lambda r: Reply(raw=body), "/": lambda r: Reply(data=ROWS[:2])}) as server:
        assert probe(server.url).endpoints[0].records.count == 2


def test_paths_that_are_picked_without_a_spec_are_as_good_as_said() -> None:
    routes: dict[str, Route] = {"/a": lambda r: Reply(data=ROWS[:2]), "/b": lambda r: Reply(data=ROWS[:3])}
    with serving(routes) as server:
        profile = probe(server.url, picked=("/a", "b"))
    assert [e.records.count for e in profile.endpoints] == [2, 3]


def test_secrets_are_in_nothing_that_is_shown() -> None:
    with teams_api() as server:
        profile = probe(f"teams of {server.url}", secrets=WITH_KEY)
    everything: Any = repr(profile) + profile_text(profile) + repr(profile_blocks(profile))
    assert KEY not in everything
