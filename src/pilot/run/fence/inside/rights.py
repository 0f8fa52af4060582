"""What a process may have: sizes, and the special rights of root."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping

from .kernel import NO_NEW_PRIVILEGES, checked, control, library, on_linux

_CAPABILITIES_V3 = 0x20080522
_DROP_FROM_BOUNDS = 24
_OVERRIDE_MODES = 1 << 1
"""Without it root could not use a project that belongs to somebody else."""
_HIGHEST = 63


def limit_sizes(limits: Mapping[str, int]) -> list[str]:
    """Set limits by name (`CORE`, `FSIZE`, `DATA`, `NPROC`), never above those in force; which were set."""
    try:
        import resource
    except ImportError:
        return []
    done = []
    for name, wanted in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        highest = resource.getrlimit(kind)[1]
        bound = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (OSError, ValueError):
            continue
        done.append(name)
    return done


def drop_capabilities() -> None:
    """Give up root's special rights, for good. Raises OSError.

    With CAP_SYS_ADMIN or CAP_PERFMON any process's environment could be read, fence or not.
    """
    if not on_linux():
        return
    keep = _OVERRIDE_MODES if os.geteuid() == 0 else 0
    for number in range(_HIGHEST):
        try:
            if not keep & (1 << number):
                control("bounding set", _DROP_FROM_BOUNDS, number)
        except OSError:
            break  # past the last one, or without the right to drop any
    control("no_new_privs", NO_NEW_PRIVILEGES, 1)
    header = struct.pack("Ii", _CAPABILITIES_V3, 0)
    held = ctypes.create_string_buffer(24)
    checked("capget", library().capget(header, held))
    effective, permitted = struct.unpack_from("2I", held.raw)
    left = struct.pack("6I", effective & keep, permitted & keep, 0, 0, 0, 0)
    checked("capset", library().capset(header, left))
