"""A small weather API on loopback: stations and observations, behind a key."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Thread
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

from pilot.finding import Json

KEY = "demo-weather-key-7f3a"
HEADER = "X-API-Key"
PAGE_SIZE, LARGEST_PAGE = 50, 100
_FIRST_HOUR = datetime(2026, 6, 1, tzinfo=timezone.utc)
_HOURS = 60
_PLACES = (
    ("Reykjavík", "IS", 64.13, -21.94, 61),
    ("Oslo", "NO", 59.94, 10.72, 94),
    ("Bergen", "NO", 60.38, 5.33, 12),
    ("Stockholm", "SE", 59.34, 18.06, 44),
    ("Helsinki", "FI", 60.18, 24.94, 4),
    ("København", "DK", 55.68, 12.53, 9),
    ("Dublin", "IE", 53.36, -6.35, 48),
    ("Edinburgh", "GB", 55.92, -3.21, 61),
    ("London", "GB", 51.48, -0.45, 25),
    ("Amsterdam", "NL", 52.32, 4.79, -3),
    ("Bruxelles", "BE", 50.80, 4.36, 100),
    ("Paris", "FR", 48.82, 2.34, 75),
    ("Lyon", "FR", 45.73, 5.08, 235),
    ("Madrid", "ES", 40.41, -3.68, 667),
    ("Lisboa", "PT", 38.72, -9.15, 77),
    ("Berlin", "DE", 52.47, 13.40, 48),
    ("Zugspitze", "DE", 47.42, 10.98, 2964),
    ("Zürich", "CH", 47.38, 8.57, 556),
    ("Wien", "AT", 48.25, 16.36, 198),
    ("Praha", "CZ", 50.09, 14.42, 191),
    ("Warszawa", "PL", 52.16, 20.96, 110),
    ("Roma", "IT", 41.80, 12.60, 129),
    ("Αθήνα", "GR", 37.97, 23.72, 107),
    ("東京", "JP", 35.69, 139.75, 25),
)

Record: TypeAlias = "dict[str, Json]"
Connection: TypeAlias = "socket | tuple[bytes, socket]"
"""A request, as `socketserver` types it."""


def stations() -> list[Record]:
    """Every station, always the same."""
    return [
        {
            "id": f"st-{number:03d}",
            "name": name,
            "country": country,
            "location": {"latitude": latitude, "longitude": longitude, "elevation_m": elevation},
            "active": number % 11 != 0,
        }
        for number, (name, country, latitude, longitude, elevation) in enumerate(_PLACES, 1)
    ]


def observations() -> list[Record]:
    """One observation per station every six hours, always the same, oldest first."""
    return [
        _observation(number, hour, place)
        for number, (hour, place) in enumerate(
            ((hour, place) for hour in range(0, _HOURS, 6) for place in range(len(_PLACES))), 1
        )
    ]


def _observation(number: int, hour: int, place: int) -> Record:
    """Cooler with latitude and height, warmest in the afternoon; a little unrest so that it looks real."""
    _, _, latitude, longitude, elevation = _PLACES[place]
    local = (hour + longitude / 15 - 15) / 24 * 2 * math.pi
    unrest = math.sin(number * 12.9898) * 1.4
    temperature = 34 - 0.32 * latitude - 0.0065 * elevation + 5 * math.cos(local) + unrest
    wind = round(abs(math.sin(number * 4.1414)) * 14, 1)
    raining = math.sin(number * 7.233) > 0.8
    record: Record = {
        "id": number,
        "station_id": f"st-{place + 1:03d}",
        "observed_at": (_FIRST_HOUR + timedelta(hours=hour)).isoformat().replace("+00:00", "Z"),
        "temperature_c": round(temperature, 1),
        "humidity_percent": round(62 + 30 * math.sin(number * 2.71)),
        "wind": {"speed_ms": wind, "direction_deg": number * 47 % 360},
        "conditions": ["rain"] if raining else (["windy"] if wind > 11 else []),
    }
    if raining:
        record["precipitation_mm"] = round(abs(math.sin(number)) * 4, 1)
    return record


@dataclass(frozen=True)
class Answer:
    """What the API answers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The answer as HTTP, whole."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", ""]).encode() + self.body


@dataclass
class WeatherApi:
    """The running API, and every request that it got."""

    url: str = ""
    key: str = KEY
    requests: list[str] = field(default_factory=list)
    """Method and target, `GET /v1/stations`, in order."""

    def respond(self, target: str, headers: Mapping[str, str]) -> Iterator[bytes]:
        """What goes over the wire for a GET, in pieces."""
        yield self.answer(target, headers).encoded()

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a GET."""
        path, query = urlsplit(target).path.rstrip("/"), dict(parse_qsl(urlsplit(target).query))
        if not path:
            return as_json(200, self._index())
        if path not in ("/v1/stations", "/v1/observations"):
            return as_json(404, {"error": "not_found", "message": f"There is no {path}. See / for what is."})
        given = next((v for name, v in headers.items() if name.lower() == HEADER.lower()), None)
        if given is None:
            return as_json(
                401, {"error": "missing_api_key", "message": f"Send your API key in the {HEADER} header."}
            )
        if given != self.key:
            return as_json(401, {"error": "invalid_api_key", "message": "This API key is not valid."})
        if path == "/v1/stations":
            rows = stations()
            return as_json(200, {"stations": list(rows), "total": len(rows)})
        return self._page(query)

    def _index(self) -> Json:
        return {
            "name": "Weather",
            "version": "1",
            "authentication": {"type": "api_key", "in": "header", "name": HEADER},
            "endpoints": [f"{self.url}/v1/stations", f"{self.url}/v1/observations"],
        }

    def _page(self, query: Mapping[str, str]) -> Answer:
        try:
            page, size = int(query.get("page", "1")), int(query.get("per_page", PAGE_SIZE))
        except ValueError:
            page = size = 0
        if page < 1 or not 1 <= size <= LARGEST_PAGE:
            message = f"page is 1 or more, per_page is 1 to {LARGEST_PAGE}."
            return as_json(400, {"error": "bad_request", "message": message})
        rows = observations()
        shown = rows[(page - 1) * size : page * size]
        pages = math.ceil(len(rows) / size)
        paging: Json = {"page": page, "per_page": size, "total_pages": pages, "total": len(rows)}
        return as_json(200, {"observations": list(shown), "paging": paging})


def as_json(status: int, value: Json, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(
        status,
        json.dumps(value, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8", **(headers or {})},
    )


class _Server(ThreadingHTTPServer):
    """The server; closing it ends the connections that clients keep open."""

    daemon_threads = False

    def __init__(self, api: WeatherApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self._connections: set[socket] = set()

    def process_request(self, request: Connection, client_address: object) -> None:
        self._connections.add(_socket(request))
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        self._connections.discard(_socket(request))
        super().shutdown_request(request)

    def handle_error(self, request: Connection, client_address: object) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        super().server_close()


def _socket(request: Connection) -> socket:
    return request[1] if isinstance(request, tuple) else request


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to the API."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        api = self.server.api
        api.requests.append(f"GET {self.path}")
        for piece in api.respond(self.path, dict(self.headers)):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in `WeatherApi.requests`; nothing is printed."""


@contextmanager
def serve(api: WeatherApi | None = None) -> Iterator[WeatherApi]:
    """The API on a free port of loopback until the block ends."""
    api = api or WeatherApi()
    with _Server(api) as server:
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
