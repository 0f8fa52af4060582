"""What the built-in writer's scripts look like, whatever an API calls its things."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.api.profile import (
    ApiProfile,
    Auth,
    AuthKind,
    CursorField,
    Endpoint,
    Field,
    Narrowing,
    Paging,
    PagingKind,
    Records,
    Shape,
)
from pilot.errors import StepFailed
from pilot.finding import FindingKind
from pilot.names import ProjectNames
from pilot.project.preview import remove_preview
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import Brief, Usage
from tests.writers.builtin.profiles import (
    EVENTS,
    EVERYTHING,
    HEALTH,
    KEY_IN_HEADER,
    MEMBERS,
    NAMES,
    ORDERS,
    STATIONS,
    TEAMS,
    brief,
    profile,
    unseen,
)

WRITER = BuiltinWriter()


def text_of(*endpoints: Endpoint, auth: Auth = KEY_IN_HEADER) -> str:
    return WRITER.write(brief(profile(*endpoints, auth=auth))).text


def formatted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--line-length",
        "100",
        "--diff",
        str(folder),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


ODD = st.text(max_size=12) | st.sampled_from(
    [
        "a'b\"c",
        '"""',
        "\\",
        "\n",
        "\r\nexit()",
        "{x}",
        "{{",
        "#",
        "class",
        "ünï",
        "\u2028",
        "\ud800",
        "%s",
        "a b",
        "dlt",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD, inner, max_size=3),
    max_leaves=5,
)
PAGINGS = st.builds(
    Paging,
    kind=st.sampled_from(PagingKind),
    proven=st.booleans(),
    options=st.dictionaries(ODD, JSON, max_size=2),
    page_size=st.none() | st.integers(1, 1000),
    size_param=st.none() | ODD,
    note=ODD,
)
TYPES = st.lists(
    st.sampled_from(
        ["text", "bigint", "double", "bool", "timestamp", "date", "decimal_text", "object", "null"]
    ),
    max_size=3,
    unique=True,
).map(tuple)
RECORDS = st.builds(
    Records,
    shape=st.sampled_from([shape for shape in Shape if shape is not Shape.UNKNOWN]),
    selector=ODD,
    count=st.integers(0, 100),
    fields=st.lists(st.builds(Field, name=ODD, types=TYPES), max_size=3).map(tuple),
)
NARROWINGS = st.builds(
    Narrowing,
    param=ODD,
    default=ODD,
    values=st.lists(ODD, max_size=3).map(tuple),
    proven=st.booleans(),
    whole=st.sampled_from(["", "all"]),
)
ENDPOINTS = st.builds(
    Endpoint,
    path=ODD,
    name=ODD,
    method=st.sampled_from(["GET", "POST"]),
    params=st.dictionaries(ODD, ODD, max_size=2),
    body=st.none() | st.dictionaries(ODD, JSON, max_size=2),
    status=st.just(200),
    records=RECORDS,
    paging=PAGINGS,
    primary_key=st.lists(ODD, max_size=2).map(tuple),
    cursors=st.lists(st.builds(CursorField, name=ODD, param=st.none() | ODD), max_size=1).map(tuple),
    parent=st.none() | ODD,
    headers=st.dictionaries(ODD, ODD, max_size=1),
    narrowings=st.lists(NARROWINGS, max_size=1).map(tuple),
)
AUTHS = st.builds(
    Auth,
    kind=st.sampled_from(AuthKind),
    location=st.none() | st.sampled_from(["header", "query"]),
    name=st.none() | ODD,
    token_url=st.none() | ODD,
)
PROFILES = st.builds(
    ApiProfile,
    base_url=ODD.map("https://{}".format),
    endpoints=st.lists(ENDPOINTS, min_size=1, max_size=4).map(tuple),
    auth=AUTHS,
)
STATEMENTS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.If, ast.Expr)


@settings(max_examples=150, deadline=None)
@given(seen=PROFILES)
def test_nothing_that_an_api_says_becomes_code(seen: ApiProfile) -> None:
    try:
        text = WRITER.write(brief(seen)).text
    except StepFailed:
        return
    tree = ast.parse(text)
    assert all(isinstance(node, STATEMENTS) for node in tree.body)
    names = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert [n for n in names if n in {"exec", "eval", "open", "__import__"}] == []
    guard = tree.body[-1]
    assert isinstance(guard, ast.If)
    assert ast.unparse(guard.test) == "__name__ == '__main__'"
    assert [ast.unparse(node) for node in guard.body if ast.unparse(node) == "exit()"] == ["exit()"]


