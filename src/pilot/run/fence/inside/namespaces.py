"""Namespaces: a network of one's own that leads nowhere but to pilot's proxy, and mounts of one's own.

Root may make them; anybody else where the system lets users have a user namespace. Where they can't be had,
Landlock alone holds.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable

from .kernel import checked, library, on_linux, syscall

_MOUNTS, _NETWORK, _USERS = 0x00020000, 0x40000000, 0x10000000
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_CHANGE_MOUNT = 442
_HERE, _ALL_BELOW, _READ_ONLY = -100, 0x8000, 1
_SET_INTERFACE_FLAGS, _UP = 0x8914, 1

_SHARED_MEMORY = "/dev/shm"


def separate() -> bool:
    """Leave pilot's network and mounts for new ones; False where the system does not let one.

    To be called while the process has one thread. Raises OSError where it failed halfway.
    """
    if not on_linux():
        return False
    if os.geteuid() == 0:
        try:
            _unshare(_MOUNTS | _NETWORK)
        except OSError:
            return False
    elif _users_may():
        _become_own_user()
        _unshare(_MOUNTS | _NETWORK)
    else:
        return False
    _bring_loopback_up()
    return True


def arrange_mounts(protected: Iterable[str]) -> None:
    """What is protected can't be changed, and memory is shared with nobody. Raises OSError."""
    here = os.getcwd()  # noqa: PTH109  (pathlib is an import)
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    if os.path.isdir(_SHARED_MEMORY):  # noqa: PTH112
        _mount("tmpfs", _SHARED_MEMORY, "tmpfs", 0)
    for path in protected:
        _mount(path, path, None, _BIND | _RECURSIVE)
        _make_read_only(path)
    os.chdir(here)  # or the process would still stand in the folder below a new mount


def listener() -> socket.socket:
    """A socket that listens in this network; pilot answers it from its own."""
    ears = socket.socket()
    ears.bind(("127.0.0.1", 0))
    ears.listen(128)
    return ears


def _users_may() -> bool:
    """Whether a user namespace brings what is needed: tried by a child, for there is no way back."""
    child = os.fork()
    if child == 0:
        answer = 1
        try:
            _unshare(_USERS | _MOUNTS | _NETWORK)
            _bring_loopback_up()
            answer = 0
        finally:
            os._exit(answer)
    return os.waitpid(child, 0)[1] == 0


def _become_own_user() -> None:
    user, group = os.getuid(), os.getgid()
    _unshare(_USERS)
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as stream:  # noqa: PTH123
            stream.write(text)


def _unshare(what: int) -> None:
    checked("unshare", library().unshare(what))


def _bring_loopback_up() -> None:
    import fcntl

    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", _UP)
        fcntl.ioctl(any_socket, _SET_INTERFACE_FLAGS, request)


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    checked(f"mount {target}", library().mount(*words, flags, None))


def _make_read_only(path: str) -> None:
    setting = struct.pack("QQQQ", _READ_ONLY, 0, 0, 0)
    syscall(f"mount {path}", _CHANGE_MOUNT, _HERE, os.fsencode(path), _ALL_BELOW, setting, len(setting))
