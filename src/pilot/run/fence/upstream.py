"""How pilot's proxy gets out: directly, or through the proxy that the person has."""

from __future__ import annotations

import base64
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_SECONDS = 30.0
_LONGEST_HEAD = 64 * 1024


@dataclass(frozen=True)
class Connection:
    """A connection towards a host."""

    socket: socket.socket
    whole: bool = False
    """The other side is a proxy and wants whole URLs."""
    headers: tuple[bytes, ...] = ()
    begun: bytes = b""
    """What the host already sent."""


class Upstream:
    """Connects to hosts as the person's environment says. Raises OSError."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
        self._settings = {name: environ.get(name.lower()) or environ.get(name) or "" for name in names}

    @property
    def unusable(self) -> str:
        """A proxy of the person's that can't be chained (SOCKS, say); mostly nothing."""
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
            scheme = urlsplit(_with_scheme(self._settings[name])).scheme
            if self._settings[name] and scheme != "http":
                return f"{name} ({scheme})"
        return ""

    def connect(self, host: str, port: int, tunnel: bool) -> Connection:
        """A connection to the host, or to the proxy in front of it."""
        proxy = self._settings["HTTPS_PROXY" if tunnel else "HTTP_PROXY"] or self._settings["ALL_PROXY"]
        if not proxy or self._directly(host, port):
            return Connection(_connected(host, port))
        parts = urlsplit(_with_scheme(proxy))
        try:
            there = socket.create_connection((parts.hostname or "", parts.port or 80), _SECONDS)
        except OSError as error:
            raise OSError(f"the proxy on the way can't be reached: {error.strerror or error}") from error
        headers = _credentials(parts.username, parts.password)
        if not tunnel:
            return Connection(there, whole=True, headers=headers)
        try:
            return Connection(there, begun=_tunnel(there, host, port, headers))
        except BaseException:
            there.close()
            raise

    def _directly(self, host: str, port: int) -> bool:
        if host == "localhost" or host.endswith(".localhost") or _is_loopback(host):
            return True
        for entry in self._settings["NO_PROXY"].replace(" ", "").lower().split(","):
            name = entry.lstrip("*").lstrip(".")
            if entry == "*" or (name and name in (host, f"{host}:{port}")) or _below(host, name):
                return True
        return False


def _connected(host: str, port: int) -> socket.socket:
    """Connect to a name's first address that answers; a public name must not lead to this machine."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if "." in host and not _is_address(host) and not host.endswith(".localhost"):
        inward = [address for address in addresses if _is_inward(address)]
        if inward:
            raise OSError(f"{host} leads to {inward[0]}, which is this machine")
    failure: OSError = OSError(f"{host} has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), _SECONDS)
        except OSError as error:
            failure = error
    raise failure


def _tunnel(there: socket.socket, host: str, port: int, headers: tuple[bytes, ...]) -> bytes:
    name = f"[{host}]" if ":" in host else host
    request = [
        f"CONNECT {name}:{port} HTTP/1.1".encode(),
        f"Host: {name}:{port}".encode(),
        *headers,
        b"",
        b"",
    ]
    there.sendall(b"\r\n".join(request))
    head = b""
    while b"\r\n\r\n" not in head:
        piece = there.recv(4096)
        if not piece or len(head) > _LONGEST_HEAD:
            raise OSError("the proxy on the way gave no answer")
        head += piece
    first, _, rest = head.partition(b"\r\n")
    status = first.split(b" ", 2)
    if len(status) < 2 or status[1] != b"200":
        raise OSError(f"the proxy on the way answered {first.decode('latin-1')[:80]}")
    return rest.partition(b"\r\n\r\n")[2]


def _credentials(user: str | None, password: str | None) -> tuple[bytes, ...]:
    if user is None:
        return ()
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return (b"Proxy-Authorization: Basic " + base64.b64encode(pair),)


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _below(host: str, name: str) -> bool:
    if _is_address(host):
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
        except ValueError:
            return False
    return bool(name) and host.endswith(f".{name}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_inward(address: str) -> bool:
    """This machine, or what a cloud tells its machines about themselves."""
    place = ipaddress.ip_address(address.partition("%")[0])
    place = getattr(place, "ipv4_mapped", None) or place
    return place.is_loopback or place.is_link_local or place.is_unspecified
