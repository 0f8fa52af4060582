"""The head of an answer on its way through the proxy: it says that the connection ends with it."""

from __future__ import annotations

_END = b"\r\n\r\n"
_LONGEST = 64 * 1024
_SWITCHES = b"101"
"""The connection goes on in another protocol. After any other 1xx, `100 Continue` say, comes another head."""


class LastAnswer:
    """Takes an answer piece by piece, and adds `Connection: close` to its head.

    One request goes through a connection. A host that keeps quiet about closing it would have the script send
    the next request into a connection that is about to go.
    """

    def __init__(self) -> None:
        self._kept = b""
        self._past = False

    def passed(self, data: bytes) -> bytes:
        """What of the answer can go on now; at its end (no data) all that was kept."""
        if self._past:
            return data
        self._kept += data
        out = b""
        while _END in self._kept and not self._past:
            head, _, self._kept = self._kept.partition(_END)
            status = head.split(b" ", 2)[1:2]
            self._past = not status or status[0][:1] != b"1" or status[0] == _SWITCHES
            out += (_closing(head) if self._past and status != [_SWITCHES] else head) + _END
        if self._past or not data or len(self._kept) > _LONGEST:
            self._past = True
            out, self._kept = out + self._kept, b""
        return out


def _closing(head: bytes) -> bytes:
    first, *lines = head.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"connection:", b"keep-alive:"))]
    return b"\r\n".join([first, *kept, b"Connection: close"])
