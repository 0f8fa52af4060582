"""A small API with one endpoint of each kind, and the truth about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

KEY = "s3cret-key"

TEAMS: list[dict[str, int | float | str]] = [
    {"id": i, "name": f"team {i}", "score": i if i % 2 else i + 0.5} for i in range(1, 24)
]
ORDERS = [{"number": f"o{i}", "day": f"2026-01-{i:02}"} for i in range(1, 13)]
HOURS: list[dict[str, str | float]] = [
    {"time": f"2026-01-01T{i:02}:00:00Z", "temperature": i / 2} for i in range(6)
]
RATES: dict[str, dict[str, float]] = {"EUR": {"rate": 1.0}, "USD": {"rate": 1.1}}
STATIONS: list[dict[str, str | int | None]] = [
    {"code": "a", "height": 12, "note": 'x, "y"'},
    {"code": "b", "height": None, "note": None},
]
EVENTS = [{"event": f"e{i}"} for i in range(5)]


def members(team: str) -> list[dict[str, object]]:
    """Every team has as many members as its number says, modulo three."""
    return [{"member": f"{team}-{i}"} for i in range(int(team) % 3)]


class Handler(BaseHTTPRequestHandler):
    """Answers GET requests that bring the key."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.headers.get("X-Key") != KEY:
            return self._send(401, b'{"message": "key wanted"}')
        answer = self._answer(url.path, query)
        return self._send(200, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def _answer(self, path: str, query: dict[str, str]) -> object:
        if path == "/v1/teams":
            size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
            return {"errors": [], "data": TEAMS[(page - 1) * size : page * size]}
        if path.endswith("/members"):
            return members(path.split("/")[3])
        if path == "/v1/orders":
            orders = [order for order in ORDERS if order["day"] >= query.get("since", "")]
            at = int(query.get("from", "0"))
            following = f"/v1/orders?from={at + 5}&since={query.get('since', '')}"
            return {"orders": orders[at : at + 5], "next": following if at + 5 < len(orders) else None}
        if path == "/v1/forecast":
            return {"hourly": {name: [hour[name] for hour in HOURS] for name in HOURS[0]}}
        if path == "/v1/rates" and query == {"q": "{a}'\"\\ b"}:
            return {"rates": RATES}
        if path == "/v1/stations.csv":
            return '\ufeffcode,height,note\na,12,"x, ""y"""\nb,,\n'.encode()
        if path == "/v1/events.ndjson":
            return "\n".join(json.dumps(event) for event in EVENTS).encode()
        return {"status": "ok"}

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def sample_api() -> Iterator[str]:
    """Serve it on loopback; gives its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
