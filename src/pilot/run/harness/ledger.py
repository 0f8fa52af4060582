"""The ledger: tells pilot of every HTTP exchange of the script, the moment it happens.

Covered are requests, httpx (sync and async), aiohttp, and what goes through `http.client` (urllib, urllib3).
What speaks HTTP by other means (programs that the script starts) is not seen. A stream is counted as it
is read and never read ahead. Nothing in here may fail the script: what fails ends the ledger, and is told.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from hashlib import blake2b
from typing import Any, TypeVar

from .line import Line
from .memory import LARGEST, Headers, Memory, Place, Remembered
from .skeleton import skeleton

LARGEST_PARSED = 1_000_000
"""Bytes of an answer that is parsed in here, where the script does not do it by its library's means."""
CALL = "_pilot_call"
"""Under this name an answer keeps its call."""
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

    def __init__(self, line: Line, memory: Memory | None) -> None:
        self.memory = memory
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
        self.memory = None

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
        call.tell(method=str(method), url=str(url)[:_LONGEST_URL], at=at, resource=asking_resource())
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
        self._status = self._size = 0
        self._headers: Headers = []
        self._digest = blake2b(digest_size=8)
        self._pieces: list[bytes] | None = []
        self._place: Place | None = None
        self._ended = self._shown = False

    def tell(self, **parts: Any) -> None:
        """Send what is known now."""
        self.ledger.tell({"n": self._number, **parts})

    @harmless
    def recall(self, method: str, url: str, headers: Iterable[tuple[Any, Any]]) -> Remembered | None:
        """The answer that an earlier run got, where pilot may serve it."""
        if self.ledger.memory is None:
            return None
        self._place, kept = self.ledger.memory.recall(method, url, texts(headers))
        if kept is not None:
            self._place = None
            self.tell(cached=True)
        return kept

    @harmless
    def led_to(self, url: str) -> None:
        """The whole address that was asked, where it was not known before."""
        self.tell(url=url[:_LONGEST_URL])

    @harmless
    def answered(self, status: int, headers: Iterable[tuple[Any, Any]]) -> None:
        """The head of the answer is here."""
        self._status, self._headers = int(status), texts(headers)
        kept = {
            name.lower(): value[:_LONGEST_HEADER] for name, value in self._headers if _tells(name.lower())
        }
        if self._place is None and "json" not in kept.get("content-type", "json"):
            self._pieces = None
        self.tell(status=self._status, headers=kept, seconds=self._seconds())

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
        self._digest.update(piece)
        if self._size > LARGEST:
            self._pieces = None
        elif self._pieces is not None:
            self._pieces.append(bytes(piece))

    @harmless
    def ended(self, whole: bool = True) -> None:
        """The body was read, or is not wanted any more."""
        if self._ended:
            return
        self._ended = True
        digest = self._digest.hexdigest() if self._size else ""
        self.tell(size=self._size, seconds=self._seconds(), digest=digest)
        if not whole or not self._pieces:
            self._pieces = None
            return
        if self._place is not None and self.ledger.memory is not None and 200 <= self._status < 300:
            self.ledger.memory.keep(self._place, self._status, self._headers, b"".join(self._pieces))
        self.ledger.wait_for(self)

    @harmless
    def shows(self, document: Any) -> None:
        """What the answer holds, as the script's library has parsed it."""
        self.ledger.done(self)
        self._pieces = None
        if not self._shown:
            self._shown = True
            self.tell(**skeleton(document))

    def parse(self) -> None:
        """Look into what was collected of the body."""
        body = b"".join(self._pieces or ())
        named = {name.lower(): value for name, value in self._headers}
        if "json" not in named.get("content-type", "json") or len(body) > LARGEST_PARSED:
            return
        if named.get("content-encoding") in ("gzip", "deflate") and not body.startswith((b"{", b"[")):
            body = zlib.decompressobj(47).decompress(body, 4 * LARGEST_PARSED)
        try:
            document = json.loads(body)
        except ValueError:
            return
        self.shows(document)

    def _seconds(self) -> float:
        return round(time.perf_counter() - self._started, 4)


def texts(headers: Iterable[tuple[Any, Any]]) -> Headers:
    """Headers as texts; a library may keep bytes."""
    return [(_text(name), _text(value)) for name, value in headers]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def counted(call: Call, pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The pieces of a body as they are taken."""
    whole = False
    try:
        for piece in pieces:
            call.read(piece)
            yield piece
        whole = True
    finally:
        call.ended(whole)


def watch_json(answers: Any) -> None:
    """See what the `json` of a class of answers makes of a body."""
    parse = answers.json

    @wraps(parse)
    def told(self: Any, **options: Any) -> Any:
        document = parse(self, **options)
        call = self.__dict__.get(CALL)
        if call is not None:
            call.shows(document)
        return document

    answers.json = told


def asking_resource() -> str:
    """The resource of dlt's that runs here, where one does."""
    state = sys.modules.get("dlt.extract.state")
    pipe = getattr(state, "_CURRENT_PIPE_CONTEXT", None)
    current = pipe.get(None) if pipe is not None else None
    return str(getattr(current, "name", ""))[:200]


def _tells(name: str) -> bool:
    return name in _TELLING or any(part in name for part in _TELLING_PARTS)


def install(line: Line, answers: bool) -> Ledger:
    """Keep the ledger from now on, in libraries that are there and in those that the script imports.

    With `answers`, requests and httpx are served what pilot remembers.
    """
    from . import through_aiohttp, through_http_client, through_httpx, through_requests
    from .on_import import Act, on_import

    ledger = Ledger(line, Memory(line) if answers else None)
    acts: Mapping[str, Act] = {
        "http.client": lambda module: through_http_client.install(module, ledger),
        "requests.models": lambda module: through_requests.install_body(module),
        "requests.adapters": lambda module: through_requests.install(module, ledger),
        "aiohttp.client": lambda module: through_aiohttp.install(module, ledger),
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
