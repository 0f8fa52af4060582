"""Seatbelt, what macOS has: a profile that the process puts on itself."""

from __future__ import annotations

import ctypes
import sys


def restrict(profile: str) -> bool:
    """Put the profile on; whether macOS took it."""
    if sys.platform != "darwin" or not profile:
        return False
    system = ctypes.CDLL("/usr/lib/libSystem.dylib")
    says = ctypes.c_char_p()
    return bool(system.sandbox_init(profile.encode(), ctypes.c_uint64(0), ctypes.byref(says)) == 0)
