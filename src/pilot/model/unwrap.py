"""Takes a reply out of what models and servers put around it: thoughts, JSON, markup, a shell's heredoc."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence

_THOUGHT = r"(think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)"
_CLOSED_THOUGHT = re.compile(rf"^[ \t]*<{_THOUGHT}>.*?</\1>", re.S | re.M | re.I)
_OPEN_THOUGHT = re.compile(rf"\A\s*<{_THOUGHT}>", re.I)
_THOUGHT_END = re.compile(rf"</{_THOUGHT}>", re.I)
_FENCED_JSON = re.compile(r"\A\s*(?:```|~~~)(?:json)?\s*\n(.*)\n(?:```|~~~)\s*\Z", re.S | re.I)
_MARKUP = re.compile(r"<(code|file|python|script|answer|content|pre)\b[^>]*>(.*)</\1>", re.S | re.I)
_HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?[^\n]*\n(.*?)\n\1\b", re.S)
_NOTHING_KEYS = ("nothing", "no_change", "unchanged")
_QUESTION_KEYS = ("question", "clarification", "clarifying_question")


def normalised(text: str) -> str:
    """A text with plain line ends and without a byte order mark."""
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def without_thoughts(text: str) -> str | None:
    """A reply without what the model thought aloud; None when it never stopped thinking."""
    text = _CLOSED_THOUGHT.sub("", text)
    if _OPEN_THOUGHT.match(text):
        return None
    end = _THOUGHT_END.search(text)
    if end and "```" not in text[: end.start()].rpartition("\n")[2] and _is_leading(text, end.start()):
        return text[end.end() :]
    return text


def _is_leading(text: str, end: int) -> bool:
    """A closing tag alone in its line: its opening one was eaten by the server's template."""
    line_begin = text.rfind("\n", 0, end) + 1
    return not text[line_begin:end].strip() or "\n" not in text[:end]


def json_of(text: str) -> object | None:
    """What a reply holds that is one JSON document, bare or fenced."""
    fenced = _FENCED_JSON.match(text)
    body = (fenced[1] if fenced else text).strip()
    if not body.startswith(("{", "[", '"')):
        return None
    try:
        parsed: object = json.loads(body, strict=False)
    except (ValueError, RecursionError):
        return None
    return parsed


def texts_in(value: object) -> Iterator[str]:
    """All longer texts in a JSON value, a single name's own first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield "\n".join(value)
        else:
            for inner in value:
                yield from texts_in(inner)


def question_in(value: object) -> str | None:
    """The question that a JSON reply asks."""
    return _said(value, _QUESTION_KEYS)


def nothing_in(value: object) -> str | None:
    """Why nothing is to change, where a JSON reply says that."""
    return _said(value, _NOTHING_KEYS)


def _said(value: object, keys: Sequence[str]) -> str | None:
    found = {key.lower(): text for key, text in value.items()} if isinstance(value, dict) else {}
    said = (found.get(key) for key in keys)
    return next((text.strip() for text in said if isinstance(text, str) and text.strip()), None)


def marked_up(text: str) -> Iterator[str]:
    """What stands in tags such as `<file>`, and in a shell's heredocs."""
    for match in _MARKUP.finditer(text):
        inner = re.sub(r"\A\s*<!\[CDATA\[(.*)\]\]>\s*\Z", r"\1", match[2], flags=re.S)
        yield from marked_up(inner)
        yield inner
        yield html.unescape(inner)
    for match in _HEREDOC.finditer(text):
        yield match[2]
