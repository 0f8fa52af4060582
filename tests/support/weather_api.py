"""The demo's weather API, with everything that can go wrong with an API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from socket import create_server
from threading import Event

from pilot.demo.weather_api import HEADER, KEY, Answer, WeatherApi, as_json, serve

__all__ = ["HEADER", "KEY", "Fault", "FaultyApi", "WeatherApi", "nobody_there", "serve", "serve_faulty"]


class Fault(Enum):
    """What goes wrong."""

    HTML = "html"
    """A page for people, with status 200."""
    EMPTY_LIST = "empty list"
    ENDLESS = "endless"
    """A list that never ends."""
    GARBAGE = "garbage"
    """JSON that breaks off."""
    RATE_LIMIT = "rate limit"
    """429 with Retry-After: 1."""
    SERVER_ERROR = "server error"
    SLOW = "slow"
    """An answer after `FaultyApi.delay` seconds."""
    REDIRECT = "redirect"
    """To `FaultyApi.redirect_to`."""


@dataclass
class FaultyApi(WeatherApi):
    """Answers with a fault, `times` times (None: always), and then as it should."""

    fault: Fault = Fault.SERVER_ERROR
    times: int | None = None
    delay: float = 5.0
    redirect_to: str = ""
    faults: int = 0
    """How many faults were answered."""
    over: Event = field(default_factory=Event)
    """Set when nobody waits for a slow answer any more."""

    def respond(self, target: str, headers: Mapping[str, str]) -> Iterator[bytes]:
        if self.fault is Fault.ENDLESS and not self._well:
            self.faults += 1
            yield _ENDLESS
            while not self.over.is_set():
                yield _ROWS
            return
        yield from super().respond(target, headers)

    @property
    def _well(self) -> bool:
        return self.times is not None and self.faults >= self.times

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        if self._well:
            return super().answer(target, headers)
        self.faults += 1
        if self.fault is Fault.SLOW:
            self.over.wait(self.delay)
            return super().answer(target, headers)
        if self.fault is Fault.REDIRECT:
            return Answer(302, b"", {"Location": self.redirect_to})
        return _ANSWERS[self.fault]


_ENDLESS = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"stations": ['
_ROWS = b'{"id": 1, "name": "x"},' * 2_000


_ANSWERS = {
    Fault.HTML: Answer(
        200, b"<!doctype html><title>Weather</title><h1>Welcome</h1>", {"Content-Type": "text/html"}
    ),
    Fault.EMPTY_LIST: as_json(200, {"stations": [], "total": 0}),
    Fault.GARBAGE: Answer(200, b'{"stations": [{"id": "st-', {"Content-Type": "application/json"}),
    Fault.RATE_LIMIT: as_json(429, {"error": "too_many_requests"}, {"Retry-After": "1"}),
    Fault.SERVER_ERROR: as_json(500, {"error": "internal", "message": "The database is on holiday."}),
}


@contextmanager
def serve_faulty(fault: Fault, times: int | None = None) -> Iterator[FaultyApi]:
    """The API with a fault."""
    api = FaultyApi(fault=fault, times=times)
    with serve(api):
        try:
            yield api
        finally:
            api.over.set()


def nobody_there() -> str:
    """A URL on loopback where nothing listens."""
    with create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
