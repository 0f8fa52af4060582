"""A probe is bounded, read-only, asks before it contacts a host, and gives no secret away."""

from __future__ import annotations

import gzip
import itertools
import os
import signal
import threading
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from pilot.api.fetch import ProbeLimits
from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, Auth, AuthKind, How, Shape
from pilot.api.show import profile_blocks, profile_line, profile_text
from tests.api.apis import PAGED, ROWS
from tests.support.api_server import Reply, Request, Route, serving

SECRET = "s3cr3t-value-0123"


def probe(
    goal: str, secrets: dict[str, str] | None = None, limits: ProbeLimits | None = None, **more: Any
) -> ApiProfile:
    prober = ApiProber(more.get("may_contact", lambda host, why: True), limits)
    return prober.probe(goal, more.get("docs"), secrets or {}, lambda text: None)


def everything_shown(profile: ApiProfile) -> str:
    return repr(profile) + profile_text(profile) + repr(profile_blocks(profile)) + profile_line(profile)


def wants(check: Any, refusal: Reply) -> Route:
    return lambda request: Reply(data=ROWS[:3]) if check(request) else refusal


def _in(location: str, name: str) -> Auth:
    return Auth(AuthKind.API_KEY, location, name, How.SEEN)


def test_without_a_url_nothing_is_asked() -> None:
    profile = probe("the weather in Berlin")
    assert (profile.endpoints, profile.requests) == ((), 0)
    assert "No URL" in profile.notes[0]
    assert profile_line(profile) == profile.notes[0]


def test_a_declined_host_is_not_contacted() -> None:
    with serving(lambda request: Reply(data=ROWS)) as server:
        asked: list[str] = []

        def decline(host: str, why: str) -> bool:
            asked.append(host)
            return False

        profile = probe(f"{server.url}/items", may_contact=decline)
        assert server.requests == []
    assert asked == [server.host]
    assert "declined" in profile.endpoints[0].error


def test_a_redirect_to_another_host_is_asked_for_and_carries_no_credentials() -> None:
    with serving(lambda request: Reply(data=ROWS[:3])) as other:

        def moved(request: Request) -> Reply:
            return Reply(302, headers={"Location": f"{other.url}/items?api_key={request.query['api_key']}"})

        with serving(moved) as server:
            goal = f"{server.url}/items?api_key={SECRET}"
            declined = probe(goal, may_contact=lambda host, why: host == server.host)
            assert other.requests == []
            followed = probe(goal)
            assert {SECRET} == {request.query["api_key"] for request in server.requests}
    assert "declined" in declined.endpoints[0].error
    assert followed.endpoints[0].records.count == 3
    assert all("api_key" not in request.query for request in other.requests)
    assert SECRET not in everything_shown(declined) + everything_shown(followed)


def test_redirects_on_the_same_host_are_followed_up_to_a_limit() -> None:
    routes: dict[str, Route] = {
        "/items": lambda request: Reply(301, headers={"Location": "/v2/items/"}),
        "/v2/items/": lambda request: Reply(data=ROWS[:3]),
        "/loop": lambda request: Reply(302, headers={"Location": "/loop"}),
    }
    with serving(routes) as server:
        assert probe(f"{server.url}/items").endpoints[0].path == "v2/items/"
        assert "redirects more than" in probe(f"{server.url}/loop").endpoints[0].error


@pytest.mark.parametrize(
    ("header", "body", "auth"),
    [
        ('Bearer realm="x"', {}, Auth(AuthKind.BEARER, how=How.SEEN)),
        ('Basic realm="x"', {}, Auth(AuthKind.BASIC, how=How.SEEN)),
        ("", {"message": "Missing header X-Api-Token"}, _in("header", "X-Api-Token")),
        ("", {"message": "query parameter 'appkey' is missing"}, _in("query", "appkey")),
        ("", {"error": "Use a Bearer token"}, Auth(AuthKind.BEARER, how=How.SEEN)),
        ("", {"message": "no"}, Auth(AuthKind.UNKNOWN, how=How.SEEN)),
    ],
)  # fmt: skip
def test_how_a_key_is_wanted_is_read_from_the_refusal(header: str, body: Any, auth: Auth) -> None:
    headers = {"WWW-Authenticate": header} if header else {}
    with serving(lambda request: Reply(401, body, headers)) as server:
        seen = probe(f"{server.url}/items").auth
    assert (seen.kind, seen.location, seen.name, seen.how) == (auth.kind, auth.location, auth.name, auth.how)


