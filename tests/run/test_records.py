"""Records read out of what a preview printed."""

from __future__ import annotations

import time

import pytest

from pilot.run.records import is_error_record, is_error_shape, read_printed


@pytest.mark.parametrize(
    "text",
    [
        "{'id': 1, 'name': 'Bern'}",
        "[{'id': 1}, {'id': 2}]",
        '{"id": 1, "ok": true, "note": null}',
        '[\n  {\n    "id": 1\n  }\n]\n',
        "First records:\n{'id': 1}\n{'id': 2}\n",
        "record 1: {'at': DateTime(2026, 1, 1, tzinfo=Timezone('UTC')), 'price': Decimal('1.5')}",
        "{'text': \"it's [not] {over}\"}",
        "[[{'id': 1}]]",
        "['Bern', 'Basel']",
        "Row(id=1, name='Bern')",
        "   id  name\n0   1  Bern\n1   2  Basel",
        "id,name\n1,Bern",
        "Bern 21.3",
        "2026-11-20 [INFO] reading\n{'id': 1}",
        "{'id': 1, 'tags': []}",
        "{'none': 'of this', 'empty data': 1}",
    ],
)
def test_these_show_records(text: str) -> None:
    assert read_printed(text).shows_records


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "[]",
        "{}",
        "None",
        "[[], []]",
        "First records:\n[]\n",
        "No records found",
        "0 records",
        "Found 0 rows.",
        "Empty DataFrame\nColumns: []\nIndex: []",
        "Fetching weather...\nDone.",
        "=== Preview ===",
        "<generator object cities at 0x7f0000000000>",
        "<Response [200]>",
        "<dlt.extract.resource.DltResource object at 0x7f00>",
        "{'results': [], 'count': 0}",
    ],
)
def test_these_show_none(text: str) -> None:
    assert not read_printed(text).shows_records


def test_records_of_pages_are_flat() -> None:
    assert read_printed("[{'a': 1}, {'a': 2}]\n[{'a': 3}]").records == ({"a": 1}, {"a": 2}, {"a": 3})


@pytest.mark.parametrize(
    "text", ["[" * 60_000, "{'a': " * 10_000, "['x" * 20_000, "[1, " * 3000 + "]" * 3000]
)
def test_odd_brackets_cost_little(text: str) -> None:
    started = time.monotonic()
    read_printed(text)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "record",
    [
        {"error": "Invalid key"},
        {"error": {"code": 1002, "message": "no key"}},
        {"message": "Not Found"},
        {"cod": 401, "message": "Invalid API key"},
        {"status": 404, "message": "no such city", "timestamp": "2026"},
        {"success": False, "error": {"code": 101}},
        {"status": "error", "message": "bad", "data": None},
        {"detail": "Authentication credentials were not provided."},
        {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no"},
        {"errors": [{"detail": "no"}]},
        {"message": "Bad credentials", "documentation_url": "https://docs", "status": "401"},
        {"statusCode": 401, "message": "no"},
    ],
)
def test_errors_of_apis_are_known(record: dict[str, object]) -> None:
    assert is_error_record(record)  # type: ignore[arg-type]  # a plain dict is JSON enough


@pytest.mark.parametrize(
    "record",
    [
        {"id": 1, "error": "none"},
        {"status": "success", "message": "https://dog/1.jpg"},
        {"message": "hello", "data": [1, 2]},
        {"error": None, "results": [1]},
        {"error": None},
        {"title": "A book", "description": "of errors"},
        {"id": 7, "message": "hello"},
        {"code": "CH", "name": "Switzerland"},
        "message",
        7,
    ],
)
def test_records_are_not_taken_for_errors(record: object) -> None:
    assert not is_error_record(record)  # type: ignore[arg-type]


def test_columns_alone_are_an_error_only_when_they_name_one() -> None:
    assert is_error_shape(["error", "message"])
    assert is_error_shape(["cod", "message"])
    assert not is_error_shape(["message", "status"])
    assert not is_error_shape(["title"])
    assert not is_error_shape([])
