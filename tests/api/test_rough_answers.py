"""Whatever comes over the wire, a look at it ends, and ends in a line: property tests of the whole prober."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.api.cautions import warnings_of
from pilot.api.fetch import ProbeLimits
from pilot.api.prober import ApiProber
from pilot.api.profile import ApiProfile, Narrowing
from pilot.api.show import profile_blocks, profile_line, profile_text
from pilot.errors import StepFailed
from pilot.names import ProjectNames
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import Brief
from tests.support.api_server import ApiServer, Reply, Request

LIMITS = ProbeLimits(seconds=3.0, size=200_000, read_seconds=1.0)
NAMES = st.sampled_from(
    [
        "id",
        "Id",
        "ID",
        "data",
        "items",
        "next",
        "cursor",
        "status",
        "state",
        "total",
        "page",
        "meta",
        "a b",
        "x'y",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["open", "08:00", "2024-01-01", "http://[", "//", "?page=2"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
ROWS = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=6)


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer({}) as api:
        yield api


def probe(server: ApiServer, words: str = "", limits: ProbeLimits = LIMITS) -> ApiProfile:
    prober = ApiProber(lambda host, why: True, limits)
    profile = prober.probe(f"{server.url}/x {words}", None, {}, lambda text: None)
    assert profile.requests <= 12
    assert profile_text(profile) and profile_blocks(profile) and profile_line(profile)
    warnings_of(profile)
    return profile


def written(profile: ApiProfile) -> None:
    """The built-in writer's script is Python, or it says why there is none."""
    try:
        text = BuiltinWriter().write(Brief("", ProjectNames("x"), profile)).text
    except StepFailed:
        return
    compile(text, "script.py", "exec")


@settings(max_examples=40, deadline=None)
@given(body=VALUES | ROWS, others=VALUES | ROWS, status=st.sampled_from([200, 200, 206, 400, 404, 500]))
def test_any_json_gives_a_profile_and_a_script_that_compiles(
    server: ApiServer, body: Any, others: Any, status: int
) -> None:
    def route(request: Request) -> Reply:
        return Reply(status, others) if request.query else Reply(data=body)

    server.routes["/x"] = route
    written(probe(server))


@settings(max_examples=25, deadline=None)
@given(
    rows=ROWS,
    trail=st.lists(NAMES, max_size=3),
    values=st.lists(st.sampled_from(["open", "closed", "all", "a'b", "{x}"]), min_size=1, max_size=3),
    size=st.integers(1, 4),
)
def test_any_filter_and_any_page_size_give_a_script_that_compiles(
    server: ApiServer, rows: list[Any], trail: list[str], values: list[str], size: int
) -> None:
    def route(request: Request) -> Reply:
        state = request.query.get("status", values[0])
        some = [{**row, "status": state} for row in rows if isinstance(row, dict)]
        start = (request.number("page", 1) - 1) * size
        data: Any = some[max(0, start) : start + size] if start >= 0 else []
        for name in reversed(trail):
            data = {name: data}
        return Reply(data=data) if state in values else Reply(400)

    server.routes["/x"] = route
    profile = probe(server)
    written(profile)
    for endpoint in profile.endpoints:
        assert all(isinstance(narrowing, Narrowing) for narrowing in endpoint.narrowings)


@settings(max_examples=30, deadline=None)
@given(
    raw=st.binary(max_size=300),
    kind=st.sampled_from(["application/json", "text/csv", "application/x-ndjson"]),
)
def test_any_bytes_end_in_a_profile(server: ApiServer, raw: bytes, kind: str) -> None:
    server.routes["/x"] = lambda request: Reply(raw=raw, headers={"Content-Type": kind})
    written(probe(server))


def test_a_bomb_an_endless_answer_and_a_chain_of_itself_are_cut_off(server: ApiServer) -> None:
    def drops() -> Iterator[bytes]:
        yield b"["
        while True:
            time.sleep(0.02)
            yield b'{"id": 1},'

    bomb = gzip.compress(b"[" + b'{"a": 0},' * 2_000_000)
    deep: Any = "end"
    for _ in range(400):
        deep = {"data": [deep]}
    for reply in (
        lambda request: Reply(chunks=drops()),
        lambda request: Reply(raw=bomb, headers={"Content-Encoding": "gzip"}),
        lambda request: Reply(data=deep),
        lambda request: Reply(data={"items": [{"id": 1}], "next": request.path}),
        lambda request: Reply(302, headers={"Location": f"/x?n={len(request.query.get('n', '')) + 1}"}),
    ):
        server.routes["/x"] = reply
        started = time.monotonic()
        written(probe(server))
        assert time.monotonic() - started < 20


def test_a_spec_that_refers_to_itself_everywhere_ends(tmp_path: Any, server: ApiServer) -> None:
    node = {"type": "object", "properties": {f"p{n}": {"$ref": "#/components/schemas/N"} for n in range(30)}}
    paths = {
        f"/a{n}": {"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}} for n in range(50)
    }
    body = {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/N"}}}}
    components = {"schemas": {"N": node}, "responses": {"R": {"description": "", "content": body}}}
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "paths": paths, "components": components}), "utf-8")
    started = time.monotonic()
    survey = ApiProber(lambda host, why: True).survey(server.url, str(file), lambda text: None)
    assert len(survey.offers) == 50 and time.monotonic() - started < 20