NO_KEY = (AuthKind.NONE, AuthKind.SIGNED)
"""No key that a script could send opens these."""


def test_scripts_are_as_a_formatter_would_leave_them(tmp_path: Path) -> None:
    odd = replace(
        TEAMS,
        name='class\'s "x" \n',
        params={"a'b\"": "x\\'\"" * 30, "{y}": "\u2028", 'q"': "long " * 20},
        headers={"X-Odd": "{a}"},
        records=replace(
            TEAMS.records, selector="a.'b c'[*]", fields=tuple(Field(f"f{i}", ("date",)) for i in range(9))
        ),
    )
    posted = replace(
        ORDERS, method="POST", body={"query": "{ a { b } }", "x": [1, 2.5, {"deep": [None, True] * 20}]}
    )
    long_name = ProjectNames("n" * 64, "postgres")
    auths = [
        KEY_IN_HEADER,
        *(Auth(kind, token_url="https://x.org/token") for kind in AuthKind if kind not in NO_KEY),
    ]
    for i, auth in enumerate(auths):
        for j, endpoints in enumerate([EVERYTHING, (odd, posted), (STATIONS, EVENTS), (unseen(TEAMS),)]):
            for k, names in enumerate([NAMES, long_name]):
                written = WRITER.write(
                    Brief("", names, profile(*endpoints, auth=auth), preview_removed=k == 1)
                )
                (tmp_path / f"s{i}{j}{k}.py").write_text(written.text, encoding="utf-8")
    result = formatted(tmp_path)
    assert result.returncode == 0, result.stdout


@settings(max_examples=60, deadline=None)
@given(seen=PROFILES)
def test_scripts_compile(seen: ApiProfile) -> None:
    try:
        text = WRITER.write(brief(seen)).text
    except StepFailed:
        return
    compile(text.encode("utf-8"), "script.py", "exec")


def test_paging_that_was_not_proven_reads_one_page_and_says_so() -> None:
    endpoint = replace(TEAMS, paging=replace(TEAMS.paging, proven=False))
    draft = WRITER.write(brief(profile(endpoint)))
    assert "# paging not proven: only the first page is read\n" in draft.text
    assert '"paginator": {"type": "single_page"},' in draft.text
    assert "teams: paging not proven: only the first page is read" in draft.plan


def test_proven_paging_is_written_with_its_options_and_the_largest_page() -> None:
    text = text_of(TEAMS)
    assert "# paging: page number, page 2 held other records\n" in text
    assert '"params": {"per_page": 7},' in text
    assert '"total_path": None' in text
    offset = Paging(PagingKind.OFFSET, True, {"limit": 50, "total_path": "total"}, 50, "limit")
    assert '{"type": "offset", "limit": 50, "total_path": "total"}' in text_of(replace(TEAMS, paging=offset))


def test_paging_that_ends_with_a_status_of_its_own_is_told_so() -> None:
    text = text_of(replace(TEAMS, paging=replace(TEAMS.paging, end_status=404)))
    assert "# paging ends with status 404: there is no such page\n" in text
    assert '"response_actions": [{"status_code": 404, "action": "ignore"}],' in text


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (Auth(AuthKind.BEARER), '{"type": "bearer", "token": dlt.secrets["sources.sample.api_key"]}'),
        (Auth(AuthKind.API_KEY, "query", "key"), '"location": "query"'),
        (Auth(AuthKind.BASIC), '"password": dlt.secrets["sources.sample.password"]'),
        (Auth(AuthKind.OAUTH2, token_url="https://x/t"), '"access_token_url": "https://x/t"'),
        (Auth(AuthKind.UNKNOWN), "# the API wants a key, but not how: a Bearer token is the most common way"),
    ],
)
def test_the_key_goes_where_the_api_wants_it(auth: Auth, expected: str) -> None:
    assert expected in text_of(TEAMS, auth=auth)
    assert "dlt.secrets" in text_of(EVENTS, auth=auth)


