"""Why a host did not answer, in one line each, free of secrets: never the URL, only the host."""

from __future__ import annotations

from collections.abc import Iterator


def problem_of(error: BaseException, host: str) -> str:
    """One line for the person."""
    names = {type(link).__name__ for link in _chain(error)}
    for known, text in _KNOWN:
        if names & known:
            return text.format(host=host)
    return f"{host}: the connection failed ({type(error).__name__})"


_KNOWN: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"ProxyError"}), "the proxy does not let {host} through"),
    (
        frozenset({"SSLCertVerificationError", "CertificateError"}),
        "{host}: its TLS certificate can't be trusted",
    ),
    (frozenset({"SSLError"}), "{host}: no TLS connection could be made"),
    (frozenset({"NameResolutionError", "gaierror"}), "no host of the name {host} was found (DNS)"),
    (
        frozenset(
            {"ConnectTimeout", "ConnectTimeoutError", "ReadTimeout", "ReadTimeoutError", "TimeoutError"}
        ),
        "{host} does not answer in time",
    ),
    (frozenset({"ConnectionRefusedError"}), "{host} refuses connections: nothing listens there"),
    (
        frozenset({"ConnectionResetError", "RemoteDisconnected", "IncompleteRead", "ConnectionAbortedError"}),
        "{host} broke the connection off",
    ),
    (frozenset({"BadStatusLine", "InvalidHeader"}), "{host} does not answer in HTTP"),
    (frozenset({"DecodeError", "ContentDecodingError"}), "{host}: the compressed answer is damaged"),
    (
        frozenset(
            {"InvalidURL", "LocationParseError", "LocationValueError", "UnicodeError", "InvalidSchema"}
        ),
        "{host} is no usable host name",
    ),
)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it wraps (urllib3 keeps it in `reason` or `args`), and what caused it."""
    todo, seen = [error], set()
    while todo:
        link = todo.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        wrapped = [getattr(link, "reason", None), *link.args, link.__cause__, link.__context__]
        todo += [item for item in wrapped if isinstance(item, BaseException)]
