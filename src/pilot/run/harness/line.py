"""The child's end of the line to pilot: one JSON object a line, written at once."""

from __future__ import annotations

import json
import os
from _thread import allocate_lock
from typing import Any

LONGEST = 16384
"""Bytes of a line that is read at the other end; a longer one is not sent."""


class Line:
    """Says things to pilot while the script runs. Once pilot does not listen any more, it says nothing."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._lock = allocate_lock()
        self._heard = b""
        if descriptor is not None:
            os.set_inheritable(descriptor, False)  # programs that the script starts have no part in it

    @property
    def open(self) -> bool:
        """Whether pilot listens."""
        return self._descriptor is not None

    def say(self, what: str, content: Any, body: bytes = b"") -> None:
        """Send one message: `{what: content}`, and after it the bytes that it speaks of."""
        data = json.dumps({what: content}, separators=(",", ":")).encode() + b"\n"
        if len(data) <= LONGEST:
            with self._lock:
                self._send(data + body)

    def ask(self, what: str, content: Any) -> tuple[dict[str, Any] | None, bytes]:
        """Send one message and wait for pilot's: a JSON object, and as many bytes as its `size` says."""
        data = json.dumps({what: content}, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self._send(data)
            head = self._hear_line()
            if head is None:
                return None, b""
            told: dict[str, Any] = json.loads(head)
            body = self._hear(int(told.get("size", 0)))
            return (None, b"") if body is None else (told, body)

    def _send(self, data: bytes) -> None:
        try:
            while data and self._descriptor is not None:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            self._descriptor = None

    def _hear_line(self) -> bytes | None:
        while b"\n" not in self._heard:
            if not self._hear_more():
                return None
        head, _, self._heard = self._heard.partition(b"\n")
        return head

    def _hear(self, size: int) -> bytes | None:
        pieces, missing = [self._heard], size - len(self._heard)
        while missing > 0:
            self._heard = b""
            if not self._hear_more():
                return None
            pieces.append(self._heard)
            missing -= len(self._heard)
        whole = b"".join(pieces)
        self._heard = whole[size:]
        return whole[:size]

    def _hear_more(self) -> bool:
        if self._descriptor is None:
            return False
        try:
            piece = os.read(self._descriptor, 1 << 18)
        except OSError:
            piece = b""
        if not piece:
            self._descriptor = None
        self._heard += piece
        return bool(piece)
