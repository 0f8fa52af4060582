"""The cells of a session in outline: what a list of them needs, read without all the rest."""

from __future__ import annotations

import sqlite3

import msgspec

from pilot.errors import PilotError
from pilot.session.sessions import chosen
from pilot.session.store import Store


class Spent(msgspec.Struct):
    """What a cell asked of models."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0


class CellOutline(msgspec.Struct):
    """One cell in outline; the names are those of `Cell`."""

    id: int
    title: str
    parent: int | None = None
    state: str = "running"
    seconds: float = 0.0
    says: str = ""
    usage: Spent = msgspec.field(default_factory=Spent)


def outlines(store: Store, which: str | None, *, live: bool) -> list[CellOutline] | None:
    """The cells of a session, oldest first; None where there is no session. See `Session.look`."""
    try:
        found = _read(store, which)
    except sqlite3.OperationalError as error:
        raise PilotError(f"The session can't be read: {error}.", "Look at .pilot/state.") from None
    except (sqlite3.DatabaseError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        store.recover(error)
        found = _read(store, which)
    for cell in found or ():
        if cell.state == "running" and not live:
            cell.state = "interrupted"
    return found


def _read(store: Store, which: str | None) -> list[CellOutline] | None:
    row = chosen(store.sessions(), which)
    decode = msgspec.json.Decoder(CellOutline).decode
    return None if row is None else [decode(data) for data in store.cells(row.number)]
