"""A child's output: shown live and kept, free of secrets and terminal control, bounded in both."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable
from os.path import commonprefix

LIMIT = 64 * 1024
"""Characters that are kept of one stream: half of its head, half of its tail."""

_LONGEST_SECRET = 4096
_LONGEST_LINE = 4 * _LONGEST_SECRET
_CONTEXT = 200
_LIVE_BURST = 64 * 1024
_LIVE_PER_SECOND = 32 * 1024

_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text that a terminal only prints: colours are dropped, other control characters made visible."""
    text = _COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(lambda match: _picture(ord(match[0])), text)


def _picture(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


class KeptOutput:
    """Head and tail of a stream. It keeps raw bytes, so draining an endless stream costs little."""

    def __init__(self, redact: Callable[[str], str], limit: int = LIMIT) -> None:
        self._redact = redact
        self._half = limit // 2
        self._room = self._half + _LONGEST_SECRET
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def feed(self, data: bytes) -> None:
        """Take more of the stream."""
        missing = self._room - len(self._head)
        self._head += data[:missing]
        self._tail += data[missing:] if missing else data
        if len(self._tail) > 2 * self._room:
            self._dropped += len(self._tail) - self._room
            del self._tail[: -self._room]

    @property
    def cut(self) -> bool:
        """Whether something was left out."""
        return self._dropped > 0

    def text(self) -> str:
        """What is kept."""
        if not self.cut:
            return self._clean(self._head + self._tail)
        # a secret that was cut in two lies at the very edge: the edges are not shown
        head = self._clean(self._head)[:-_LONGEST_SECRET]
        tail = self._clean(self._tail)[_LONGEST_SECRET:]
        left_out = self._dropped + 2 * _LONGEST_SECRET
        return f"{head}\n… about {left_out:,} characters left out …\n{tail[-self._half :]}"

    def _clean(self, data: bytes | bytearray) -> str:
        return plain(self._redact(data.decode("utf-8", "replace")))


class LiveOutput:
    """Shows a stream as it comes, in whole lines; what comes faster than anyone reads is skipped.

    `begun` says where in a text a secret may just begin: from there on it waits for what follows.
    """

    def __init__(
        self,
        redact: Callable[[str], str],
        watch: Callable[[str], None],
        begun: Callable[[str], int] = len,
    ) -> None:
        self._redact = redact
        self._watch = watch
        self._begun = begun
        self._shown = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._budget = float(_LIVE_BURST)
        self._filled = time.monotonic()
        self._skipping = False

    def feed(self, data: bytes) -> None:
        """Take more of the stream."""
        if self._refill() <= 0:
            self._skip()
            return
        text = self._decoder.decode(data)
        if self._skipping:
            text = text.partition("\n")[2]  # the rest of a line could be half a secret
            self._skipping = not text
        lines, newline, rest = (self._pending + text).rpartition("\n")
        safe = max(0, self._begun(self._shown + lines + newline) - len(self._shown))
        rest = (lines + newline)[safe:] + rest
        self._show((lines + newline)[:safe])
        self._pending = self._show_all_but_the_end(rest) if len(rest) > _LONGEST_LINE else rest

    def close(self) -> None:
        """Show what is left."""
        if not self._skipping:
            self._show(self._pending + self._decoder.decode(b"", final=True))
        self._pending = ""

    def _show_all_but_the_end(self, rest: str) -> str:
        """Of a line that does not end, hold back as much as a secret may be long."""
        safe = self._redact(rest)
        self._show(safe[:-_LONGEST_SECRET])
        return safe[-_LONGEST_SECRET:]

    def _show(self, text: str) -> None:
        if text:
            self._budget -= len(text)
            # a secret may have begun in what was shown before, a character a line
            whole = self._redact(self._shown + text)
            self._watch(plain(whole[len(commonprefix([self._shown, whole])) :]))
            self._shown = (self._shown + text)[-_CONTEXT:]

    def _skip(self) -> None:
        if not self._skipping:
            self._watch("\n… too fast to show …\n")
            self._shown = ""
        self._skipping = True
        self._pending = ""
        self._decoder.reset()

    def _refill(self) -> float:
        now = time.monotonic()
        grown = self._budget + (now - self._filled) * _LIVE_PER_SECOND
        self._budget, self._filled = min(float(_LIVE_BURST), grown), now
        return self._budget


class Streams:
    """The child's two streams: 0 is its output, 1 its errors."""

    def __init__(
        self,
        redact: Callable[[str], str],
        watch: Callable[[str], None],
        begun: Callable[[str], int] = len,
    ) -> None:
        self._kept = (KeptOutput(redact), KeptOutput(redact))
        self._live = (LiveOutput(redact, watch, begun), LiveOutput(redact, watch, begun))

    def feed(self, stream: int, data: bytes) -> None:
        """Take more of a stream; its end comes as no data."""
        if not data:
            self._live[stream].close()
            return
        self._kept[stream].feed(data)
        self._live[stream].feed(data)

    def texts(self) -> tuple[str, str]:
        """What is kept of both."""
        return self._kept[0].text(), self._kept[1].text()

    @property
    def cut(self) -> bool:
        """Whether something was left out."""
        return self._kept[0].cut or self._kept[1].cut
