"""Finding out which of several names an API takes, with few requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def which(names: Sequence[str], works: Callable[[Sequence[str]], bool]) -> str | None:
    """The name that works, where all may be sent at once: an API ignores those that it does not know.

    One request when none works, and a few more to tell which: half of the names go with each.
    """
    return narrowed(names, works) if names and works(names) else None


def narrowed(names: Sequence[str], works: Callable[[Sequence[str]], bool]) -> str:
    """The name that works, of several that are known to work together."""
    while len(names) > 1:
        middle = len(names) // 2
        names = names[:middle] if works(names[:middle]) else names[middle:]
    return names[0]
