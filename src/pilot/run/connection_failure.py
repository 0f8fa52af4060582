"""Failures on the way to the API: nobody answered, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.result import ErrorLink, RunError
from pilot.run.wording import evidence_of, has, link_like

_DNS, _TLS, _PROXY, _REFUSED = "dns", "tls", "proxy", "refused"
_TIMEOUT, _BROKEN, _CONNECTION, _PAST = "timeout", "broken_off", "no_connection", "past_the_fence"

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
    "PermissionError": _CONNECTION,
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
    _PAST: "the script asks past the fence's proxy, which alone leads out",
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
    _PAST: "requests, httpx and aiohttp go by the proxy; --fence basic lets other libraries out too.",
}
_NO_WAY = re.compile(r"\[Errno (1|13|101)\] [\w ]+(?!\w|: )")
"""How the system refuses a connection; of a file it names the path as well."""


def connection_failure(error: RunError, unreached: Mapping[str, str], fence: str = "") -> Finding | None:
    """No answer at all. `unreached` is what the fence's proxy heard of hosts, which the script did not.

    `fence` is what held the script.
    """
    if not any(_is_network_error(link) for link in error.chain) and error.raised_in != "socket":
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
    if not heard and "network: " in fence and (cause == _DNS or _no_way(error)):
        cause = _PAST
    evidence = evidence_of(error, link) | {"host": host, "cause": cause}
    # the address of the connection object and the query, with a key in it, are in the message
    evidence["error"] = f"{link.type}: {_WORDS[cause]}"
    says = f"{host or 'The API'} can't be reached: {_WORDS[cause]}."
    remedy = Remedy.WAIT if cause in _PASSING else Remedy.STOP
    return Finding(FindingKind.UNREACHABLE, says, remedy, evidence, _HINTS.get(cause, ""))


def _no_way(error: RunError) -> bool:
    return any(_NO_WAY.search(link.message) for link in error.chain)


def _heard_of(host: str, unreached: Mapping[str, str]) -> str:
    """Why a host could not be reached; where the exception names none, any of them."""
    name = host.rpartition(":")[0] or host
    reasons = (why for place, why in unreached.items() if not host or place.rpartition(":")[0] == name)
    return next(reasons, "")


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
