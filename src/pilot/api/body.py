"""From bytes to data: JSON, newline-delimited JSON or CSV, or one line on why it is none of them."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, replace

from pilot.api.fetch import Answer
from pilot.api.profile import Shape
from pilot.finding import Json

_BEGINNING = 400_000
"""Characters of an answer without end that are looked at."""
_CSV_TYPES = ("text/csv", "application/csv", "text/tab-separated-values")
_NDJSON_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines")
_ROWS = 1000
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a character outside the basic plane; alone it can't be stored anywhere."""


@dataclass(frozen=True)
class Body:
    """The data of an answer. `shape` is LIST for any JSON: what lies in it is found out later."""

    data: Json = None
    shape: Shape = Shape.UNKNOWN
    problem: str = ""
    """Why there is no data: one line."""
    partial: bool = False
    """Only the beginning was read."""
    delimiter: str = ""
    """For CSV: what stands between the values."""
    encoding: str = ""
    """For CSV: how its characters are written, where that is not UTF-8."""


def read_body(answer: Answer) -> Body:
    """The data in the answer's body."""
    if not answer.body.strip():
        return Body(problem="the answer is empty")
    if b"\x00" in answer.body[:4096] and not answer.body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Body(problem=f"the answer is binary ({answer.content_type or 'no content type'})")
    text, encoding = _text(answer)
    if text is None:
        return Body(problem="the answer is not valid UTF-8")
    text = text[:_BEGINNING] if answer.cut else text
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        kind = "HTML, a page for people" if "<html" in start or "<!doctype html" in start else "XML"
        return Body(problem=f"the answer is {kind}, not JSON")
    body = _data(text, answer)
    return replace(body, encoding=encoding) if body.shape is Shape.CSV else body


def _text(answer: Answer) -> tuple[str | None, str]:
    """The text, and its encoding where that is not UTF-8."""
    charset = re.search(r"charset=\"?([\w-]+)", answer.headers.get("content-type", ""), re.I)
    encodings = ["utf-8-sig"]
    if answer.body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif charset:
        encodings = [charset[1].lower().replace("utf-8", "utf-8-sig"), "utf-8-sig"]
    for encoding in encodings:
        try:
            text = answer.body.decode(encoding, errors="ignore" if answer.cut else "strict")
        except (UnicodeDecodeError, LookupError):
            continue
        return text, "" if encoding == "utf-8-sig" else encoding
    return None, ""


def _data(text: str, answer: Answer) -> Body:
    if answer.content_type in _CSV_TYPES:
        found = _csv(text, answer.cut, called=True)
        return found or Body(problem="the answer is called CSV, but is none")
    if answer.content_type not in _NDJSON_TYPES:
        try:
            data = json.loads(text)
            if _HALF_CHARACTER.search(text):
                json.dumps(data, ensure_ascii=False).encode()
            return Body(data, Shape.LIST)
        except RecursionError:
            return Body(problem="the answer is nested too deeply")
        except UnicodeEncodeError:
            return Body(problem="the answer is not valid Unicode")
        except ValueError:
            pass
    if body := _ndjson(text, answer.cut):
        return body
    if answer.cut and (mended := _mended(text)) is not None:
        return Body(mended, Shape.LIST, partial=True)
    if answer.content_type in ("text/plain", "application/octet-stream", "") and (
        body := _csv(text, answer.cut)
    ):
        return body
    return Body(problem=f"the answer is not valid JSON ({answer.content_type or 'no content type'})")


def _ndjson(text: str, cut: bool) -> Body | None:
    """One JSON object per line; a cut answer's last line is left out."""
    lines = [line for line in text.splitlines() if line.strip()]
    lines = lines[:-1] if cut else lines
    rows: list[Json] = []
    for line in lines[:_ROWS]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(row, dict):
            return None
        rows.append(row)
    return Body(rows, Shape.NDJSON, partial=cut or len(lines) > _ROWS) if rows else None


def _csv(text: str, cut: bool, called: bool = False) -> Body | None:
    """Comma, semicolon or tab separated rows under one line of names, all of the same width.

    `called` CSV by its content type, names without any row are CSV too.
    """
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    if not first.count(delimiter) or first.lstrip().startswith(("{", "[")):
        return None
    try:
        lines = [line for line in csv.reader(io.StringIO(text), delimiter=delimiter) if line]
    except csv.Error:
        return None
    names, rows = lines[0], lines[1:-1] if cut else lines[1:]
    if (not rows and not called) or any(len(row) != len(names) for row in rows[:_ROWS]):
        return None
    if twice := next((name for name in names if name and names.count(name) > 1), ""):
        return Body(problem=f"the answer is CSV with two columns named {twice[:60]}: one would be lost")
    found: list[Json] = [dict(zip(names, row, strict=True)) for row in rows[:_ROWS]]
    return Body(found, Shape.CSV, partial=cut or len(rows) > _ROWS, delimiter=delimiter)


def _mended(text: str) -> Json:
    """JSON that was cut off, closed after its last whole list item; None where that can't be done."""
    open_brackets: list[str] = []
    end, closing = 0, ""
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', text):
        token = match.group()
        if token in "[{":
            open_brackets.append("]" if token == "[" else "}")
        elif token in "]}":
            if not open_brackets or open_brackets.pop() != token:
                return None
            if open_brackets and open_brackets[-1] == "]":
                end, closing = match.end(), "".join(reversed(open_brackets))
    try:
        whole: Json = json.loads(text[:end] + closing) if end else None
    except (ValueError, RecursionError):
        return None
    return whole
