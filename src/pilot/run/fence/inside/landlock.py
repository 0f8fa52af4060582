"""Landlock: which files a process and all that it starts may use, and which TCP ports it may call.

Rights that are once given up do not come back, not even for root. Landlock does not look at UDP, at sockets
in the file system, at metadata (stat, chmod), nor at files that were opened before.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable

from .kernel import NO_NEW_PRIVILEGES, control, on_linux, syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_BENEATH_PATH, _TCP_PORT = 1, 2
_CONNECT_TCP, _ALL_TCP = 2, 3
_ALL_SCOPES = 3
"""Abstract sockets, and signals to processes outside."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL

_FILES, _REFER, _TRUNCATES, _NETWORK, _DEVICES, _SCOPES = 1, 2, 3, 4, 5, 6
"""The version with which each came."""


def version() -> int:
    """Landlock's version in this kernel; 0 where there is none."""
    if not on_linux():
        return 0
    try:
        return syscall("landlock", _CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str], ports: Iterable[int] | None) -> int:
    """Give up everything but these; the version in force, 0 for none. `ports` None: the network stays.

    Paths that are not there are passed over. Raises OSError where the kernel refuses.
    """
    known = version()
    if not known:
        return 0
    handled = _file_rights(known)
    network = _ALL_TCP if ports is not None and known >= _NETWORK else 0
    scopes = _ALL_SCOPES if known >= _SCOPES else 0
    attributes = struct.pack("QQQ", handled, network, scopes)
    size = 8 if known < _NETWORK else 16 if known < _SCOPES else 24
    ruleset = syscall("landlock_create_ruleset", _CREATE_RULESET, attributes, size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ & handled)
        for path in writable:
            _allow(ruleset, path, handled)
        for port in ports or () if network else ():
            rule = struct.pack("QQ", _CONNECT_TCP, port)
            syscall("landlock_add_rule", _ADD_RULE, ruleset, _TCP_PORT, rule, 0)
        control("no_new_privs", NO_NEW_PRIVILEGES, 1)
        syscall("landlock_restrict_self", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def holds_ports(known: int) -> bool:
    """Whether a version can restrict TCP."""
    return known >= _NETWORK


def _file_rights(known: int) -> int:
    rights = (1 << 13) - 1
    for version, bit in ((_REFER, 13), (_TRUNCATES, 14), (_DEVICES, 15)):
        rights |= (known >= version) << bit
    return rights


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        allowed = rights if os.path.isdir(path) else rights & _OF_A_FILE  # noqa: PTH112  (pathlib is an import)
        rule = struct.pack("=Qi", allowed, place)
        syscall(f"landlock_add_rule {path}", _ADD_RULE, ruleset, _BENEATH_PATH, rule, 0)
    finally:
        os.close(place)
