"""What a spec puts together: several keys, servers of single paths, children of children."""

from __future__ import annotations

from typing import Any

from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, AuthKind
from pilot.api.show import profile_blocks, profile_text
from pilot.names import ProjectNames
from pilot.writers.builtin.design import design
from pilot.writers.builtin.script import script
from tests.api.openapi.specs import TEAM, answers, in_path, listed, schema, spec
from tests.support.api_server import Reply, Request, Route, serving

ROWS = [{"id": n, "name": f"team {n}"} for n in range(1, 4)]


def probe(
    root: Any, routes: dict[str, Route], *picked: str, secrets: dict[str, str] | None = None
) -> ApiProfile:
    with serving({"/openapi.json": lambda request: Reply(data=root), **routes}) as server:
        prober = ApiProber(lambda host, why: True)
        return prober.probe(server.url, None, secrets or {}, lambda text: None, picked)


def by_scheme(**places: str) -> dict[str, Any]:
    schemes = {name: {"type": "apiKey", "in": "header", "name": place} for name, place in places.items()}
    return {"security": [dict.fromkeys(places, [])], "components": {"securitySchemes": schemes}}


def test_two_keys_that_are_wanted_together_are_sent_together() -> None:
    def teams(request: Request) -> Reply:
        sent = (request.headers.get("x-api-key"), request.headers.get("x-app-key"))
        return Reply(data=ROWS) if sent == ("key-0123", "app-4567") else Reply(401, {"message": "no"})

    root = spec({"/teams": {"get": answers(listed(TEAM))}}, **by_scheme(a="X-Api-Key", b="X-App-Key"))
    secrets = {"sources.x.x_app_key": "app-4567", "sources.x.api_key": "key-0123"}
    profile = probe(root, {"/teams": teams}, "/teams", secrets=secrets)
    assert profile.seen and profile.auth.kind is AuthKind.API_KEY
    assert [key.name for key in profile.auth.beside] == ["X-App-Key"]
    assert "X-App-Key" in profile_text(profile) and "X-App-Key" in repr(profile_blocks(profile))
    text = script(design(profile, ProjectNames("x")), preview=False)
    assert '"headers": {"X-App-Key": dlt.secrets["sources.x.x_app_key"]}' in text
    assert "key-0123" not in repr(profile) and "app-4567" not in repr(profile)


def test_a_path_with_a_server_of_its_own_is_asked_there() -> None:
    paths = {
        "/teams": {"get": answers(listed(TEAM))},
        "/news": {"servers": [{"url": "/v2"}], "get": answers(listed(TEAM))},
    }
    profile = probe(
        spec(paths, servers=[{"url": "/v1"}]),
        {"/v1/teams": lambda request: Reply(data=ROWS), "/v2/news": lambda request: Reply(data=ROWS)},
        "/teams",
        "/news",
    )
    assert [endpoint.path for endpoint in profile.endpoints] == ["v1/teams", "v2/news"]
    assert all(endpoint.records.count == 3 for endpoint in profile.endpoints)


def test_grandchildren_follow_what_was_seen_to_fill_their_parents_path() -> None:
    team = schema(id="integer", slug="string", name="string")
    game = schema(id="integer", title="string")
    paths = {
        "/teams": {"get": answers(listed(team))},
        "/teams/{team}/games": {"parameters": [in_path("team")], "get": answers(listed(game))},
        "/teams/{team}/games/{game_id}/goals": {
            "parameters": [in_path("team"), in_path("game_id")],
            "get": answers(listed(schema(id="integer"))),
        },
    }
    teams = [{"id": n, "slug": f"team-{n}", "name": "x"} for n in range(1, 4)]
    routes: dict[str, Route] = {"/teams": lambda request: Reply(data=teams)}
    routes["/teams/1/games"] = lambda request: Reply(data=[{"id": 7, "title": "t"}])
    routes["/teams/1/games/7/goals"] = lambda request: Reply(data=[{"id": 70}])
    profile = probe(spec(paths), routes, "/teams/{team}/games/{game_id}/goals")
    teams_, games, goals = profile.endpoints
    assert games.bindings == {"team": "id"}, "its text type spoke for the slug, and the API did not"
    assert goals.bindings == {"team": "_teams_id", "game_id": "id"}
    assert goals.records.count == 1
