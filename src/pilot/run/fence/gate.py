"""Pilot's side of the gate: hands the plan to the child, hears what holds, and lets it go on or not."""

from __future__ import annotations

import array
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from pilot.finding import Json

_LONGEST_REPORT = 64 * 1024
_PATIENCE = 60.0


class Report(msgspec.Struct):
    """What the child could put up, and which attempts to get round it were refused."""

    limits: tuple[str, ...] = ()
    proof: dict[str, bool] = {}
    trouble: str = ""
    """What the system refused."""
    separate: bool = False
    """The script has a network of its own, which ends at the proxy."""
    landlock: int = 0
    seatbelt: bool = False
    seccomp: bool = False


class Gate:
    """One socket for one child; whoever comes second finds it gone."""

    def __init__(
        self,
        folder: Path,
        plan: Mapping[str, Json],
        suffices: Callable[[Report], bool],
        take: Callable[[socket.socket], None],
        met: Callable[[int], None],
    ) -> None:
        self.path = folder / "gate"
        self.report: Report | None = None
        self._plan = json.dumps(plan).encode() + b"\n"
        self._suffices = suffices
        self._take = take
        self._met = met
        self._ears = socket.socket(socket.AF_UNIX)
        self._ears.bind(str(self.path))
        self._ears.listen(1)
        self._thread = threading.Thread(target=self._meet, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody comes any more."""
        with suppress(OSError):
            self._ears.shutdown(socket.SHUT_RDWR)
        self._ears.close()
        self._thread.join(_PATIENCE)

    def _meet(self) -> None:
        try:
            door, _ = self._ears.accept()
        except OSError:
            return
        finally:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
        with door, suppress(OSError, msgspec.DecodeError):
            door.settimeout(_PATIENCE)
            door.sendall(self._plan)
            report, handles = _received(door)
            for handle in handles:
                self._take(socket.socket(fileno=handle))
            self.report = report
            self._met(_process_of(door))
            door.sendall(b"g" if self._suffices(report) else b"n")


def _process_of(door: socket.socket) -> int:
    """Who is at the other end, by the kernel's word; 0 where it gives none."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    size = struct.calcsize("3i")
    pid: int = struct.unpack("3i", door.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[0]
    return pid


def _received(door: socket.socket) -> tuple[Report, list[int]]:
    text, handles = b"", array.array("i")
    while not text.endswith(b"\n") and len(text) < _LONGEST_REPORT:
        data, extra, _, _ = door.recvmsg(_LONGEST_REPORT, socket.CMSG_SPACE(handles.itemsize))
        if not data:
            break
        text += data
        for _, _, content in extra:
            handles.frombytes(content[: len(content) - len(content) % handles.itemsize])
    return msgspec.json.decode(text, type=Report), list(handles)
