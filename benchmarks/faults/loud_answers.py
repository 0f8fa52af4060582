"""Faults that end a run because of what the API answers, or does not."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.faults.answers import always, fails, healthy, late, once, pages
from benchmarks.faults.case import Case
from benchmarks.faults.scripts import by_client, by_requests, rest_api, tail
from pilot.finding import FindingKind, Remedy
from tests.support.api_server import Reply, Request, Route

GET = 'response = requests.get("{base}/v1/people", timeout=5)\n'
RAISE = "response.raise_for_status()\n"
LOAD = 'yield response.json()["results"]'
ASK = GET + RAISE + LOAD
ASK_ALL = """
url = "{base}/v1/people"
while url:
    response = requests.get(url, timeout=5)
    response.raise_for_status()
    page = response.json()
    yield page["results"]
    url = page["next"]
"""
PAGES = 'for page in client.paginate("people"):\n    yield page'


def _wants_key(request: Request) -> Reply:
    given = request.headers.get("authorization") or request.query.get("api_key")
    return (
        pages(request)
        if given in ("Bearer right-key-0815", "right-key-0815")
        else Reply(401, {"message": "bad key"})
    )


def _guarded() -> Mapping[str, Route]:
    return {"/v1/people": _wants_key}


_KEYED = by_requests(
    'response = requests.get("{base}/v1/people", params={"api_key": api_key}, timeout=5)\n' + RAISE + LOAD
).replace("def people():", "def people(api_key: str = dlt.secrets.value):")
_BEARER = rest_api(
    client='"auth": {"type": "bearer", "token": dlt.secrets["sources.people.access_token"]}',
)
_ELSEWHERE = (
    _KEYED.partition("\n\nif __name__")[0]
    .replace("people(api_key", "people(url, api_key")
    .replace('"{base}/v1/people"', "url")
)
_HIDDEN = "import dlt\nfrom sources.people import people\n" + tail('people(url="{base}/v1/people")')
"""As dlt's verified sources have it: the script itself names no secret."""

SECRETS: tuple[Case, ...] = (
    Case(
        "secret/missing_argument",
        _KEYED,
        (FindingKind.SECRET_MISSING, FindingKind.ANSWER_MISSING),
        routes=_guarded,
    ),
    Case(
        "secret/missing_by_name",
        _BEARER,
        (FindingKind.SECRET_MISSING, FindingKind.ANSWER_MISSING),
        routes=_guarded,
    ),
    Case(
        "secret/missing_unseen",
        _HIDDEN,
        (FindingKind.SECRET_MISSING, FindingKind.ANSWER_MISSING),
        routes=_guarded,
        files={"sources/people.py": _ELSEWHERE},
    ),
    Case(
        "secret/placeholder",
        _KEYED,
        (FindingKind.SECRET_PLACEHOLDER, FindingKind.ANSWER_MISSING),
        routes=_guarded,
        files={".dlt/secrets.toml": '[sources.people]\napi_key = "<configure me>"\n'},
    ),
    Case(
        "secret/placeholder_unseen",
        _HIDDEN,
        (FindingKind.SECRET_PLACEHOLDER,),
        Remedy.SECRET,
        _guarded,
        files={
            "sources/people.py": _ELSEWHERE,
            ".dlt/secrets.toml": '[sources.people]\napi_key = "<configure me>"\n',
        },
    ),
    Case(
        "secret/refused_401",
        _KEYED,
        (FindingKind.SECRET_REFUSED,),
        Remedy.SECRET,
        _guarded,
        files={".dlt/secrets.toml": '[sources.people]\napi_key = "wrong-key-4711"\n'},
    ),
    Case(
        "secret/refused_403",
        _BEARER,
        (FindingKind.SECRET_REFUSED,),
        Remedy.SECRET,
        fails(403, message="your plan does not include this"),
        files={".dlt/secrets.toml": '[sources.people]\naccess_token = "some-key-4711"\n'},
    ),
    Case(
        "secret/refused_in_200",
        _KEYED,
        (FindingKind.SECRET_REFUSED, FindingKind.UNEXPECTED_ANSWER),
        routes=always(Reply(200, {"error": {"code": 401, "message": "Invalid API key"}})),
        files={".dlt/secrets.toml": '[sources.people]\napi_key = "wrong-key-4711"\n'},
    ),
)