@pytest.mark.parametrize(
    ("check", "auth"),
    [
        (lambda q: q.headers.get("authorization") == f"Bearer {SECRET}", (AuthKind.BEARER, None)),
        (lambda q: q.headers.get("x-api-key") == SECRET, (AuthKind.API_KEY, "X-API-Key")),
        (lambda q: q.query.get("api_key") == SECRET, (AuthKind.API_KEY, "api_key")),
    ],
)
def test_the_key_is_tried_in_the_usual_ways(check: Any, auth: tuple[AuthKind, str | None]) -> None:
    with serving(wants(check, Reply(403, {"message": "no"}))) as server:
        profile = probe(f"{server.url}/items", {"sources.x.api_key": SECRET})
    assert (profile.auth.kind, profile.auth.name) == auth
    assert profile.endpoints[0].records.count == 3
    assert SECRET not in everything_shown(profile)


def test_an_error_with_status_200_can_be_a_refusal() -> None:
    closed = wants(lambda q: "authorization" in q.headers, Reply(data={"ok": False, "error": "not_authed"}))
    with serving({"/items": closed}) as server:
        without, opened = probe(f"{server.url}/items"), probe(f"{server.url}/items", {"x.api_key": SECRET})
    assert without.endpoints[0].wants_key and without.auth.kind is AuthKind.UNKNOWN
    assert opened.seen and opened.auth.kind is AuthKind.BEARER


def test_requests_that_have_to_be_signed_are_said_to_be_beyond_rules() -> None:
    wanted = Reply(401, {"error": "Requests must be signed: X-Sign = HMAC-SHA256(secret, path)"})
    with serving(lambda request: wanted) as server:
        profile = probe(f"{server.url}/items", {"x.api_key": SECRET})
    assert profile.auth.kind is AuthKind.SIGNED
    assert "has to be signed" in profile.notes[-1] and "HMAC" in profile.endpoints[0].error


def test_json_is_asked_for_by_name_where_markup_comes_and_the_script_asks_so_too() -> None:
    def route(request: Request) -> Reply:
        if "json" not in request.headers.get("accept", ""):
            return Reply(raw=b"<?xml version='1.0'?><a/>", headers={"Content-Type": "application/xml"})
        return PAGED["page_from_1"](request)

    with serving(route) as server:
        endpoint = probe(f"{server.url}/items").endpoints[0]
    assert endpoint.paging.proven and endpoint.headers == {"Accept": "application/json"}


def test_an_answer_that_is_still_being_made_is_no_record() -> None:
    with serving(lambda request: Reply(202, {"state": "running", "job": "a1"})) as server:
        assert "only begun" in probe(f"{server.url}/items").endpoints[0].error


def test_a_list_that_is_named_too_fills_the_path_of_its_children() -> None:
    parts: dict[str, Route] = {
        "/teams": lambda q: Reply(data={"teams": [{"id": n, "name": "t"} for n in (7, 8)], "total": 2}),
        "/teams/7/members": lambda q: Reply(data={"members": [{"id": 1}, {"id": 2}], "total": 2}),
        "/teams/7/members/1/pets": lambda q: Reply(data={"pets": [{"id": 5}, {"id": 6}], "total": 2}),
    }
    pets = "/teams/{team_id}/members/{member_id}/pets"
    with serving(parts) as server:
        profile = probe(f"{server.url}/teams with /teams/{{team_id}}/members and {pets}")
    teams, members, pets_seen = profile.endpoints
    assert (members.parent, members.bindings, members.error) == ("teams", {"team_id": "id"}, "")
    assert pets_seen.parent == "members" and pets_seen.bindings == {"team_id": "_teams_id", "member_id": "id"}
    assert not pets_seen.error and teams.parent is None


