"""Reads a model's reply that should hold one SQL query."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pilot.model.blocks import blocks_of, outside
from pilot.model.reply import BadReply
from pilot.model.unwrap import json_of, normalised, without_thoughts

_QUERY = re.compile(
    r"\A(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with|from|describe|show|summarize|pivot)\b", re.I | re.S
)
_PIECES = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|;", re.S)
_TAGS = ("sql", "duckdb", "postgres", "postgresql", "")


@dataclass(frozen=True)
class SqlReply:
    """One query, and what the model says that it answers."""

    sql: str
    says: str = ""


def parse_sql(text: str, cut: bool = False) -> SqlReply | BadReply:
    """The one query in a reply; a block that has no end is none."""
    clean = without_thoughts(normalised(text))
    if clean is None or not clean.strip():
        return BadReply("the reply was empty")
    value = json_of(clean)
    if isinstance(value, dict):
        sql = next((v for k, v in value.items() if isinstance(v, str) and k.lower() in ("sql", "query")), "")
        return _one(sql, str(value.get("says") or value.get("explanation") or ""))
    blocks = blocks_of(clean, lambda text: False)
    if cut or any(not block.closed for block in blocks):
        return BadReply("the reply was cut off")
    queries = [block for block in blocks if block.tag in _TAGS and _QUERY.match(block.text)]
    if queries:
        before = [line for number, line in outside(clean, blocks) if number < queries[-1].begin]
        return _one(queries[-1].text, _first_line("\n".join(before)))
    return _one(clean, "") if not blocks else BadReply("there is no ```sql block with a query in it")


def _one(sql: str, says: str) -> SqlReply | BadReply:
    """A single statement, without its semicolon."""
    statements = [part for part in _statements(sql) if part.strip()]
    if len(statements) != 1:
        return BadReply(f"exactly one query is wanted, there were {len(statements)}")
    if not _QUERY.match(statements[0]):
        return BadReply("the reply holds no query that reads")
    return SqlReply(statements[0].strip(), _first_line(says))


def _statements(sql: str) -> list[str]:
    """The statements of a script: split at semicolons outside strings, names and comments."""
    parts, begin = [], 0
    for piece in _PIECES.finditer(sql):
        if piece[0] == ";":
            parts.append(sql[begin : piece.start()])
            begin = piece.end()
    rest = sql[begin:]
    only_comments = not re.sub(r"--[^\n]*|/\*.*?\*/", "", rest, flags=re.S).strip()
    return parts if only_comments else [*parts, rest]


def _first_line(text: str) -> str:
    lines = (line.strip().strip("*#").strip() for line in text.splitlines())
    return next((line for line in lines if line), "")[:300]
