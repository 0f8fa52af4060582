"""How a failure is put into words that stay the same when the same failure comes back."""

from __future__ import annotations

import re

from pilot.finding import Json
from pilot.run.result import ErrorLink, RunError

LONGEST_BODY = 500
_LONGEST_ERROR = 800
_MOST_FRAMES = 5
_TAIL_LINES = 15

_CHANGING = (
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "0x…"),
    (re.compile(r"\b\d{10}\.\d{3,9}\b"), "<load id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"(?<=\.)(?=[0-9a-f]*\d)[0-9a-f]{10}(?=\.)"), "<file id>"),
    (re.compile(r"(?:/tmp|/var/folders|/private/var)/\S*/"), "<temp>/"),
    (re.compile(r"\b\d+\.\d+ ?(?:s|sec|seconds|ms)\b"), "<seconds>"),
    (re.compile(r"about [\d,]+ characters left out"), "left out"),
    (re.compile(r"(?<=\|)\d+\|\d+(?=\|)"), "<process>"),  # the columns of dlt's log lines
)


def steady(text: str) -> str:
    """A text without what changes from run to run: addresses, times, load ids, temporary folders."""
    for pattern, stand_in in _CHANGING:
        text = pattern.sub(stand_in, text)
    return text


def first_line(message: str) -> str:
    """The first line that says something, not too long; with the next one where it ends with a colon."""
    lines = [line.strip() for line in message.splitlines() if line.strip()][:2]
    if len(lines) == 2 and not lines[0].endswith(":"):
        lines.pop()
    return steady(" ".join(lines))[:300]


def tail(text: str) -> str:
    """The last lines of an output."""
    lines = [line.rstrip()[:300] for line in text.splitlines() if line.strip()]
    return steady("\n".join(lines[-_TAIL_LINES:]))


def has(text: str, *words: str) -> bool:
    """Whether one of the words is in the text, in whatever case."""
    lowered = text.lower()
    return any(word.lower() in lowered for word in words)


def link_like(error: RunError, *names: str) -> ErrorLink | None:
    """The innermost exception of the chain whose class has one of these names, whatever its module."""
    return next((link for link in reversed(error.chain) if link.type.rpartition(".")[2] in names), None)


def link_from(error: RunError, *modules: str) -> ErrorLink | None:
    """The innermost exception of the chain whose class comes from one of these modules."""
    return next((link for link in reversed(error.chain) if link.type.startswith(modules)), None)


def place(error: RunError) -> str:
    """Where in the person's files it happened, ready to be put in front of what happened."""
    return f"{error.frames[-1].file}:{error.frames[-1].line}: " if error.frames else ""


def evidence_of(error: RunError, link: ErrorLink) -> dict[str, Json]:
    """What a writer needs for a repair: the exception, the person's own frames, the API's words."""
    evidence: dict[str, Json] = {"error": steady(f"{link.type}: {link.message}".strip())[:_LONGEST_ERROR]}
    if error.frames:
        evidence["frames"] = [
            {"file": frame.file, "line": frame.line, "function": frame.function, "code": frame.code}
            for frame in error.frames[-_MOST_FRAMES:]
        ]
    if error.dlt_step:
        evidence["dlt_step"] = error.dlt_step
    if error.status is not None:
        evidence["status"] = error.status
    if error.url:
        evidence["url"] = error.url
    if error.body:
        evidence["body"] = error.body[:LONGEST_BODY]
    return evidence
