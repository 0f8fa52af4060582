"""Calls into the Linux kernel that Python has no name for."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

NO_NEW_PRIVILEGES = 38


@cache
def library() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def syscall(what: str, number: int, *arguments: int | bytes | None) -> int:
    """Call by number; returns what the kernel answers. Raises OSError, which names the call."""
    words = [ctypes.c_long(word) if isinstance(word, int) else ctypes.c_char_p(word) for word in arguments]
    return checked(what, library().syscall(ctypes.c_long(number), *words))


def control(what: str, option: int, *arguments: int | bytes) -> int:
    """prctl, with its unused arguments zero. Raises OSError."""
    words = [ctypes.c_ulong(word) if isinstance(word, int) else ctypes.c_char_p(word) for word in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    return checked(what, library().prctl(ctypes.c_int(option), *words))


def checked(what: str, answer: int) -> int:
    """The answer of a call of the C library. Raises OSError for a negative one."""
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return answer


def on_linux() -> bool:
    """Whether any of this can be there."""
    return sys.platform == "linux"
