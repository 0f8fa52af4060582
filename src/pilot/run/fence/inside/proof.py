"""Tries what the fence forbids: what is claimed was attempted first, in the process that is held."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

_REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS)


def held(plan: dict[str, Any]) -> dict[str, bool]:
    """Which attempts were refused, by name."""
    canary = plan["canary"]
    tried: dict[str, Callable[[], object]] = {
        "read": lambda: _close(os.open(canary, os.O_RDONLY)),
        "write": lambda: _close(os.open(canary, os.O_WRONLY)),
        "create": lambda: _close(os.open(f"{canary}.new", os.O_CREAT | os.O_WRONLY, 0o600)),
        "truncate": lambda: os.truncate(canary, 0),
        "home": lambda: os.listdir(plan["home"]),  # noqa: PTH208
        "environment": lambda: _close(os.open(f"/proc/{plan['pilot']}/environ", os.O_RDONLY)),
        "signal": lambda: os.kill(plan["pilot"], 0),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "local sockets": lambda: socket.socket(socket.AF_UNIX).close(),
    }
    proof = {name: _refused(attempt) for name, attempt in tried.items()}
    return {**proof, "network": _unreachable(plan["decoy"])}


def _close(handle: int) -> None:
    os.close(handle)


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError as error:
        return error.errno in _REFUSALS
    return False


def _unreachable(port: int) -> bool:
    """Whether a socket of pilot's that listens on this machine, and is no proxy, can't be reached."""
    with socket.socket() as probe:
        probe.settimeout(1)
        try:
            probe.connect(("127.0.0.1", port))
        except OSError:
            return True
    return False
