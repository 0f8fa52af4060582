"""Failures at the API: an answer that is an error, or not what was expected."""

from __future__ import annotations

import re
from http import HTTPStatus

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.result import ErrorLink, RunError
from pilot.run.traffic import Exchange
from pilot.run.wording import evidence_of, first_line, has, link_like, place

_OBJECT = "a JSON object"
_SHAPE_ERRORS = {"KeyError", "IndexError", "TypeError", "AttributeError", "ValueError", "StopIteration"}
"""What code raises that finds something else in an answer than it looks for."""
_GIVEN_UP = {
    ("TooManyRedirects",): "the API leads from one address to another without end",
    ("ContentDecodingError", "DecodingError", "zlib.error"): "the API gave what can't be unpacked",
}
_OWN_MISTAKES = {"NameError", "UnboundLocalError", "ZeroDivisionError", "RecursionError"}
_NOT_INDEXED = ("indices must be", "not subscriptable", "has no attribute", "not iterable")
_NO_KEY = (
    "api key",
    "apikey",
    "api_key",
    "unauthori",
    "authenticat",
    "access token",
    "credential",
    "forbidden",
)
_KEY = r"(?:api.?key|access.?token|credentials)"
_BAD_KEY = re.compile(
    r"(?:invalid|missing|no|wrong|unknown|expired|provide|required)\W+(?:\w+\W+){0,3}?"
    rf"{_KEY}|{_KEY}\W+(?:\w+\W+){{0,3}}?(?:invalid|missing|not valid|expired|required|wrong)",
    re.IGNORECASE,
)
_PASSING = (
    "timeout",
    "timed out",
    "temporar",
    "unavailable",
    "try again",
    "overload",
    "internal error",
    "server error",
)
_TOO_MANY = ("rate limit", "ratelimit", "too many requests", "quota exceeded", "throttl")


def answer_failure(error: RunError) -> Finding | None:
    """An answer with an error status."""
    if error.status is None or error.status < 400:
        return None
    link = _http_link(error)
    kind, remedy, words = _meaning(error.status, f"{error.body or ''} {link.message}")
    evidence = evidence_of(error, link)
    if error.retry_after is not None:
        evidence["retry_after"] = error.retry_after
    at = f" at {error.url}" if error.url else ""
    where = place(error) if remedy is Remedy.REPAIR else ""
    return Finding(kind, f"{where}{words} ({_status_text(error.status)}){at}.", remedy, evidence)


def unexpected_answer(error: RunError, answer: Exchange) -> Finding | None:
    """An answer that the script took for another than it was."""
    root = error.root.type.rpartition(".")[2]
    unread = link_like(error, "JSONDecodeError")
    if not unread and (not _in_own_code(error) or root in _OWN_MISTAKES):
        return None
    of_another_type = answer.looks != _OBJECT and has(error.root.message, *_NOT_INDEXED)
    taken_for_another = root in _SHAPE_ERRORS and (answer.says or (answer.looks and of_another_type))
    if (answer.status or 0) >= 400 or (taken_for_another and not unread):
        return ignored_answer(answer, _said(error), evidence_of(error, unread or error.root))
    return None


def ignored_answer(answer: Exchange, then: str, evidence: dict[str, Json] | None = None) -> Finding:
    """An answer that should have ended the run by itself; `then` says what came of it instead."""
    status, url = answer.status or 0, answer.url.partition("?")[0]
    known = {**(evidence or {}), "status": status, "url": url}
    if answer.says:
        known["answer"] = answer.says
    if answer.retry_after is not None:
        known["retry_after"] = answer.retry_after
    if status >= 400:
        kind, remedy, words = _meaning(status, answer.says)
        said = f"{words} ({_status_text(status)}) at {url}, and the script went on: {then}"
        return Finding(kind, said, remedy, known)
    if not answer.says:
        said = f"The API gave {answer.looks}, and the script expects something else: {then}"
        return Finding(FindingKind.UNEXPECTED_ANSWER, said, Remedy.REPAIR, known)
    kind, remedy = FindingKind.UNEXPECTED_ANSWER, Remedy.REPAIR
    if has(answer.says, *_TOO_MANY):
        kind, remedy = FindingKind.RATE_LIMITED, Remedy.WAIT
    elif has(answer.says, *_NO_KEY):
        kind, remedy = FindingKind.SECRET_REFUSED, Remedy.SECRET
    elif has(answer.says, *_PASSING):
        kind, remedy = FindingKind.API_ERROR, Remedy.WAIT
    hint = "Try again: pilot run." if remedy is Remedy.WAIT else ""
    return Finding(kind, f"The API answers {status} with an error: {answer.says}", remedy, known, hint)


def unreadable_answer(error: RunError) -> Finding | None:
    """An answer that is no JSON."""
    link = link_like(error, "JSONDecodeError")
    if link is None:
        return _unpacked(error)
    body = (error.body or "").strip()
    looks = "an empty answer" if error.body == "" else "something else than JSON"
    if body.startswith("<"):
        looks = "HTML or XML instead of JSON"
    says = f"{place(error)}the API gave {looks}: {first_line(link.message)}"
    return Finding(FindingKind.UNEXPECTED_ANSWER, says, Remedy.REPAIR, evidence_of(error, link))


def _unpacked(error: RunError) -> Finding | None:
    """An answer that a library gave up on before the script saw it."""
    for names, meaning in _GIVEN_UP.items():
        if link := link_like(error, *names) or next((one for one in error.chain if one.type in names), None):
            says = f"{place(error)}{meaning}."
            return Finding(FindingKind.UNEXPECTED_ANSWER, says, Remedy.REPAIR, evidence_of(error, link))
    return None


def _in_own_code(error: RunError) -> bool:
    """Whether the person's own code raised it: library code has reasons of its own."""
    return bool(error.frames) and not error.raised_in


def _said(error: RunError) -> str:
    kind = error.root.type.rpartition(".")[2]
    return f"{place(error)}{kind}: {first_line(error.root.message)}".rstrip(": ")


def _meaning(status: int, words: str) -> tuple[FindingKind, Remedy, str]:
    """What a status means: kind, remedy, and words for the person."""
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status in (HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE) and has(words, *_TOO_MANY)
    ):
        return FindingKind.RATE_LIMITED, Remedy.WAIT, "The API wants fewer requests"
    unkeyed = status == HTTPStatus.BAD_REQUEST and _BAD_KEY.search(words)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or unkeyed:
        return FindingKind.SECRET_REFUSED, Remedy.SECRET, "The API refuses the key, or got none"
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return FindingKind.SECRET_REFUSED, Remedy.SECRET, "The API wants a key with another plan"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return FindingKind.NOT_FOUND, Remedy.REPAIR, "The API knows no such address"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return FindingKind.UNREACHABLE, Remedy.STOP, "The proxy wants a password"
    if status >= 500 or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY):
        return FindingKind.API_ERROR, Remedy.WAIT, "The API has a failure of its own"
    return FindingKind.BAD_REQUEST, Remedy.REPAIR, "The API refuses the request"


def _http_link(error: RunError) -> ErrorLink:
    return link_like(error, "HTTPError", "HTTPStatusError", "ClientResponseError") or error.root


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