def test_the_key_is_sent_as_the_person_said() -> None:
    check = wants(lambda q: q.headers.get("x-my-token") == SECRET, Reply(404, {"message": "no such thing"}))
    with serving(check) as server:
        profile = probe(f"{server.url}/items with the header X-My-Token", {"sources.x.token": SECRET})
    assert (profile.auth.name, profile.auth.how) == ("X-My-Token", How.SAID)
    assert profile.seen


def test_basic_auth_uses_user_and_password() -> None:
    check = wants(lambda q: q.headers.get("authorization", "").startswith("Basic "), Reply(401, {}))
    with serving(check) as server:
        profile = probe(f"{server.url}/items", {"sources.x.username": "me", "sources.x.password": SECRET})
    assert profile.auth.kind is AuthKind.BASIC
    assert profile.seen


def test_a_wrong_key_is_told_from_a_missing_one() -> None:
    def route(request: Request) -> Reply:
        key = request.headers.get("x-key")
        return Reply(401, {"message": "wrong key" if key else "send your key in the X-Key header"})

    with serving(route) as server:
        profile = probe(f"{server.url}/items", {"sources.x.api_key": SECRET})
    assert "refused" in profile.auth.note
    assert SECRET not in everything_shown(profile)


def test_the_destinations_password_is_not_sent_to_an_api() -> None:
    with serving(lambda request: Reply(401, {})) as server:
        probe(f"{server.url}/items", {"destination.postgres.credentials.password": SECRET})
        assert len(server.requests) == 1


def test_a_key_in_the_url_is_used_and_kept_nowhere() -> None:
    with serving(wants(lambda q: q.query.get("appid") == SECRET, Reply(401, {"m": SECRET}))) as server:
        profile = probe(f"{server.url}/items?q=Berlin&appid={SECRET}")
    assert profile.seen
    assert profile.endpoints[0].params == {"q": "Berlin"}
    assert (profile.auth.kind, profile.auth.name, profile.auth.how) == (AuthKind.API_KEY, "appid", How.SAID)
    assert SECRET not in everything_shown(profile)


def test_a_placeholder_in_the_url_is_not_sent() -> None:
    with serving(lambda request: Reply(401, {})) as server:
        profile = probe(f"{server.url}/items?appid=YOUR_API_KEY")
        assert "appid" not in server.requests[0].query
    assert profile.auth.name == "appid"


def test_an_endless_answer_is_cut_and_still_understood() -> None:
    def endless(request: Request) -> Reply:
        return Reply(chunks=itertools.chain([b"["], itertools.repeat(b'{"id": 1, "name": "a"},' * 1000)))

    started = time.monotonic()
    with serving(endless) as server:
        profile = probe(f"{server.url}/items", limits=ProbeLimits(size=500_000))
    assert time.monotonic() - started < 5
    assert profile.endpoints[0].records.shape is Shape.LIST
    assert not profile.endpoints[0].paging.proven
    assert any("only its beginning" in note for note in profile.notes)


def test_a_decompression_bomb_is_cut() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with serving(lambda request: Reply(raw=bomb, headers={"Content-Encoding": "gzip"})) as server:
        profile = probe(f"{server.url}/items", limits=ProbeLimits(size=1_000_000))
    assert profile.endpoints[0].error


def test_an_answer_that_drips_does_not_hang() -> None:
    def dripping(request: Request) -> Reply:
        return Reply(chunks=(time.sleep(0.05) or b" " for _ in range(400)))  # type: ignore[func-returns-value]

    started = time.monotonic()
    with serving(dripping) as server:
        profile = probe(f"{server.url}/items", limits=ProbeLimits(seconds=0.5))
    assert time.monotonic() - started < 3
    assert profile.endpoints[0].error


