"""Failures at the API: an answer that is an error, or no answer at all."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.result import ErrorLink, RunError
from pilot.run.wording import evidence_of, has, link_like, place

_NO_ANSWER = {
    "NameResolutionError": "its name is not known (DNS)",
    "gaierror": "its name is not known (DNS)",
    "SSLCertVerificationError": "its certificate is not trusted (TLS)",
    "SSLError": "a secure connection can't be made (TLS)",
    "ProxyError": "the proxy does not let it through",
    "ConnectionRefusedError": "it refuses the connection",
    "ReadTimeout": "it did not answer in time",
    "ReadTimeoutError": "it did not answer in time",
    "ConnectTimeout": "it did not answer in time",
    "ConnectTimeoutError": "it did not answer in time",
    "TimeoutError": "it did not answer in time",
    "ConnectionResetError": "it broke off the connection",
    "RemoteDisconnected": "it broke off the connection",
    "ChunkedEncodingError": "it broke off in the middle of the answer",
    "IncompleteRead": "it broke off in the middle of the answer",
    "NewConnectionError": "no connection can be made",
    "ConnectError": "no connection can be made",
    "ConnectionError": "no connection can be made",
    "URLError": "no connection can be made",
}
"""Innermost class names to words; the telling ones first."""


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


def _meaning(status: int, words: str) -> tuple[FindingKind, Remedy, str]:
    """What a status means: kind, remedy, and words for the person."""
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.FORBIDDEN and has(words, "rate limit", "quota exceeded", "too many requests")
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


def connection_failure(error: RunError) -> Finding | None:
    """No answer at all."""
    if not any(_is_network_error(link) for link in error.chain):
        return None
    found = next((name for name in _NO_ANSWER if link_like(error, name)), None)
    if found is None:
        return None
    link = link_like(error, found) or error.root
    host = _host(error)
    evidence = evidence_of(error, link) | {"host": host, "reason": _NO_ANSWER[found]}
    # the address of the connection object and the query, with a key in it, are in the message
    evidence["error"] = f"{link.type}: {_NO_ANSWER[found]}"
    says = f"{host or 'The API'} can't be reached: {_NO_ANSWER[found]}."
    return Finding(FindingKind.UNREACHABLE, says, Remedy.STOP, evidence)


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
