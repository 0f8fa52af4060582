"""Profiles of the sample API, as a prober would fill them."""

from __future__ import annotations

from dataclasses import replace

from pilot.api.profile import (
    ApiProfile,
    Auth,
    AuthKind,
    Endpoint,
    Field,
    How,
    Paging,
    PagingKind,
    Records,
    Shape,
)
from pilot.names import ProjectNames
from pilot.writers.writer import Brief

NAMES = ProjectNames("sample")

ONE_PAGE = Paging(PagingKind.NONE, True, note="one answer, as the total says")

TEAMS = Endpoint(
    "teams",
    "teams",
    status=200,
    records=Records(Shape.LIST, "data", 10, (Field("id", ("bigint",)), Field("score", ("bigint", "double")))),
    paging=Paging(
        PagingKind.PAGE_NUMBER,
        True,
        {"base_page": 1, "page_param": "page"},
        7,
        "per_page",
        How.SEEN,
        "page number, page 2 held other records",
    ),
    primary_key=("id",),
)
MEMBERS = Endpoint(
    "teams/{team-id}/members",
    "members",
    status=200,
    records=Records(Shape.LIST, "$", 1),
    paging=ONE_PAGE,
    parent="teams",
    bindings={"team-id": "id"},
)
ORDERS = Endpoint(
    "orders",
    "orders",
    status=200,
    records=Records(Shape.LIST, "orders", 5, (Field("number", ("text",)), Field("day", ("date",)))),
    paging=Paging(PagingKind.JSON_LINK, True, {"next_url_path": "next"}, note="next URL, seen on page 2"),
    primary_key=("number",),
)
FORECAST = Endpoint("forecast", "forecast", status=200, records=Records(Shape.COLUMNAR, "hourly", 6))
RATES = Endpoint(
    "rates",
    "rates",
    status=200,
    params={"q": "{a}'\"\\ b"},
    records=Records(Shape.KEYED, "rates", 2),
    paging=ONE_PAGE,
)
STATIONS = Endpoint(
    "stations.csv",
    "csv",
    status=200,
    records=Records(
        Shape.CSV,
        "$",
        2,
        (Field("code", ("text",)), Field("height", ("bigint",), True), Field("note", ("text",), True)),
    ),
)
EVENTS = Endpoint("events.ndjson", "events", status=200, records=Records(Shape.NDJSON, "$", 5))
HEALTH = Endpoint("health", "Health!", status=200, records=Records(Shape.SINGLE, "$", 1))

KEY_IN_HEADER = Auth(AuthKind.API_KEY, "header", "X-Key", How.SEEN)

EVERYTHING = (TEAMS, MEMBERS, ORDERS, FORECAST, RATES, STATIONS, EVENTS, HEALTH)


def profile(
    *endpoints: Endpoint, base_url: str = "https://api.example.com/v1", auth: Auth = KEY_IN_HEADER
) -> ApiProfile:
    """A profile of these endpoints."""
    return ApiProfile(base_url=base_url, endpoints=endpoints, auth=auth)


def brief(seen: ApiProfile, script: str | None = None, preview_removed: bool = False) -> Brief:
    """A brief of the sample project."""
    return Brief("load it", NAMES, seen, script, preview_removed=preview_removed)


def unseen(endpoint: Endpoint) -> Endpoint:
    """The endpoint as it looks while its key is missing."""
    return Endpoint(
        endpoint.path, endpoint.name, params=endpoint.params, status=401, error="401 Unauthorized"
    )


def without(endpoint: Endpoint, paging: Paging) -> Endpoint:
    """The endpoint with other paging."""
    return replace(endpoint, paging=paging)