def test_no_more_than_the_allowed_requests_are_made() -> None:
    with serving(PAGED["page_from_1"]) as server:
        profile = probe(f"{server.url}/items", limits=ProbeLimits(requests=2))
        assert len(server.requests) == profile.requests == 2
        assert {request.method for request in server.requests} == {"GET"}
    assert not profile.endpoints[0].paging.proven


def test_every_named_endpoint_gets_its_share() -> None:
    routes = {f"/{name}": PAGED["until_empty"] for name in ("users", "orders", "teams")}
    with serving(routes) as server:
        profile = probe(f"/users, /orders and /teams of {server.url}")
    assert [e.name for e in profile.endpoints] == ["users", "orders", "teams"]
    assert all(e.paging.proven for e in profile.endpoints)
    assert profile.requests <= 12


def test_asking_stops_when_the_api_says_slow_down() -> None:
    headers = {"Retry-After": "30", "X-RateLimit-Remaining": "0"}
    slow: Route = lambda request: Reply(429, {"message": "slow"}, headers)  # noqa: E731
    with serving({"/a": slow, "/b": slow}) as server:
        profile = probe(f"/a and /b of {server.url}", {"sources.x.api_key": SECRET})
        assert len(server.requests) == 1
    assert any("429" in note and "30" in note for note in profile.notes)
    assert profile.limits == {"retry-after": 30, "x-ratelimit-remaining": 0}


def test_an_api_that_says_until_when_to_wait_is_asked_again_then() -> None:
    calls = itertools.count()
    soon = formatdate(time.time() + 1, usegmt=True)
    slow = Reply(429, {"message": "slow"}, {"Retry-After": soon})
    with serving(lambda request: slow if next(calls) == 0 else Reply(data=ROWS[:3])) as server:
        assert probe(f"{server.url}/items").seen


def test_a_server_error_that_goes_away_is_asked_again() -> None:
    calls = itertools.count()
    with serving(lambda request: Reply(503) if next(calls) == 0 else Reply(data=ROWS[:3])) as server:
        assert probe(f"{server.url}/items").seen


@pytest.mark.parametrize(
    ("goal", "says"),
    [
        ("http://127.0.0.1:9/x", "refuses connections"),
        ("http://no-such-host.invalid/x", "no host of the name"),
        ("http://127.0.0.1:{port}/missing", "HTTP 404: no such path"),
    ],
)
def test_what_went_wrong_is_one_readable_line(goal: str, says: str) -> None:
    with serving({}) as server:
        error = probe(goal.format(port=server.host.split(":")[1])).endpoints[0].error
    assert says in error
    assert "\n" not in error and "Traceback" not in error


def test_tls_that_can_not_be_made_is_said() -> None:
    with serving({}) as server:
        assert "TLS" in probe(server.url.replace("http:", "https:") + "/x").endpoints[0].error


def test_a_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(lambda request: Reply(data=ROWS[:3])) as server:
        assert probe(f"{server.url}/items").seen


def test_ctrl_c_goes_through() -> None:
    def hanging(request: Request) -> Reply:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        time.sleep(8)
        return Reply(data=[])

    started = time.monotonic()
    with serving(hanging) as server, pytest.raises(KeyboardInterrupt):
        probe(f"{server.url}/items")
    assert time.monotonic() - started < 6


def test_a_placeholder_in_the_path_is_not_asked_for() -> None:
    with serving({}) as server:
        profile = probe(f"{server.url}/users/{{id}}/posts")
        assert server.requests == []
    assert "placeholder" in profile.endpoints[0].error and "as in /users" in profile.endpoints[0].error


def test_documentation_in_a_file_becomes_prose(tmp_path: Path) -> None:
    file = tmp_path / "docs.md"
    file.write_text("The key goes into X-Key.", encoding="utf-8")
    assert probe("weather", docs=str(file)).docs == "The key goes into X-Key."
    assert "can't be read" in probe("weather", docs=str(tmp_path / "none.md")).notes[-1]


