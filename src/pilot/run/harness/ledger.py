"""The ledger: tells pilot of every HTTP exchange of the script, the moment it happens.

Covered are requests and httpx, sync and async, and what goes through `http.client` (urllib, urllib3). What
speaks HTTP by other means (aiohttp, programs that the script starts) is not seen. A stream is counted as it
is read and never read ahead. Nothing in here may fail the script: what fails ends the ledger, and is told.
"""

from __future__ import annotations

import json
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .line import Line
from .skeleton import skeleton

LARGEST_BODY = 1_000_000
"""Bytes of an answer that are looked into; of a larger one nothing but its size is told."""
_LONGEST_URL = 2000
_TELLING = ("content-type", "link", "retry-after")
_TELLING_PARTS = ("total", "next", "cursor", "continuation")
_LONGEST_HEADER = 1000

Returned = TypeVar("Returned")


def harmless(act: Callable[..., Returned]) -> Callable[..., Returned | None]:
    """The act, whose failure is no failure of the script's; it ends the ledger."""

    def guarded(self: Any, *arguments: Any) -> Returned | None:
        try:
            return act(self, *arguments)
        except Exception as error:
            self.ledger.give_up(error)
            return None

    return guarded


class Ledger:
    """Every exchange of this process."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._began = time.perf_counter()
        self._number = 0
        self._process = os.getpid()
        self._unread: Call | None = None
        self._local = threading.local()

    @property
    def ledger(self) -> Ledger:
        """Itself: see `harmless`."""
        return self

    def give_up(self, error: Exception) -> None:
        """Something in here failed: say so, and nothing more."""
        self._line.say("trouble", f"{type(error).__name__}: {error}"[:300])
        self._line = Line(None)

    @harmless
    def begin(self, method: str, url: str) -> Call | None:
        """An exchange begins; None where a layer above has told of it, or nobody listens."""
        if not self._line.open or self.inside:
            return None
        self.settle()
        with self._lock:
            if os.getpid() != self._process:  # a fork of the script's: its numbers must not meet ours
                self._process = os.getpid()
                self._number = self._process * 1_000_000
            self._number += 1
            call = Call(self, self._number)
        at = round(time.perf_counter() - self._began, 4)
        call.tell(method=str(method), url=str(url)[:_LONGEST_URL], at=at)
        return call

    @property
    def inside(self) -> bool:
        """Whether this thread is inside of an exchange that was told of: the layers below say nothing."""
        return getattr(self._local, "depth", 0) > 0

    def step(self, change: int) -> None:
        """Go in (1) or out (-1)."""
        self._local.depth = getattr(self._local, "depth", 0) + change

    def tell(self, parts: dict[str, Any]) -> None:
        """Send part of an exchange."""
        self._line.say("exchange", parts)

    def wait_for(self, call: Call) -> None:
        """An answer was read, and the script may parse it next: only if it does not, it is parsed in here."""
        self.settle()
        self._unread = call

    def done(self, call: Call) -> None:
        """The script parsed it."""
        if self._unread is call:
            self._unread = None

    @harmless
    def settle(self) -> None:
        """Look into an answer that the script did not parse by its library's own means."""
        call, self._unread = self._unread, None
        if call is not None:
            call.parse()


class Call:
    """One exchange, from its request to the last byte of its answer."""

    def __init__(self, ledger: Ledger, number: int) -> None:
        self.ledger = ledger
        self._number = number
        self._started = time.perf_counter()
        self._size = 0
        self._pieces: list[bytes] | None = []
        self._encoding = ""
        self._ended = False

    def tell(self, **parts: Any) -> None:
        """Send what is known now."""
        self.ledger.tell({"n": self._number, **parts})

    @harmless
    def answered(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The head of the answer is here."""
        named = {str(name).lower(): str(value) for name, value in headers}
        kept = {name: value[:_LONGEST_HEADER] for name, value in named.items() if _tells(name)}
        if "json" not in named.get("content-type", "json"):
            self._pieces = None
        self._encoding = named.get("content-encoding", "")
        self.tell(status=int(status), headers=kept, seconds=self._seconds())

    @harmless
    def failed(self, error: BaseException) -> None:
        """No answer came."""
        self._ended = True
        self.tell(error=type(error).__name__, seconds=self._seconds())

    @harmless
    def read(self, piece: bytes) -> None:
        """The script took a piece of the body."""
        if self._ended:
            return
        self._size += len(piece)
        if self._size > LARGEST_BODY:
            self._pieces = None
        elif self._pieces is not None:
            self._pieces.append(bytes(piece))

    @harmless
    def ended(self) -> None:
        """The body was read, or is not wanted any more."""
        if self._ended:
            return
        self._ended = True
        self.tell(size=self._size, seconds=self._seconds())
        if self._pieces:
            self.ledger.wait_for(self)

    @harmless
    def shows(self, document: Any) -> None:
        """What the answer holds, as the script's library has parsed it."""
        self.ledger.done(self)
        if self._pieces is not None:
            self._pieces = None
            self.tell(**skeleton(document))

    def parse(self) -> None:
        """Look into what was collected of the body."""
        body = b"".join(self._pieces or ())
        if self._encoding in ("gzip", "deflate"):
            body = zlib.decompressobj(47).decompress(body, 4 * LARGEST_BODY)
        try:
            document = json.loads(body)
        except ValueError:
            return
        self.shows(document)

    def _seconds(self) -> float:
        return round(time.perf_counter() - self._started, 4)


def _tells(name: str) -> bool:
    return name in _TELLING or any(part in name for part in _TELLING_PARTS)


def counted(call: Call, pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The pieces of a body as they are taken."""
    try:
        for piece in pieces:
            call.read(piece)
            yield piece
    finally:
        call.ended()


def install(line: Line) -> Ledger:
    """Keep the ledger from now on, in libraries that are there and in those that the script imports."""
    from . import through_http_client, through_httpx, through_requests
    from .on_import import Act, on_import

    ledger = Ledger(line)
    acts: Mapping[str, Act] = {
        "http.client": lambda module: through_http_client.install(module, ledger),
        "requests.models": lambda module: through_requests.install_body(module),
        "requests.adapters": lambda module: through_requests.install(module, ledger),
        **{name: lambda module: through_httpx.install(module, ledger) for name in ("httpx", "httpx2")},
    }
    on_import({name: _guarded(act, ledger) for name, act in acts.items()})
    line.say("ledger", True)
    return ledger


def _guarded(act: Callable[[Any], None], ledger: Ledger) -> Callable[[Any], None]:
    def guarded(module: Any) -> None:
        try:
            act(module)
        except Exception as error:
            ledger.give_up(error)

    return guarded