STATUSES: tuple[Case, ...] = (
    Case(
        "answer/rate_limited",
        by_requests(ASK_ALL),
        (FindingKind.RATE_LIMITED,),
        Remedy.WAIT,
        once(Reply(429, {"message": "slow down"}, {"Retry-After": "2"})),
        rows={"people": 25},
        heals=True,
    ),
    Case(
        "answer/rate_limited_403",
        by_requests(ASK),
        (FindingKind.RATE_LIMITED,),
        Remedy.WAIT,
        fails(403, message="API rate limit exceeded for 10.0.0.1"),
    ),
    Case("answer/not_found", rest_api(), (FindingKind.NOT_FOUND,), Remedy.REPAIR, fails(404)),
    Case("answer/gone", by_client(PAGES), (FindingKind.NOT_FOUND,), Remedy.REPAIR, fails(410)),
    Case("answer/bad_request", by_requests(ASK), (FindingKind.BAD_REQUEST,), Remedy.REPAIR, fails(400)),
    Case(
        "answer/unprocessable",
        rest_api(endpoint='"params": {"limit": 100000}, "data_selector": "results"'),
        (FindingKind.BAD_REQUEST,),
        Remedy.REPAIR,
        fails(422, detail=[{"loc": ["query", "limit"], "msg": "at most 100"}]),
    ),
    Case("answer/server_error", by_requests(ASK), (FindingKind.API_ERROR,), Remedy.WAIT, fails(503)),
    Case(
        "answer/server_error_once",
        by_requests(ASK_ALL),
        (FindingKind.API_ERROR,),
        Remedy.WAIT,
        once(Reply(503, {"message": "restarting"}, {"Retry-After": "1"})),
        rows={"people": 25},
        heals=True,
    ),
)

UNEXPECTED: tuple[Case, ...] = (
    Case(
        "answer/html",
        by_client(PAGES),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(raw=b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"})),
    ),
    Case(
        "answer/empty",
        by_requests(ASK),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(raw=b"")),
    ),
    Case(
        "answer/list_for_object",
        by_requests(ASK),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(data=[{"id": 1}, {"id": 2}])),
    ),
    Case(
        "answer/text_for_object",
        by_requests(ASK),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(data="maintenance")),
    ),
    Case(
        "answer/null",
        by_requests(GET + 'for row in response.json()["results"]:\n    yield row'),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(data=None)),
    ),
    Case(
        "answer/error_in_200",
        by_requests(ASK),
        (FindingKind.UNEXPECTED_ANSWER,),
        Remedy.REPAIR,
        always(Reply(data={"error": "unknown dataset", "code": 17})),
    ),
    Case(
        "answer/status_not_looked_at",
        by_requests(GET + LOAD),
        (FindingKind.NOT_FOUND,),
        Remedy.REPAIR,
        fails(404, message="no such thing"),
    ),
    Case(
        "answer/key_not_looked_at",
        by_requests(GET + LOAD),
        (FindingKind.SECRET_REFUSED,),
        Remedy.SECRET,
        fails(401, message="who are you"),
    ),
    Case(
        "answer/broken_off",
        by_requests(ASK),
        (FindingKind.UNREACHABLE, FindingKind.UNEXPECTED_ANSWER),
        None,
        always(Reply(raw=b'{"results": [{"id"', headers={"Content-Type": "application/json"})),
    ),
)

_OUT = 'requests.get("{url}", timeout=3).raise_for_status()\nyield []'

UNREACHABLE: tuple[Case, ...] = (
    Case(
        "reach/dns",
        by_requests(_OUT.replace("{url}", "http://no-such-host.invalid/v1/people?api_key=topsecret")),
        (FindingKind.UNREACHABLE,),
        Remedy.STOP,
        hosts=("no-such-host.invalid",),
    ),
    Case(
        "reach/refused",
        by_requests(_OUT.replace("{url}", "http://127.0.0.1:9/v1/people")),
        (FindingKind.UNREACHABLE,),
        Remedy.STOP,
        hosts=("127.0.0.1:9",),
    ),
    Case(
        "reach/tls",
        by_requests(
            'url = "{base}/v1/people"\nrequests.get(url.replace("http:", "https:"), timeout=3)\nyield []'
        ),
        (FindingKind.UNREACHABLE,),
        Remedy.STOP,
    ),
    Case(
        "reach/proxy",
        by_requests(_OUT.replace("{url}", "http://api.example.com/v1/people")),
        (FindingKind.UNREACHABLE,),
        Remedy.STOP,
        hosts=("api.example.com",),
        environment={"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"},
    ),
    Case(
        "reach/timeout",
        by_requests(ASK.replace("timeout=5", "timeout=0.3")),
        (FindingKind.UNREACHABLE,),
        routes=late(2),
    ),
    Case(
        "reach/no_scheme",
        by_requests(_OUT.replace("{url}", "api.example.com/v1/people")),
        (FindingKind.CODE_ERROR, FindingKind.BAD_REQUEST),
        Remedy.REPAIR,
        healthy,
    ),
)

LOUD_ANSWERS: tuple[Case, ...] = (*SECRETS, *STATUSES, *UNEXPECTED, *UNREACHABLE)
