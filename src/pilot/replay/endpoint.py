"""A model's endpoint on loopback that gives recorded answers: pilot's own client asks it as any other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pilot.replay.recording import ModelAnswer, told

_LARGEST = 50_000_000


@dataclass
class Replies:
    """Recorded answers, each given once: by what was asked, else the next one in order."""

    answers: Sequence[ModelAnswer]
    moved: int = 0
    """How many were given in order, because what was asked is not what was asked then."""
    _given: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, messages: str) -> ModelAnswer | None:
        """The answer to messages; None when all are used up."""
        with self._lock:
            left = [i for i in range(len(self.answers)) if i not in self._given]
            same = [i for i in left if self.answers[i].messages == messages]
            if not left:
                return None
            chosen = (same or left)[0]
            self.moved += not same
            self._given.add(chosen)
            return self.answers[chosen]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    replies: Replies
    model: dict[str, Any]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """The list of models: the one that wrote."""
        self._answer(200, {"object": "list", "data": [self.server.model]})

    def do_POST(self) -> None:
        """An answer in one piece: the client takes it as well as a stream."""
        length = int(self.headers.get("Content-Length") or 0)
        body: Any = json.loads(self.rfile.read(min(length, _LARGEST)) or b"{}")
        found = self.server.replies.next(told(body.get("messages")))
        if found is None:
            message = "the record holds no further answer of a model; --live asks the model itself"
            self._answer(400, {"error": {"message": message, "code": "no_answer"}})
            return
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": found.text},
            "finish_reason": found.finish,
        }
        self._answer(
            200, {"object": "chat.completion", "model": self.server.model["id"], "choices": [choice]}
        )

    def _answer(self, status: int, document: object) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the screen is the replay's."""


@contextmanager
def serving(replies: Replies, model: str, window: int | None) -> Iterator[str]:
    """Serve the answers of a model while the block runs; gives the endpoint's base URL.

    `window` is how many tokens the model was known to take: what is asked depends on it.
    """
    server = _Server(("127.0.0.1", 0), _Handler)
    server.replies = replies
    server.model = {"id": model, "object": "model", "context_length": window}
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
