"""The sessions of a project: which one is meant, by its number or name."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.errors import UsageError
from pilot.session.store import SessionRow


def chosen(sessions: Sequence[SessionRow], which: str | None) -> SessionRow | None:
    """The session of that number or name (the newest of that name), or else the one that is worked on.

    Raises UsageError naming those that there are.
    """
    if which is None:
        return next((row for row in reversed(sessions) if row.ended is None), None)
    wanted = which.lstrip("#")
    found = [row for row in sessions if row.name == which or (row.name is None and str(row.number) == wanted)]
    found = found or [row for row in sessions if str(row.number) == wanted]
    if not found:
        known = ", ".join(row.name or str(row.number) for row in sessions) or "none"
        raise UsageError(f"There is no session {which}.", f"Sessions here: {known} (pilot sessions)")
    return found[-1]
