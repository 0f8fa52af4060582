"""Puts the fence up around this process, proves it, and waits for pilot's word to go on."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from typing import Any

HELD_BACK = 97
"""The exit code when pilot does not want the script to run behind what could be put up."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LONGEST_PLAN = 1 << 20


def hold(gate: str) -> None:
    """Follow the plan that waits at the gate, a socket of pilot's; returns when the script may run.

    The plan comes and the report goes over the gate, which nothing can use a second time: so the script
    can't tell pilot of a fence that is not there.
    """
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(gate)
        plan = json.loads(_line(door))
        report: dict[str, Any] = {"limits": [], "proof": {}, "trouble": ""}
        ears: socket.socket | None = None
        try:
            ears = put_up(plan, report)
        except OSError as error:
            report["trouble"] = str(error)
        _send(door, report, ears)
        if door.recv(1) != b"g":
            os._exit(HELD_BACK)


def put_up(plan: dict[str, Any], report: dict[str, Any]) -> socket.socket | None:
    """Take every right that the plan takes, in the one order that works, and try them; notes what holds."""
    from . import landlock, namespaces, proof, rights, seatbelt, seccomp

    report["limits"] = rights.limit_sizes(plan["limits"])
    if plan["level"] != "full":
        return None
    ears = None
    ports = plan["ports"]
    if plan["separate"] and namespaces.separate():
        report["separate"] = True
        if os.geteuid() != 0:  # in a user namespace only the script's own are counted; root is never
            report["limits"] += rights.limit_sizes({"NPROC": plan["processes"]})
        ears = namespaces.listener()
        ports = [ears.getsockname()[1]]
        namespaces.arrange_mounts(plan["protected"])
    if ports is not None:
        _go_through(ports[0])
    rights.drop_capabilities()
    readable = [*plan["readable"], *own_places(plan["home"])]
    report["landlock"] = landlock.restrict(readable, plan["writable"], ports)
    report["seatbelt"] = seatbelt.restrict(plan["profile"])
    report["seccomp"] = seccomp.restrict(plan["udp"])
    report["proof"] = proof.held(plan)
    return ears


def own_places(home: str) -> list[str]:
    """Where this Python lives and imports from; never a folder that holds the home folder."""
    room = os.path.abspath(f"{__file__}/../../..")  # noqa: PTH100  (pathlib is an import)
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, room, *(path or "." for path in sys.path)}
    home = os.path.realpath(home)
    return sorted(path for path in places if not _holds(os.path.realpath(path), home))


def _holds(folder: str, path: str) -> bool:
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


def _go_through(port: int) -> None:
    """Every client that knows proxies asks pilot's; none is passed by."""
    for name in _PROXIES:
        os.environ[name] = os.environ[name.lower()] = f"http://127.0.0.1:{port}"
    for name in ("NO_PROXY", "no_proxy"):
        os.environ.pop(name, None)


def _line(door: socket.socket) -> bytes:
    text = b""
    while not text.endswith(b"\n") and len(text) < _LONGEST_PLAN:
        piece = door.recv(65536)
        if not piece:
            break
        text += piece
    return text


def _send(door: socket.socket, report: dict[str, Any], ears: socket.socket | None) -> None:
    """Send the report, and the listening socket with it."""
    handles = [] if ears is None else [ears.fileno()]
    extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{len(handles)}i", *handles))]
    door.sendmsg([json.dumps(report).encode() + b"\n"], extra if handles else [])
    if ears is not None:
        ears.close()
