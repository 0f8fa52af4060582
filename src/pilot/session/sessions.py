"""The sessions of a project: which there are, and which one is meant by a number or a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilot.errors import UsageError
from pilot.session.store import SessionRow, Store


@dataclass(frozen=True)
class SessionLine:
    """One session in the list of them."""

    number: int
    name: str
    created: float
    """Seconds since the epoch."""
    state: str
    """`current`, or why it is not: `restarted`, `left`."""
    cells: int
    pipeline: str


def listed(store: Store) -> list[SessionLine]:
    """Every session, oldest first."""
    return [
        SessionLine(
            row.number,
            row.name or "",
            row.created,
            row.ended or "current",
            len(store.cells(row.number)),
            _pipeline(row.facts),
        )
        for row in store.sessions()
    ]


def named(store: Store, number: int, name: str) -> None:
    """Give a session a name. Raises UsageError for one that another session has, or that is a number."""
    name = name.strip()
    if not name or name.lstrip("#").isdecimal():
        raise UsageError(f"{name!r} is no name for a session.", 'Take a word: pilot sessions --name "first"')
    taken = next((row for row in store.sessions() if row.name == name and row.number != number), None)
    if taken is not None:
        raise UsageError(f"Session {taken.number} is called {name} already.", "Take another name.")
    store.name_session(number, name)


def _pipeline(facts: bytes) -> str:
    import msgspec

    from pilot.facts import Facts

    try:
        return msgspec.json.decode(facts, type=Facts).name or ""
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "not readable"


def chosen(sessions: Sequence[SessionRow], which: str | None) -> SessionRow | None:
    """The session of that number or name (the newest of that name), or else the one that is worked on.

    Raises UsageError naming those that there are.
    """
    if which is None:
        return next((row for row in reversed(sessions) if row.ended is None), None)
    wanted = which.lstrip("#")
    found = [row for row in sessions if row.name == which or str(row.number) == wanted]
    if not found:
        known = ", ".join(row.name or str(row.number) for row in sessions) or "none"
        raise UsageError(f"There is no session {which}.", f"Sessions here: {known} (pilot sessions)")
    return found[-1]
