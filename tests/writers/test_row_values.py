"""What a run told reaches a model without the values of rows, unless they are shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.memory import Memory
from pilot.model.client import Endpoint, Gate, ModelClient
from pilot.model.preferences import Limits
from pilot.names import ProjectNames
from pilot.run.traffic import Exchange
from pilot.secrecy.sharing import Sharing
from pilot.testing import ScriptedHost
from pilot.warehouse.tables import Column, TableInfo
from pilot.writers.model_writer import ModelWriter
from pilot.writers.row_values import RowValues
from pilot.writers.writer import Brief, SqlAttempt, Tried
from tests.support.model_server import ModelServer

SCRIPT = '''"""Loads people."""

import dlt


def people_source():
    config = {"client": {"base_url": "https://api.example.com/v1/"}, "params": {"limit": 100}}
    if not row["name"]:
        raise ValueError(f"bad person {row}")
    return int(row["age"])


if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="people", destination="duckdb", dataset_name="people_data")
    print(pipeline.run(people_source(), loader_file_format="jsonl"))
'''
VALUES = ("Anna", "Schmidt", "anna@example.com", "48213", "33", "Lindenallee")
RAISED: list[Json] = [
    {"file": "w.py", "line": 9, "function": "people", "code": 'raise ValueError(f"bad person {row}")'}
]
CALLED: list[Json] = [{"file": "w.py", "line": 10, "function": "people", "code": 'return int(row["age"])'}]
ROW = "{'id': 48213, 'name': 'Anna Schmidt', 'age': 33, 'email': 'anna@example.com'}"

TOLD: dict[str, tuple[Mapping[str, Json], tuple[str, ...]]] = {
    "a key of a row": ({"error": "KeyError: 'Anna Schmidt'", "frames": CALLED}, ("KeyError",)),
    "a value that is no number": (
        {"error": "ValueError: invalid literal for int() with base 10: '33 Anna'", "frames": CALLED},
        ("invalid literal for int() with base 10",),
    ),
    "a row in an error": (
        {"error": f"ValueError: bad person {ROW}", "frames": RAISED},
        ("bad person", '"age"'),
    ),
    "bare words in an error": (
        {"error": "ValueError: bad person Anna Schmidt of Lindenallee 33", "frames": RAISED},
        ("ValueError: bad person",),
    ),
    "dlt on a value": (
        {"error": "dlt.X: In schema `people`: Cannot coerce column age existing type bigint value 'Anna'"},
        ("`people`", "column age existing type bigint"),
    ),
    "dlt on a whole row": (
        {"error": f"dlt.DataValidationError: In schema: people: column age. Data item: {ROW}"},
        ("column age", '"name"'),
    ),
    "pydantic": (
        {"error": "ValidationError: 1 error\nage\n  Not valid [input_value='Anna', input_type=str]"},
        ("age", "input_type=str"),
    ),
    "a conversion": (
        {"error": "duckdb.ConversionException: Conversion Error: Could not convert string 'Anna' to INT32"},
        ("Could not convert string", "INT32"),
    ),
    "a constraint": (
        {"error": 'duckdb.ConstraintException: Duplicate key "id: 48213" violates primary key'},
        ("Duplicate key",),
    ),
    "a column that is not there": (
        {"error": 'duckdb.BinderException: Referenced column "nme" not found. Candidate: "name"'},
        ('"nme"', '"name"'),
    ),
    "an error's body with a record": (
        {"body": '{"error": {"message": "\'per_page\' is too large", "code": 422}, "was": {"name": "Anna"}}'},
        ("'per_page' is too large", "422", '"name"'),
    ),
    "a body that is cut off": (
        {"body": '[{"id": 48213, "name": "Anna", "street": "Lindenal'},
        ('"name"', '"street"'),
    ),
    "records kept by their key": ({"body": '{"anna@example.com": {"age": 33}}'}, ('"age"',)),
    "a table as text": ({"body": "id,name,age\n48213,Anna Schmidt,33\n2,Bob,44"}, ("id,name,age",)),
    "lines of an answer": ({"body": "Anna Schmidt\nLindenallee 33"}, ()),
    "what was printed, taken for an answer": ({"body": "no person Anna Schmidt (48213)", "status": 200}, ()),
    "an API's own words": ({"body": "Header X-Key is missing", "status": 401}, ("Header X-Key is missing",)),
    "a page": (
        {"body": "<html><title>Anna Schmidt</title><body>Anna</body></html>"},
        ("<html>",),
    ),
    "XML": (
        {"body": "<people><person id='48213'><name>Anna</name></person>"},
        ("<person>", "<name>"),
    ),
    "records that were printed": ({"output": f"{ROW}\n[]\nNone"}, ('"email"', "[]", "None")),
    "words that were printed": ({"output": "Anna Schmidt 33\nrow: Anna | Lindenallee | 48213"}, ("row",)),
    "a traceback that was printed": (
        {"stderr": f"Traceback (most):\n  File \"w.py\", line 7, in f\n    g({ROW})\nKeyError: 'Anna'"},
        ('File "w.py", line 7, in f', "KeyError"),
    ),
    "examples of a finding": ({"examples": [{"id": 48213, "name": "Anna"}], "count": 12}, ("'name'", "12")),
    "an address": (
        {"url": "https://a.io/v1/people/48213?page=2&cursor=QW5uYTMz"},
        ("/v1/people/", "page=2"),
    ),
}


def prompt(name: str) -> str:
    return (Path(__file__).parents[2] / "prompts" / f"{name}.md").read_text("utf-8")


def sent_by(ask: Callable[[ModelWriter], object], reply: str, shares: bool = False) -> str:
    """What a model is sent for a request."""
    with ModelServer([reply]) as server:
        endpoint = Endpoint(server.url, "here", "gpt-6.1-sol", Limits(100_000, 1_000), "none")
        client = ModelClient(endpoint, Gate(str, lambda text: None), lambda _: None)
        with closing(client):
            ask(ModelWriter(client, prompt, shares=shares))
        return str(server.requests[0]["messages"][1]["content"])


def repaired(
    finding: Finding,
    shares: bool = False,
    tried: tuple[Tried, ...] = (),
    traffic: tuple[Exchange, ...] = (),
) -> str:
    """What a model is sent for a repair."""
    names = ProjectNames("people", "duckdb")
    brief = Brief("people", names, script=SCRIPT, tried=tried, traffic=traffic)
    changed = SCRIPT.replace("100", "50")
    return sent_by(lambda writer: writer.repair(brief, finding), f"Fixed.\n```python\n{changed}\n```", shares)


def finding_of(evidence: Mapping[str, Json]) -> Finding:
    error = evidence.get("error")
    says = f"w.py:9: {error}" if isinstance(error, str) else "It failed."
    return Finding(FindingKind.CODE_ERROR, says, Remedy.REPAIR, evidence)


@pytest.mark.parametrize(("evidence", "stays"), TOLD.values(), ids=TOLD)
def test_no_value_of_a_row_is_in_what_a_run_told(
    evidence: Mapping[str, Json], stays: tuple[str, ...]
) -> None:
    masked = RowValues([SCRIPT, "fields: int id, age; text name, email"]).finding(finding_of(evidence))
    frames = {name: value for name, value in masked.evidence.items() if name != "frames"}
    told = f"{masked.says}\n{frames}".replace("\\'", "'")
    assert not [value for value in VALUES if value in told.replace("base 10", "")]
    assert not [part for part in stays if part not in told]


def test_a_request_for_a_repair_holds_no_value_of_a_row() -> None:
    tried = (Tried("A repair of row 'Anna Schmidt'", came="KeyError: 'Lindenallee'"),)
    for evidence, _ in TOLD.values():
        sent = repaired(finding_of(evidence), tried=tried)
        assert not [value for value in VALUES if value in sent], sent


def test_a_repair_is_told_what_was_changed_before_and_what_the_api_said() -> None:
    change = '-{"path": "a", "data_selector": "items"}\n+{"path": "a", "data_selector": "data"}'
    says = "field required: 'region', not 'Anna Schmidt'"
    fields = ("result", "anna@example.com")
    traffic = (Exchange("GET", "https://api.example.com/v1/a?page=2", 422, says=says, fields=fields),)
    sent = repaired(finding_of({}), tried=(Tried("a repair", change),), traffic=traffic)
    assert '-{"path": "a", "data_selector": "items"}' in sent
    assert "v1/a?page=2: 422, an object with result, <text>, says: field required: 'region'" in sent
    assert not [value for value in VALUES if value in sent]


def test_the_fields_that_an_api_complains_about_stay() -> None:
    body = '{"detail": [{"loc": ["query", "region"], "msg": "field required", "input": "Anna"}]}'
    error = f"HTTPError: 422 for url: http://127.0.0.1:80/a?page=1, Response: {body}"
    evidence: dict[str, Json] = {"error": error, "status": 422, "body": body}
    told = RowValues([]).finding(finding_of(evidence)).evidence
    assert '"loc": ["query", "region"]' in str(told["body"]) and "Anna" not in str(told)
    assert 'http://127.0.0.1:80/a?page=1, Response: {"detail": [{"loc"' in str(told["error"])


@pytest.mark.parametrize(
    "quoted", ["<Anna Schmidt>", "<b>Anna</b>", "\ue000 Anna", "<\ue000> Anna", "{1} Anna"]
)
def test_a_quoted_value_is_masked_whatever_signs_it_holds(quoted: str) -> None:
    told = RowValues([]).error(f"ValueError: '{quoted}' is wrong, [1, 2]")
    assert "Anna" not in told and "is wrong" in told


def test_what_is_shared_is_sent_as_it_is() -> None:
    evidence, _ = TOLD["a row in an error"]
    assert "Anna Schmidt" in repaired(finding_of(evidence), shares=True)


def test_pilot_s_own_words_and_counts_stay() -> None:
    says = "3 of 1204 rows of people are there: 300 a page, 4 pages."
    finding = Finding(
        FindingKind.INCOMPLETE, says, Remedy.REPAIR, {"table": "people", "rows": 300, "total": 1204}
    )
    assert RowValues([SCRIPT]).finding(finding) == finding


def test_a_query_that_failed_is_told_without_the_values_that_the_database_quotes() -> None:
    tables = (TableInfo("data", "people", 3, (Column("name", "VARCHAR"), Column("age", "BIGINT"))),)
    failed = (SqlAttempt("SELECT age + name FROM data.people", "Could not convert string 'Anna' to INT64"),)
    sent = sent_by(lambda writer: writer.query(tables, None, failed), "All.\n```sql\nSELECT 1\n```")
    assert "Anna" not in sent and "Could not convert string" in sent


def sharing(tmp_path: Path, granted: bool | None, always: bool = False, *answers: str) -> Sharing:
    memory = Memory(tmp_path, tmp_path / "projects.json")
    host = ScriptedHost(answers, interactive=bool(answers))
    return Sharing(host, memory, granted, always)


def test_rows_are_shared_only_where_the_person_said_so(tmp_path: Path) -> None:
    assert not sharing(tmp_path, None).allowed
    asked = sharing(tmp_path, True)
    asked.settle()
    assert asked.allowed
    assert not sharing(tmp_path, None).allowed


def test_always_is_remembered_for_the_project_and_can_be_taken_back(tmp_path: Path) -> None:
    sharing(tmp_path, True, False, "a").settle()
    assert sharing(tmp_path, None).allowed
    sharing(tmp_path, False).settle()
    assert not sharing(tmp_path, None).allowed
    sharing(tmp_path, None, True).settle()
    assert sharing(tmp_path, None).allowed
