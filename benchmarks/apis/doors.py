"""APIs that want a key, each in its own way."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from benchmarks.apis.case import Case
from tests.api.apis import PAGED, ROWS
from tests.support.api_server import Reply, Request, Route

KEY = "k-3f9a27c1d85e"
PAIR = {"username": "reader", "password": "pass-81d2f3"}
CLIENT = {"client_id": "client-77aa", "client_secret": "secret-19be02"}
TOKEN = "token-5c5c0b"


def behind(
    opens: Callable[[Request], bool], refusal: Reply, route: Route = PAGED["page_from_1"]
) -> Callable[[], Route]:
    """An API behind a door."""
    return lambda: lambda request: route(request) if opens(request) else refusal


def header(name: str, value: str) -> Callable[[Request], bool]:
    """Whether a header has a value."""
    return lambda request: request.headers.get(name) == value


def tokens(request: Request) -> Reply:
    """Gives a token for the client's id and secret, in a form."""
    form = dict(parse_qsl(request.body.decode()))
    right = form.get("grant_type") == "client_credentials" and CLIENT.items() <= form.items()
    if request.method != "POST" or not right:
        return Reply(401, {"error": "invalid_client"})
    return Reply(data={"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})


def client_credentials() -> Mapping[str, Route]:
    """An API and, beside it, where its tokens are given."""
    bearer = {"WWW-Authenticate": 'Bearer realm="api"'}
    api = behind(header("authorization", f"Bearer {TOKEN}"), Reply(401, {"error": "no token"}, bearer))
    return {"/v1/people": api(), "/oauth/token": tokens}


_BASIC = base64.b64encode(f"{PAIR['username']}:{PAIR['password']}".encode()).decode()
_UNNAMED = Reply(403, {"message": "Forbidden"})

DOORS: tuple[Case, ...] = (
    Case(
        "auth/bearer",
        behind(
            header("authorization", f"Bearer {KEY}"),
            Reply(401, {"error": "no"}, {"WWW-Authenticate": "Bearer"}),
        ),
        ROWS,
        secrets={"api_key": KEY},
    ),
    Case(
        "auth/header_told",
        behind(header("x-acme-token", KEY), Reply(401, {"message": "Header X-Acme-Token is missing"})),
        ROWS,
        secrets={"api_key": KEY},
    ),
    Case(
        "auth/query_said",
        behind(lambda q: q.query.get("appid") == KEY, _UNNAMED),
        ROWS,
        "The key goes in the query parameter appid.",
        secrets={"api_key": KEY},
    ),
    Case("auth/unnamed_bearer", behind(header("authorization", f"Bearer {KEY}"), _UNNAMED), ROWS,
         secrets={"api_key": KEY}),
    Case("auth/unnamed_header", behind(header("x-api-key", KEY), _UNNAMED), ROWS, secrets={"api_key": KEY}),
    Case(
        "auth/error_in_200",
        behind(header("x-api-key", KEY), Reply(200, {"error": "Invalid API key, send X-API-Key"})),
        ROWS,
        secrets={"api_key": KEY},
    ),
    Case(
        "auth/basic",
        behind(
            header("authorization", f"Basic {_BASIC}"),
            Reply(401, {"error": "log in"}, {"WWW-Authenticate": 'Basic realm="x"'}),
        ),
        ROWS,
        secrets=PAIR,
    ),
    Case(
        "auth/oauth2",
        client_credentials,
        ROWS,
        "with OAuth2 client credentials, tokens are at /oauth/token",
        secrets=CLIENT,
    ),
    Case(
        "auth/wrong_key",
        behind(header("x-api-key", KEY), Reply(401, {"message": "bad X-API-Key"})),
        ROWS,
        secrets={"api_key": "not-the-key-0000"},
        loadable=False,
    ),
)  # fmt: skip
