"""The child's end of the line to pilot: one JSON object a line, written at once."""

from __future__ import annotations

import json
import os
from _thread import allocate_lock
from typing import Any

LONGEST = 8192
"""Bytes of a line that pilot reads; a longer one is not sent."""


class Line:
    """Says things to pilot while the script runs. Once pilot does not listen any more, it says nothing."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._lock = allocate_lock()
        if descriptor is not None:
            os.set_inheritable(descriptor, False)  # programs that the script starts have no part in it

    @property
    def open(self) -> bool:
        """Whether pilot listens."""
        return self._descriptor is not None

    def say(self, what: str, content: Any) -> None:
        """Send one message: `{what: content}`."""
        data = json.dumps({what: content}, separators=(",", ":")).encode() + b"\n"
        if len(data) <= LONGEST:
            self._send(data)

    def _send(self, data: bytes) -> None:
        with self._lock:
            if self._descriptor is None:
                return
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                self._descriptor = None
