"""The only way out of the fence: a proxy in pilot's own process that lets agreed hosts through by name.

Every request of every hop names its host, so a redirect is decided like a first request; names are resolved
here, after the decision.
"""

from __future__ import annotations

import ipaddress
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pilot.run.fence.answer_head import LastAnswer
from pilot.run.fence.upstream import Upstream

_HEAD = 64 * 1024
_CHUNK = 64 * 1024
_PATIENCE = 30.0
_USUAL = {"CONNECT": 443}


@dataclass(frozen=True)
class Place:
    """A host and a port: where somebody wants to go."""

    host: str
    port: int

    def __str__(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port in (80, 443) else f"{name}:{self.port}"


@dataclass(frozen=True)
class _Request:
    """The head of a request to the proxy, and what came with it."""

    method: str
    place: Place
    target: str
    """What is asked of the host itself: path and query."""
    version: str
    headers: tuple[bytes, ...]
    rest: bytes


class EgressProxy:
    """Serves one run on listening sockets that it is given; `refused` and `failed` tell what did not pass."""

    def __init__(self, allows: Callable[[Place], bool], upstream: Upstream) -> None:
        self.refused: list[Place] = []
        self.failed: dict[Place, str] = {}
        """Hosts that were agreed to and could not be reached, with the system's reason."""
        self._allows = allows
        self._upstream = upstream
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False

    def serve(self, ears: socket.socket) -> None:
        """Answer on this socket until `close`, in a thread of its own; the socket becomes the proxy's."""
        if self._keep(ears):
            threading.Thread(target=self._accept, args=(ears,), daemon=True).start()

    def close(self) -> None:
        """End it, with every connection."""
        with self._lock:
            self._closed = True
            sockets, self._open = self._open, set()
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for it
            each.close()

    def _accept(self, ears: socket.socket) -> None:
        while True:
            try:
                client, _ = ears.accept()
            except OSError:
                return
            if self._keep(client):
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        client.settimeout(_PATIENCE)
        with suppress(OSError, ValueError):
            request = _read(client)
            if request is None:
                _say(client, "400 Bad Request", "This is pilot's proxy: it takes whole URLs and CONNECT.")
            elif not self._allows(request.place):
                self._refuse(client, request.place)
            else:
                self._pass_on(client, request)
        self._drop(client)

    def _refuse(self, client: socket.socket, place: Place) -> None:
        if place not in self.refused:
            self.refused.append(place)
        _say(client, "403 Forbidden", f"pilot's fence: {place} was not agreed to.")

    def _pass_on(self, client: socket.socket, request: _Request) -> None:
        try:
            there = self._upstream.connect(
                request.place.host, request.place.port, request.method == "CONNECT"
            )
        except OSError as error:
            reason = error.strerror or str(error) or "no answer"
            self.failed[request.place] = reason
            if request.method == "CONNECT":
                _say(client, f"502 {reason}", f"{request.place}: {reason}")
            return  # a connection that ends without an answer is what the script would have seen itself
        if not self._keep(there.socket):
            return
        if request.method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n" + there.begun)
            there.socket.sendall(request.rest)
            _pump(client, there.socket)
        else:
            there.socket.sendall(_forwarded(request, there.headers, whole=there.whole))
            _pump(client, there.socket, LastAnswer().passed)
        self._drop(there.socket)

    def _keep(self, one: socket.socket) -> bool:
        """Take care of a socket; False (and closed) where the proxy has ended."""
        with self._lock:
            if not self._closed:
                self._open.add(one)
                return True
        one.close()
        return False

    def _drop(self, one: socket.socket) -> None:
        with self._lock:
            self._open.discard(one)
        one.close()


def _read(client: socket.socket) -> _Request | None:
    """The head of a request; None for what is none, or asks the proxy itself."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(_CHUNK)
        if not piece or len(head) > _HEAD:
            return None
        head += piece
    head, _, rest = head.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    words = first.decode("latin-1").split(" ")
    if len(words) != 3:
        return None
    method, target, version = words
    url = urlsplit(f"//{target}" if method == "CONNECT" else target)
    if not url.hostname or (method != "CONNECT" and url.scheme != "http"):
        return None
    place = Place(_name(url.hostname), url.port or _USUAL.get(method, 80))
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return _Request(method, place, path, version, tuple(headers), rest)


def place_of(url: str) -> Place:
    """Where a URL leads, spelled as `refused` spells it. Raises ValueError."""
    parts = urlsplit(url)
    return Place(_name(parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80))


def _name(host: str) -> str:
    """One spelling for one host: addresses may be written in many ways."""
    host = host.lower().rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    with suppress(OSError):
        if host.replace(".", "").replace("x", "").isalnum() and host[:1].isdigit():
            return socket.inet_ntoa(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
    return host


def _forwarded(request: _Request, more: tuple[bytes, ...], *, whole: bool) -> bytes:
    """The request as the host gets it; one to a connection, so that each is decided."""
    dropped = (b"proxy-", b"connection:", b"keep-alive:", b"host:")
    kept = [line for line in request.headers if not line.lower().startswith(dropped)]
    target = f"http://{_netloc(request.place)}{request.target}" if whole else request.target
    first = f"{request.method} {target} {request.version}".encode("latin-1")
    host = b"Host: " + _netloc(request.place).encode("latin-1")
    return b"\r\n".join([first, host, *kept, *more, b"Connection: close", b"", b""]) + request.rest


def _netloc(place: Place) -> str:
    name = f"[{place.host}]" if ":" in place.host else place.host
    return name if place.port == 80 else f"{name}:{place.port}"


def _say(client: socket.socket, status: str, text: str) -> None:
    body = f"{text}\n".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _pump(
    one: socket.socket, other: socket.socket, passed: Callable[[bytes], bytes] = lambda data: data
) -> None:
    """Carry bytes both ways until both sides have ended; `passed` has a say on what the other one sends."""
    ways = {one: other, other: one}
    for each in ways:
        each.settimeout(None)
    while ways:
        readable, _, _ = select.select(list(ways), [], [])
        for source in readable:
            data = source.recv(_CHUNK)
            if told := passed(data) if source is other else data:
                ways[source].sendall(told)
            if data:
                continue
            with suppress(OSError):
                ways[source].shutdown(socket.SHUT_WR)
            del ways[source]
