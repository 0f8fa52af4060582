"""A local server that speaks the OpenAI protocol from a script, and fails in every way on request.

In a test: `with ModelServer(["```python\\n…```"]) as server: server.url`. As a process:
`python -m tests.support.model_server --script FILE.json --port-file F [--record F.jsonl]`.

A script is a list of replies, used in turn (the last one again when they are used up), or a callable that
gets the request's body. A reply is a text, or a mapping:

content   the answer: a text, None, or a list of parts
finish    the finish reason; None: the answer ends without one
status    an error's status, with error (the body's "error") and headers
fault     html badjson empty null noend error_in_200 error_in_stream hang drop trickle
seconds   how long hang and trickle take
usage     [input, output]; None: the server counts nothing
pause     seconds between two pieces of a streamed answer
stream    False: the answer comes in one piece even when a stream was asked for
refusal   the text of a refusal
times     how often this reply is given
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

Reply: TypeAlias = "str | Mapping[str, Any]"
Script: TypeAlias = "Sequence[Reply] | Callable[[dict[str, Any]], Reply]"

_JSON = "application/json"
_NONE: Mapping[str, str] = {}


class ModelServer:
    """The server, in a thread of its own."""

    def __init__(
        self,
        script: Script,
        models: Sequence[Any] = ("gpt-6.1-sol",),
        key: str | None = None,
        record: Path | None = None,
        listing: float = 0.0,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        """The bodies of every request for an answer, in order."""
        self.headers: list[dict[str, str]] = []
        self.listed = 0
        """How often the models were listed."""
        self._listing = listing
        self.stopped = threading.Event()
        self._script = script
        self._replies = [] if callable(script) else _repeated(script)
        self._models = models
        self._key = key
        self._record = record
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.model_server = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL, for OPENAI_BASE_URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return self._http.server_port

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def refuses(self, authorization: str) -> bool:
        """Whether a key is wanted and this one is wrong."""
        return self._key is not None and authorization != f"Bearer {self._key}"

    def model_list(self) -> Any:
        """The answer to GET /models."""
        self.listed += 1
        self.stopped.wait(self._listing)
        if isinstance(self._models, str):
            return self._models
        entries = [model if isinstance(model, dict) else {"id": model} for model in self._models]
        return {"object": "list", "data": [{"object": "model", "created": 0, **entry} for entry in entries]}

    def reply_to(self, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """The next reply of the script."""
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            if self._record:
                with self._record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(body) + "\n")
            if callable(self._script):
                reply = self._script(body)
            else:
                reply = self._replies[min(len(self.requests), len(self._replies)) - 1]
        return {"content": reply} if isinstance(reply, str) else dict(reply)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    model_server: ModelServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: _Http

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.close_connection = True
        self._send(200, self.server.model_server.model_list())

    def do_POST(self) -> None:
        self.close_connection = True
        model_server = self.server.model_server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.endswith("/chat/completions"):
            return self._send(404, {"error": {"message": f"Invalid URL (POST {self.path})"}})
        if model_server.refuses(self.headers.get("Authorization", "")):
            key = self.headers.get("Authorization", "").removeprefix("Bearer ")
            error = {"message": f"Incorrect API key provided: {key}.", "code": "invalid_api_key"}
            return self._send(401, {"error": error})
        reply = model_server.reply_to(body, {name.lower(): value for name, value in self.headers.items()})
        if "status" in reply:
            error = {"error": reply.get("error", {"message": "scripted"})}
            return self._send(reply["status"], error, reply.get("headers", {}))
        if fault := reply.get("fault"):
            return self._fault(fault, body, reply)
        if body.get("stream") and reply.get("stream", True):
            return self._stream(_chunks(body, reply), pause=float(reply.get("pause", 0)))
        self._send(200, _whole(body, reply))

    def _fault(self, fault: str, body: dict[str, Any], reply: dict[str, Any]) -> None:
        seconds = float(reply.get("seconds", 30))
        if fault == "html":
            self._send(200, "<!doctype html><title>Sign in</title><p>Welcome", kind="text/html")
        elif fault == "badjson":
            self._send(200, '{"choices": [{"mess', kind="application/json")
        elif fault == "error_in_200":
            self._send(200, {"error": reply.get("error", {"message": "scripted", "code": 502})})
        elif fault == "hang":
            self.server.model_server.stopped.wait(seconds)
        elif fault == "drop":
            self._stream(_chunks(body, {**reply, "finish": None})[:2], end=False)
        elif fault == "trickle":
            self._stream([": keep-alive"] * int(seconds / 0.1), pause=0.1)
        else:
            self._stream(_faulty(fault, body, reply))

    def _send(self, status: int, answer: Any, headers: Mapping[str, str] = _NONE, kind: str = _JSON) -> None:
        data = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Sequence[Any], end: bool = True, pause: float = 0.0) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in [*events, *(["data: [DONE]"] if end else [])]:
            text = event if isinstance(event, str) else f"data: {json.dumps(event)}"
            data = f"{text}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            if pause and self.server.model_server.stopped.wait(pause):
                return
        if end:
            self.wfile.write(b"0\r\n\r\n")


def _faulty(fault: str, body: dict[str, Any], reply: dict[str, Any]) -> list[Any]:
    if fault == "empty":
        return [_envelope(body, "chat.completion.chunk", [])]
    if fault == "null":
        return _chunks(body, {**reply, "content": None})
    if fault == "noend":
        return _chunks(body, {**reply, "finish": None})
    if fault == "error_in_stream":
        return [*_chunks(body, reply)[:2], {"error": reply.get("error", {"message": "scripted"})}]
    raise ValueError(f"unknown fault: {fault}")


def _chunks(body: dict[str, Any], reply: Mapping[str, Any]) -> list[Any]:
    content = reply.get("content")
    pieces = re.findall(r"(?s).{1,60}", content) if isinstance(content, str) else [content]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces]
    if refusal := reply.get("refusal"):
        deltas.append({"refusal": refusal})
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": reply.get("finish", "stop")})
    chunks = [_envelope(body, "chat.completion.chunk", [choice]) for choice in choices]
    if (body.get("stream_options") or {}).get("include_usage") and reply.get("usage", True):
        chunks.append({**_envelope(body, "chat.completion.chunk", []), "usage": _usage(body, reply)})
    return chunks


def _whole(body: dict[str, Any], reply: Mapping[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.get("content"), "refusal": reply.get("refusal")}
    choice = {"index": 0, "message": message, "finish_reason": reply.get("finish", "stop")}
    usage = _usage(body, reply) if reply.get("usage", True) else None
    return {**_envelope(body, "chat.completion", [choice]), "usage": usage}


def _envelope(body: dict[str, Any], kind: str, choices: list[Any]) -> dict[str, Any]:
    now = int(time.time())
    return {"id": "c1", "object": kind, "created": now, "model": body.get("model", ""), "choices": choices}


def _usage(body: dict[str, Any], reply: Mapping[str, Any]) -> dict[str, int]:
    default = (len(json.dumps(body["messages"])) // 4, len(str(reply.get("content"))) // 4)
    asked, said = reply.get("usage") or default
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _repeated(script: Sequence[Reply]) -> list[Reply]:
    return [
        reply for reply in script for _ in range(1 if isinstance(reply, str) else int(reply.get("times", 1)))
    ]


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True, help="gets the port")
    parser.add_argument("--record", type=Path, help="gets every request, one JSON document a line")
    parser.add_argument("--key", help="the only key that is taken")
    parser.add_argument("--models", default="gpt-6.1-sol", help="names, with commas between")
    given = parser.parse_args()
    script = json.loads(given.script.read_text("utf-8"))
    with ModelServer(script, given.models.split(","), given.key, given.record) as server:
        fresh = given.port_file.with_suffix(".tmp")
        fresh.write_text(str(server.port), "utf-8")
        fresh.replace(given.port_file)
        threading.Event().wait()


if __name__ == "__main__":
    main()