def test_documentation_on_a_page_is_read_as_text_when_agreed_to() -> None:
    page = b"<!doctype html><html><head><title>T</title></head><body><p>Use &amp; enjoy</p><script>x</script>"
    with serving(lambda request: Reply(raw=page, headers={"Content-Type": "text/html"})) as server:
        assert probe("weather", docs=f"{server.url}/items").docs == "Use & enjoy"
        declined = probe("weather", docs=f"{server.url}/items", may_contact=lambda host, why: False)
        assert len(server.requests) == 1
    assert declined.docs == "" and "declined" in declined.notes[-1]


def test_an_endpoint_that_wants_a_key_beside_one_that_does_not_is_noticed() -> None:
    routes = {
        "/open": lambda request: Reply(data=ROWS[:3]),
        "/closed": wants(
            lambda q: q.headers.get("x-key") == SECRET, Reply(401, {"message": "header X-Key missing"})
        ),
    }
    with serving(routes) as server:
        profile = probe(f"/open and /closed of {server.url}", {"sources.x.api_key": SECRET})
    assert (profile.auth.kind, profile.auth.name) == (AuthKind.API_KEY, "X-Key")
    assert [e.records.count for e in profile.endpoints] == [3, 3]


@pytest.mark.parametrize(
    "link", ["http://[x", "http://:99999999/", "//", "?", "/\\", "http://x:abc/", "ftp://x/y"]
)
def test_links_that_lead_nowhere_do_no_harm(link: str) -> None:
    headers = {"Link": f'<{link}>; rel="next"'}
    with serving(lambda request: Reply(data={"items": ROWS[:3], "next": link}, headers=headers)) as server:
        assert not probe(f"{server.url}/items").endpoints[0].paging.proven
    with serving(lambda request: Reply(302, headers={"Location": link})) as server:
        assert (
            probe(f"{server.url}/items", may_contact=lambda host, why: host == server.host).endpoints[0].error
        )


def test_an_error_message_can_not_steer_the_terminal() -> None:
    with serving(lambda request: Reply(400, {"message": "a\x1b[2Jb\nc"})) as server:
        assert probe(f"{server.url}/items").endpoints[0].error == "HTTP 400: a [2Jb c"


def test_half_a_character_is_no_data() -> None:
    with serving(lambda request: Reply(raw=b'[{"\\ud800": 1}]')) as server:
        assert "Unicode" in probe(f"{server.url}/items").endpoints[0].error


def test_a_large_answer_is_looked_at_quickly() -> None:
    rows = [{"id": n, "name": f"person {n}", "at": "2024-01-01"} for n in range(60_000)]
    with serving(lambda request: Reply(data=rows)) as server:
        started = time.process_time()
        profile = probe(f"{server.url}/items")
    assert profile.endpoints[0].records.count == 60_000
    assert time.process_time() - started < 5


def test_the_profile_is_terse_for_a_model_and_holds_no_values() -> None:
    with serving(PAGED["page_from_1"]) as server:
        profile = probe(f"{server.url}/items")
    text = profile_text(profile)
    assert len(text) / 3.5 < 150
    assert "'base_page': 1" in text
    assert "person 0" not in everything_shown(profile)


def test_the_table_says_what_is_not_proven() -> None:
    with serving(lambda request: Reply(data=ROWS[:3])) as server:
        shown = repr(profile_blocks(probe(f"{server.url}/items")))
    assert "not proven" in shown
    assert "3 records at the top, 3 fields" in shown


def test_keys_and_times_are_proposed() -> None:
    with serving({"/items": PAGED["until_empty"]}) as server:
        endpoint = probe(f"{server.url}/items").endpoints[0]
    assert endpoint.primary_key == ("id",)
    assert [(c.name, c.proven) for c in endpoint.cursors] == [("updated_at", False)]


def test_a_field_that_is_unique_on_one_page_only_is_no_key() -> None:
    def route(request: Request) -> Reply:
        page = request.number("page", 1)
        return Reply(data=[{"id": n, "page": page, "v": f"{page}-{n}"} for n in range(5)] if page < 4 else [])

    with serving(route) as server:
        endpoint = probe(f"{server.url}/items").endpoints[0]
    assert endpoint.primary_key != ("id",)