def test_an_open_api_gets_no_auth() -> None:
    assert "auth" not in text_of(TEAMS, auth=Auth())


def test_jsonl_is_asked_for_only_where_it_helps() -> None:
    assert 'loader_file_format="jsonl"' in text_of(TEAMS)
    seen = profile(TEAMS)
    assert "loader_file_format" not in WRITER.write(Brief("", ProjectNames("x", "postgres"), seen)).text


def test_names_are_valid_and_unique_even_after_dlt_normalizes_them() -> None:
    names = ["userList", "user_list", "User List", "1st", "ß", "_dlt_loads", ""]
    text = text_of(*(replace(HEALTH, name=name) for name in names))
    config = ast.parse(text)
    found = [
        value.value
        for node in ast.walk(config)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "name" and isinstance(value, ast.Constant)
    ][1:]
    assert found == [
        "user_list",
        "user_list_2",
        "user_list_3",
        "n1st",
        "records",
        "api_dlt_loads",
        "records_2",
    ]


def test_a_pipeline_called_like_a_function_of_dlt_does_not_hide_it() -> None:
    text = WRITER.write(Brief("", ProjectNames("rest_api"), profile(TEAMS))).text
    assert "def rest_api_api_source()" in text


def test_columns_that_would_be_split_or_stay_text_get_hints() -> None:
    fields = (
        Field("a", ("bigint", "double")),
        Field("b", ("date", "null")),
        Field("c", ("bigint", "text")),
        Field("d", ("object", "text")),
        Field("e", ("timestamp",)),
        Field("f", ("timestamp", "date")),
        Field("g", ("text", "decimal_text")),
    )
    text = text_of(replace(HEALTH, records=Records(Shape.LIST, "$", 2, fields)))
    hints = {name: f'"{name}": {{"data_type": ' in text for name in "abcdefg"}
    assert hints == {"a": True, "b": True, "c": True, "d": False, "e": False, "f": True, "g": False}


def test_no_preview_once_it_was_removed() -> None:
    text = WRITER.write(brief(profile(TEAMS), preview_removed=True)).text
    assert "exit()" not in text
    assert "preview" not in text


@pytest.mark.parametrize("endpoints", [(TEAMS,), EVERYTHING, (STATIONS, EVENTS), (unseen(TEAMS),)])
def test_taking_the_preview_out_gives_the_script_without_one(endpoints: tuple[Endpoint, ...]) -> None:
    seen = profile(*endpoints)
    without = WRITER.write(brief(seen, preview_removed=True)).text
    assert remove_preview(WRITER.write(brief(seen)).text) == without


def test_what_could_not_be_read_is_told() -> None:
    broken = Endpoint("broken", "broken", status=500, error="500 Server Error")
    orphan = replace(MEMBERS, parent="nobody")
    open_path = replace(HEALTH, path="users/{id}")
    draft = WRITER.write(brief(profile(TEAMS, broken, orphan, open_path)))
    assert "left out: broken: 500 Server Error" in draft.plan
    assert "left out: teams/{team-id}/members: its parent nobody is not read" in draft.plan
    assert "left out: users/{id}: its path needs a value for id" in draft.plan


def test_an_api_of_which_nothing_was_seen_is_beyond_it_and_it_says_why() -> None:
    seen = profile(Endpoint("", "x", status=200, error="the answer is an HTML page"))
    with pytest.raises(StepFailed) as failure:
        WRITER.write(brief(seen))
    assert failure.value.finding.kind is FindingKind.BEYOND_WRITER
    assert "HTML" in failure.value.message
    assert "OPENAI_API_KEY" in failure.value.hint
    with pytest.raises(StepFailed, match="no URL was named"):
        WRITER.write(brief(ApiProfile()))


def test_it_costs_nothing() -> None:
    assert WRITER.usage == Usage()


def test_numbers_that_come_as_text_are_told_of_and_keys_are_none() -> None:
    fields = tuple(Field(name, ("decimal_text",)) for name in ("number", "population", "area"))
    orders = replace(ORDERS, records=replace(ORDERS.records, fields=fields))
    plan = WRITER.write(brief(profile(orders))).plan
    assert "orders: numbers that come as text stay text: population, area" in plan
