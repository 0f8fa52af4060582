"""The one query in a reply."""

from __future__ import annotations

import json

import pytest

from pilot.model.reply import BadReply
from pilot.model.sql import SqlReply, parse_sql

QUERY = "SELECT city, count(*) FROM stations GROUP BY 1"


@pytest.mark.parametrize(
    "reply",
    [
        f"```sql\n{QUERY};\n```",
        f"```SQL\n{QUERY}\n```",
        f"```\n{QUERY}\n```",
        f"~~~duckdb\n{QUERY}\n~~~",
        QUERY,
        f"{QUERY};  -- done",
        f"<think>```sql\nSELECT 1\n```</think>\n```sql\n{QUERY}\n```",
        f"```sql\nSELECT 1\n```\nBetter:\n```sql\n{QUERY}\n```",
        f"```sql\n{QUERY}\n```\n```python\nprint(1)\n```",
        json.dumps({"sql": QUERY}),
        f"```json\n{json.dumps({'query': QUERY})}\n```",
        f"```sql\r\n{QUERY}\r\n```",
    ],
)
def test_the_query_is_found(reply: str) -> None:
    read = parse_sql(reply)
    assert isinstance(read, SqlReply), read
    assert read.sql == QUERY


def test_the_words_before_it_say_what_it_answers() -> None:
    assert parse_sql(f"**Stations of a city.**\n\n```sql\n{QUERY}\n```\nmore") == SqlReply(
        QUERY, "Stations of a city."
    )


@pytest.mark.parametrize(
    "sql", ["WITH a AS (SELECT 1) SELECT * FROM a", "-- why\nSELECT ';' AS \"a;b\" /* ; */"]
)
def test_semicolons_in_strings_names_and_comments_end_nothing(sql: str) -> None:
    assert parse_sql(f"```sql\n{sql}\n```") == SqlReply(sql)


@pytest.mark.parametrize(
    ("reply", "cut", "words"),
    [
        ("", False, "empty"),
        ("There is nothing to ask.", False, "no query"),
        ("```python\nprint(1)\n```", False, "no ```sql block"),
        ("```sql\nSELECT 1; DROP TABLE x\n```", False, "there were 2"),
        ("DROP TABLE x", False, "no query"),
        ("```sql\nSELECT 1", False, "cut off"),
        ("```sql\nSELECT 1\n```", True, "cut off"),
        ("<think>hm", False, "empty"),
    ],
)
def test_what_is_no_query_is_refused_with_the_reason(reply: str, cut: bool, words: str) -> None:
    read = parse_sql(reply, cut)
    assert isinstance(read, BadReply), read
    assert words in read.reason
