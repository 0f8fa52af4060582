"""A small local JSON API for tests: routes are callables that take a request and give a reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    base: str
    """`http://127.0.0.1:PORT`, for links."""
    body: bytes = b""

    def number(self, name: str, default: int) -> int:
        """A query parameter as a number."""
        text = self.query.get(name, "")
        return int(text) if text.lstrip("-").isdecimal() else default


@dataclass(frozen=True)
class Reply:
    """What is answered. `chunks` is sent piece by piece, without a length, until the client leaves."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body as it is, in place of `data` as JSON."""
    chunks: Iterable[bytes] | None = None


Route = Callable[[Request], Reply]


class ApiServer:
    """Serves routes by path and remembers what it was asked."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self.routes = dict(routes)
        self.requests: list[Request] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.api = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{self.host}"

    def __enter__(self) -> ApiServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    api: ApiServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one write: two cost 40 ms each time
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.server.api.url,
            self.rfile.read(length),
        )
        self.server.api.requests.append(request)
        route = self.server.api.routes.get(parts.path, _not_found)
        self._send(route(request))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

    def _send(self, reply: Reply) -> None:
        body = reply.raw if reply.raw is not None else json.dumps(reply.data).encode()
        headers = {"Content-Type": "application/json", **reply.headers}
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.chunks is None:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        for chunk in reply.chunks:
            self.wfile.write(chunk)
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _not_found(request: Request) -> Reply:
    return Reply(404, {"message": f"no such path: {request.path}"})


@contextmanager
def serving(routes: Mapping[str, Route] | Route, path: str = "/items") -> Iterator[ApiServer]:
    """A running server; a single route is served at `path`."""
    with ApiServer(routes if isinstance(routes, Mapping) else {path: routes}) as server:
        yield server


def people(count: int) -> list[dict[str, Any]]:
    """Records with an id, a name, and a time of change."""
    return [
        {"id": 100 + 7 * n, "name": f"person {n}", "updated_at": f"2024-01-{n % 28 + 1:02}T00:00:00Z"}
        for n in range(count)
    ]
