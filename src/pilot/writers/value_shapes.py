"""The shape of data: names and kinds in place of values."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

from pilot.finding import Json

_LONGEST = 6_000
_DEEPEST = 6
_TELLING = re.compile(
    r"(?:error|err|message|msg|detail|title|reason|description|hint|help|info|warning|fault|code|status|type)s?"
    r"(?:[_-]?(?:message|description|code|detail|text|type)s?)?",
    re.IGNORECASE,
)
"""What the fields are called in which an API says what is wrong."""
_PLACES = re.compile(r"(?:param(?:eter)?|field|loc|path|property|argument|pointer)s?", re.IGNORECASE)
_FIELD = re.compile(r"[A-Za-z_][\w .:/()%-]{0,40}")
_CELLS = re.compile(r"[,;\t|]")
_ROWS_TO_BE_A_TABLE = 2


def shape(value: Json, stays: Callable[[str], bool] = lambda text: False, depth: int = 0) -> Json:
    """Kinds in place of values, but for texts that may stay; of a list its first element."""
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return "<object>"
        return {field_name(str(name)): shape(inner, stays, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        items = [shape(inner, stays, depth + 1) for inner in list(value)[:1]]
        return [*items, f"… {len(value)} in all"] if len(value) > 1 else items
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str) and stays(value):
        return value
    return "<number>" if isinstance(value, int | float) else "<text>"


def structure(text: str) -> tuple[int, Json]:
    """The list or dictionary that a text begins with, and its length; 0 where there is none."""
    end = _closing(text[:_LONGEST])
    for read in (json.loads, ast.literal_eval):
        try:
            return (end, read(text[:end])) if end else (0, None)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    return 0, None


def body_shape(
    text: str, words: Callable[[str], str], everything: Callable[[str], str], refused: bool = False
) -> str:
    """The shape of an answer. What an error says passes `words`, what can't be told apart `everything`.

    Text alone is an error's words only where the answer `refused` something.
    """
    start = text.lstrip()
    length, value = structure(start) if start[:1] in ("{", "[") else (0, None)
    if length:
        return json.dumps(_with_words(value, words), ensure_ascii=False)
    if start.startswith("<"):
        return _markup(start, everything)
    if start[:1] in ("{", "["):
        return _cut_json(start)
    lines = start.splitlines()
    if len(lines) >= _ROWS_TO_BE_A_TABLE and all(_CELLS.search(line) for line in lines[:_ROWS_TO_BE_A_TABLE]):
        return _table(lines, everything)
    return words(text) if refused else everything(text)


def _with_words(value: Json, words: Callable[[str], str], depth: int = 0) -> Json:
    """The shape, with what the error's own fields say."""
    if isinstance(value, list) and depth < _DEEPEST:
        return [_with_words(inner, words, depth + 1) for inner in value[:3]]
    if not isinstance(value, dict) or depth >= _DEEPEST:
        return shape(value, depth=depth)
    told: dict[str, Json] = {}
    for name, inner in value.items():
        told[field_name(name)] = _told(name, inner, words, depth)
    return told


def _told(name: str, value: Json, words: Callable[[str], str], depth: int) -> Json:
    telling = _TELLING.fullmatch(name) is not None
    worded = telling or _PLACES.fullmatch(name) is not None
    if telling and isinstance(value, int) and 0 <= value < 1000:
        return value
    if isinstance(value, str) and worded:
        return words(value)
    if worded and isinstance(value, list) and all(isinstance(inner, str | int) for inner in value):
        return [words(str(inner)) for inner in value[:5]]
    return _with_words(value, words, depth + 1)


def field_name(name: str) -> str:
    """The name of a field; where records are kept by a key, that key is a value."""
    return name if _FIELD.fullmatch(name) and "@" not in name else "<text>"


def _markup(text: str, everything: Callable[[str], str]) -> str:
    """HTML or XML: the names of its elements, and no text but a page's title."""
    if title := re.search(r"<title[^>]*>([^<]{1,200})", text, re.IGNORECASE):
        return f"<html> page titled {everything(title[1].strip())}"
    tags = re.sub(r"<([/?!]?[\w:.-]+)[^>]*?(/?)>", r"<\1\2>", text)
    return re.sub(r">[^<]+", lambda found: ">" + ("<text>" if found[0][1:].strip() else ""), tags)


def _cut_json(text: str) -> str:
    """JSON that was cut off: its names stay, its values go."""
    text = re.sub(
        r'"((?:\\.|[^"\\])*)"(\s*:)?',
        lambda found: f'"{field_name(found[1])}":' if found[2] else '"<text>"',
        text,
    )
    text = re.sub(r'"[^"]*$', '"<text>', text) if text.count('"') % 2 else text
    return re.sub(r"(?<=[:,\[ ])\s*-?\d[\d.eE+-]*", " <number>", text)


def _table(lines: list[str], everything: Callable[[str], str]) -> str:
    """Lines of cells: the names in the first one stay where they look like names."""
    names = all(_FIELD.fullmatch(cell.strip().strip("\"'")) for cell in _CELLS.split(lines[0]))
    rest = [everything(line) for line in lines[1:4]]
    return "\n".join([lines[0] if names else everything(lines[0]), *rest])


def _closing(text: str) -> int:
    """Where the bracket that a text begins with is closed; 0 where it is not."""
    depth, quote, escaped = 0, "", False
    for at, sign in enumerate(text):
        if quote:
            quote, escaped = ("" if sign == quote and not escaped else quote), sign == "\\" and not escaped
        elif sign in "'\"":
            quote = sign
        elif sign in "{[(":
            depth += 1
        elif sign in "}])":
            depth -= 1
            if depth == 0:
                return at + 1
    return 0
