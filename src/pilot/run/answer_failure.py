"""Failures at the API: an answer that is an error, or not what was expected, or no answer at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.result import ErrorLink, RunError
from pilot.run.traffic import Exchange
from pilot.run.wording import evidence_of, first_line, has, link_like, place

_DNS, _TLS, _PROXY, _REFUSED = "dns", "tls", "proxy", "refused"
_TIMEOUT, _BROKEN, _CONNECTION = "timeout", "broken_off", "no_connection"

_CAUSES = {
    "NameResolutionError": _DNS,
    "gaierror": _DNS,
    "SSLCertVerificationError": _TLS,
    "SSLError": _TLS,
    "ProxyError": _PROXY,
    "ConnectionRefusedError": _REFUSED,
    "ReadTimeout": _TIMEOUT,
    "ReadTimeoutError": _TIMEOUT,
    "ConnectTimeout": _TIMEOUT,
    "ConnectTimeoutError": _TIMEOUT,
    "PoolTimeout": _TIMEOUT,
    "WriteTimeout": _TIMEOUT,
    "ServerTimeoutError": _TIMEOUT,
    "TimeoutError": _TIMEOUT,
    "ConnectionResetError": _BROKEN,
    "BrokenPipeError": _BROKEN,
    "RemoteDisconnected": _BROKEN,
    "RemoteProtocolError": _BROKEN,
    "ServerDisconnectedError": _BROKEN,
    "ChunkedEncodingError": _BROKEN,
    "IncompleteRead": _BROKEN,
    "ReadError": _BROKEN,
    "NewConnectionError": _CONNECTION,
    "ClientConnectorError": _CONNECTION,
    "ConnectError": _CONNECTION,
    "ConnectionError": _CONNECTION,
    "URLError": _CONNECTION,
}
"""Class names to causes; the telling ones first, wherever in the chain they are."""

_WORDS = {
    _DNS: "its name is not known (DNS)",
    _TLS: "a secure connection can't be made (TLS)",
    _PROXY: "the proxy does not let it through",
    _REFUSED: "it refuses the connection",
    _TIMEOUT: "it did not answer in time",
    _BROKEN: "it broke off the connection",
    _CONNECTION: "no connection can be made",
}
_TELLING = {
    "the proxy on the way": _PROXY,
    "Name or service not known": _DNS,
    "nodename nor servname": _DNS,
    "Temporary failure in name resolution": _DNS,
    "getaddrinfo failed": _DNS,
    "No address associated": _DNS,
    "CERTIFICATE_VERIFY_FAILED": _TLS,
    "WRONG_VERSION_NUMBER": _TLS,
    "Connection refused": _REFUSED,
    "timed out": _TIMEOUT,
}
"""What a library says that has one class for every cause."""
_PASSING = (_TIMEOUT, _BROKEN)
"""Causes that may be gone a moment later."""
_HINTS = {
    _DNS: "Check the host's name, and the network.",
    _TLS: "Check http or https; a company's own certificate goes into REQUESTS_CA_BUNDLE.",
    _PROXY: "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
    _REFUSED: "Is the API up, and the port right? pilot resume tries again.",
}

_OBJECT = "a JSON object"
_SHAPE_ERRORS = {"KeyError", "IndexError", "TypeError", "AttributeError", "ValueError", "StopIteration"}
"""What code raises that finds something else in an answer than it looks for."""
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
    return Finding(kind, f"The API answers {status} with an error: {answer.says}", remedy, known)


def unreadable_answer(error: RunError) -> Finding | None:
    """An answer that is no JSON."""
    link = link_like(error, "JSONDecodeError")
    if link is None:
        return None
    body = (error.body or "").strip()
    looks = "an empty answer" if error.body == "" else "something else than JSON"
    if body.startswith("<"):
        looks = "HTML or XML instead of JSON"
    says = f"{place(error)}the API gave {looks}: {first_line(link.message)}"
    return Finding(FindingKind.UNEXPECTED_ANSWER, says, Remedy.REPAIR, evidence_of(error, link))


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
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return FindingKind.SECRET_REFUSED, Remedy.SECRET, "The API refuses the key, or got none"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return FindingKind.NOT_FOUND, Remedy.REPAIR, "The API knows no such address"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return FindingKind.UNREACHABLE, Remedy.STOP, "The proxy wants a password"
    if status >= 500 or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY):
        return FindingKind.API_ERROR, Remedy.WAIT, "The API has a failure of its own"
    return FindingKind.BAD_REQUEST, Remedy.REPAIR, "The API refuses the request"


def connection_failure(error: RunError, unreached: Mapping[str, str]) -> Finding | None:
    """No answer at all. `unreached` is what the fence's proxy heard of hosts, which the script did not."""
    if not any(_is_network_error(link) for link in error.chain):
        return None
    found = next((name for name in _CAUSES if link_like(error, name)), None)
    if found is None:
        return None
    link = link_like(error, found) or error.root
    cause = _CAUSES[found]
    host = _host(error)
    heard = _heard_of(host, unreached)
    if cause == _CONNECTION or heard:
        texts = heard or " ".join(link.message for link in error.chain)
        cause = next((cause for words, cause in _TELLING.items() if has(texts, words)), cause)
    evidence = evidence_of(error, link) | {"host": host, "cause": cause}
    # the address of the connection object and the query, with a key in it, are in the message
    evidence["error"] = f"{link.type}: {_WORDS[cause]}"
    says = f"{host or 'The API'} can't be reached: {_WORDS[cause]}."
    remedy = Remedy.WAIT if cause in _PASSING else Remedy.STOP
    return Finding(FindingKind.UNREACHABLE, says, remedy, evidence, _HINTS.get(cause, ""))


def _heard_of(host: str, unreached: Mapping[str, str]) -> str:
    """Why a host could not be reached; of a single one it must have been that."""
    name = host.partition(":")[0]
    reasons = [reason for place, reason in unreached.items() if place.partition(":")[0] == name]
    return next(iter([*reasons, *unreached.values()]), "")


def _is_network_error(link: ErrorLink) -> bool:
    if link.type.startswith(
        ("requests.", "urllib3.", "httpx", "httpcore", "urllib.error", "aiohttp.", "ssl.")
    ):
        return True
    return link.type in ("ConnectionRefusedError", "ConnectionResetError", "socket.gaierror", "TimeoutError")


def _host(error: RunError) -> str:
    if error.url:
        return urlsplit(error.url).netloc
    for link in error.chain:
        if found := re.search(r"host='([^']+)', port=(\d+)", link.message):
            return f"{found[1]}:{found[2]}"
    return ""


def _http_link(error: RunError) -> ErrorLink:
    return link_like(error, "HTTPError", "HTTPStatusError", "ClientResponseError") or error.root


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
