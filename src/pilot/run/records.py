"""Reads records out of what a preview printed: Python literals, JSON, reprs of rows, plain tables."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pilot.finding import Json

_ERROR_FIELDS = {"error", "errors", "fault", "exception", "error_message", "error_description"}
_WORDS = {"message", "msg", "detail", "details", "reason"}
_CODES = {
    "code",
    "cod",
    "status_code",
    "statuscode",
    "error_code",
    "errorcode",
    "documentation_url",
    "instance",
}
_VERDICTS = {"status", "success", "ok"}
_AROUND = {"type", "title", "description", "path", "timestamp", "help", "info", "request_id", "requestid"} | {
    "trace_id",
    "traceid",
}
_FINE = (True, "ok", "success", "200", 200, 201, 202, 204)
_ENVELOPES = {"data", "items", "results", "result", "records", "rows", "entries", "value", "values"}

_NOTHING = re.compile(
    r"\b(no|0|zero|empty) +(\w+ +)?(records?|rows?|items?|data|results?|entries|dataframe)\b"
    r"|\b(nothing|empty dataframe|none)\b|\[\]|\{\}",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(r"(:|\.\.\.|…)$|^\W*$|^[-=*# ]*preview\b.*$|^(done|finished)\W*$", re.IGNORECASE)
_OBJECT = re.compile(r"<[^<>\n]*(?:\bobject\b|\bat 0x|\[\d+\])[^<>\n]*>")
_OPENING = re.compile(r"[\[{]")
_KEY = re.compile(r"""['"](\w[^'"\n]{0,80})['"]\s*:""")

_MOST_MISSES = 200
"""Brackets without a value that are looked at: each may cost a look at the whole text."""


@dataclass(frozen=True)
class Printed:
    """What a preview printed."""

    text: str
    records: tuple[Json, ...]
    """Values that could be read; an opaque record is a dict of its keys alone."""
    loose: bool
    """There are lines that look like rows, without brackets."""

    @property
    def shows_records(self) -> bool:
        """Whether at least one record is there."""
        return bool(self.records) or self.loose


def read_printed(text: str) -> Printed:
    """Find the records in a preview's output."""
    shown = _OBJECT.sub("", text)  # <Response [200]>, <generator object …>
    values = list(_values(shown))
    records = [record for value in values for record in _flatten(value)]
    if len(records) == 1 and _is_empty_envelope(records[0]):
        records = []
    loose = not values and any(_is_row(line.strip()) for line in shown.splitlines())
    return Printed(text, tuple(records), loose)


def is_error_record(record: Json) -> bool:
    """Whether a record is an API's error: it has the fields of one and says nothing else."""
    if not isinstance(record, dict):
        return False
    fields = {key.lower(): value for key, value in record.items() if value not in (None, [], {}, "")}
    if any(fields[key] in _FINE for key in (_VERDICTS | {"code"}) & set(fields)):
        return bool(set(fields) & _ERROR_FIELDS) and is_error_shape(fields)
    only_words = bool(fields) and not set(fields) - _WORDS
    verdict = bool(set(fields) & _WORDS) and bool(set(fields) & _VERDICTS)
    return is_error_shape(fields) or only_words or (verdict and not _others(fields))


def is_error_shape(fields: Iterable[str]) -> bool:
    """Whether these fields are nothing but an error's: it is named, or put in words with a code."""
    names = {field.lower() for field in fields}
    named = bool(names & _ERROR_FIELDS) or (bool(names & _WORDS) and bool(names & _CODES))
    return named and not _others(names)


def _others(names: Iterable[str]) -> set[str]:
    return set(names) - _ERROR_FIELDS - _WORDS - _CODES - _VERDICTS - _AROUND


def _is_empty_envelope(record: Json) -> bool:
    """Whether this is an answer whose list of records is empty."""
    if not isinstance(record, dict):
        return False
    lists = [key for key, value in record.items() if isinstance(value, list)]
    return bool(lists) and all(key.lower() in _ENVELOPES and not record[key] for key in lists)


def _values(text: str) -> Iterator[Json]:
    """Every bracketed value in a text."""
    position = misses = 0
    while misses < _MOST_MISSES and (match := _OPENING.search(text, position)) is not None:
        end = _closing(text, match.start())
        value = _parse(text[match.start() : end]) if end else None
        if value is None:
            misses += 1
            position = match.start() + 1
        else:
            yield value
            position = end


def _closing(text: str, start: int) -> int:
    """Where the bracket at `start` is closed, brackets in quotes left alone; 0 when it is not."""
    depth, quote, position = 0, "", start
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in "[{(":
            depth += 1
        elif character in "]})":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    return 0


def _parse(source: str) -> Json:
    """A value from its text; None for brackets that hold no data (`[INFO]`)."""
    try:
        return _json(ast.literal_eval(source))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    try:
        decoded: Json = json.loads(source)
        return decoded
    except (ValueError, RecursionError):
        # values like DateTime(2026, 1, 1) are no literals: the keys say enough
        keys: dict[str, Json] = dict.fromkeys(_KEY.findall(source))
        return [keys] if keys else None


def _json(value: object) -> Json:
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_json(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _flatten(value: Json) -> list[Json]:
    """The records in a value: a page is a list of them, and previews print lists of pages."""
    if isinstance(value, list):
        return [record for item in value for record in _flatten(item)]
    return [] if value in ({}, None) else [value]


def _is_row(line: str) -> bool:
    """Whether a line without brackets shows data: not a heading, not the word that there is nothing."""
    return bool(line) and not _NOTHING.search(line) and not _ANNOUNCEMENT.search(line)
