"""The session's file: SQLite in `.pilot/state/`, written after every change, at any moment complete."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pilot.session.file import NAME, look_at_damaged, open_to_look, open_to_write, replace_damaged
from pilot.session.file import STATE as STATE
from pilot.session.snapshots import content_hash

if TYPE_CHECKING:
    from pilot.session.ledger import Ledger

Left: TypeAlias = "Sequence[tuple[str, str | None]]"
"""How files are left: path, and hash or None."""


@dataclass(frozen=True)
class SessionRow:
    """One session as it is stored."""

    number: int
    name: str | None
    created: float
    policy: str
    facts: bytes
    ended: str | None
    """Why it is not the one that is worked on; None: it is."""


class Store:
    """Rows in, rows out; knows nothing of what they mean. One writer at a time."""

    def __init__(self, connection: sqlite3.Connection, remark: str, path: Path, *, writes: bool) -> None:
        self._db = connection
        self._path = path
        self._writes = writes
        self.remark = remark
        """What the person should know about the file, in one line; mostly nothing."""

    def ledger(self, session: int, encode: Callable[[object], bytes]) -> Ledger:
        """The ledgers of a session."""
        from pilot.session.ledger import Ledger

        return Ledger(self._db, session, encode)

    @classmethod
    def open(cls, root: Path) -> Store:
        """The project's store, made when there is none.

        Raises PilotError where the folder can't be written, a newer pilot wrote the file, or SQLite can't
        read anything of it: then it was set aside under another name.
        """
        return cls(*open_to_write(root), root / STATE / NAME, writes=True)

    @classmethod
    def look(cls, root: Path) -> Store:
        """The project's store as it is; nothing is changed, on a disk that can't be written either."""
        return cls(*open_to_look(root), root / STATE / NAME, writes=False)

    @classmethod
    def copy(cls, root: Path) -> Store:
        """The project's store as it is now, in memory: what is written to it is forgotten."""
        with closing(cls.look(root)) as store:
            memory = sqlite3.connect(":memory:")
            store._db.backup(memory)
            return cls(memory, store.remark, root / STATE / NAME, writes=False)

    @classmethod
    def exists(cls, root: Path) -> bool:
        """Whether the project has a store."""
        return (root / STATE / NAME).is_file()

    def recover(self, error: Exception) -> None:
        """Go on with what can be understood of a file whose content is broken.

        Where the store writes, the file is set aside. Raises PilotError where nothing can be understood.
        """
        self.close()
        mend = replace_damaged if self._writes else look_at_damaged
        self._db, self.remark = mend(self._path, str(error))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written in here reaches the disk at once, or not at all; each time costs a wait for it."""
        if self._db.in_transaction:
            yield
            return
        with self._db:
            self._db.execute("BEGIN")
            yield

    def sessions(self) -> list[SessionRow]:
        """Every session, oldest first."""
        rows = self._db.execute("SELECT id, name, created, policy, facts, ended FROM session ORDER BY id")
        return [SessionRow(*row) for row in rows]

    def reopen_session(self, number: int) -> None:
        """Make a session the one that is worked on."""
        with self.together():
            self._db.execute("UPDATE session SET ended = 'left' WHERE ended IS NULL AND id <> ?", (number,))
            self._db.execute("UPDATE session SET ended = NULL WHERE id = ?", (number,))

    def name_session(self, number: int, name: str) -> None:
        """Give a session a name."""
        with self.together():
            self._db.execute("UPDATE session SET name = ? WHERE id = ?", (name, number))

    def add_session(self, policy: str, facts: bytes, name: str | None = None) -> int:
        """A new session; earlier ones are kept, set aside."""
        with self.together():
            self._db.execute("UPDATE session SET ended = 'restarted' WHERE ended IS NULL")
            cursor = self._db.execute(
                "INSERT INTO session(created, policy, initial, facts, name) VALUES (?, ?, ?, ?, ?)",
                (time.time(), policy, facts, facts, name),
            )
        return int(cursor.lastrowid or 0)

    def next_cell(self) -> int:
        """The number that the next cell gets."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) + 1 FROM cell").fetchone()[0])

    def begin_cell(self, session: int, cell: int, data: bytes, facts: bytes) -> None:
        """Write a cell that begins, with what is known now."""
        with self.together():
            self._db.execute(
                "INSERT INTO cell(id, session, data, before) VALUES (?, ?, ?, ?)",
                (cell, session, data, zlib.compress(facts)),
            )

    def save_cell(self, cell: int, data: bytes) -> None:
        """Write a cell again."""
        with self.together():
            self._db.execute("UPDATE cell SET data = ? WHERE id = ?", (data, cell))

    def end_cell(self, session: int, cell: int, data: bytes, facts: bytes) -> None:
        """Write a finished cell and what is known after it, in one transaction."""
        with self.together():
            self._db.execute("UPDATE cell SET data = ?, facts = ? WHERE id = ?", (data, facts, cell))
            self._db.execute("UPDATE session SET facts = ? WHERE id = ?", (facts, session))

    def save_facts(self, session: int, facts: bytes) -> None:
        """Write what is known now."""
        with self.together():
            self._db.execute("UPDATE session SET facts = ? WHERE id = ?", (facts, session))

    def save_change(self, session: int, cell: int, data: bytes, path: str, left: str | None) -> None:
        """Write a cell that changes a file, and how the file is left."""
        with self.together():
            self._db.execute("UPDATE cell SET data = ? WHERE id = ?", (data, cell))
            self._leave(path, left)

    def left(self) -> dict[str, str | None]:
        """How each file was left, by its path: a hash, or None where it was removed."""
        return dict(self._db.execute("SELECT path, hash FROM left").fetchall())

    def leave(self, path: str, left: str | None) -> None:
        """Note how a file is left."""
        with self.together():
            self._leave(path, left)

    def _leave(self, path: str, left: str | None) -> None:
        self._db.execute(
            "INSERT INTO left VALUES (?, ?) ON CONFLICT(path) DO UPDATE SET hash = excluded.hash",
            (path, left),
        )

    def take_back(self, session: int, cells: list[tuple[int, bytes]], facts: bytes) -> None:
        """Write cells that were made stale."""
        with self.together():
            self._write_back(session, cells, facts, live=False)

    def undo(
        self, session: int, cells: list[tuple[int, bytes]], facts: bytes, left: Left, data: bytes
    ) -> int:
        """Write what is taken back, in one transaction; the files follow, and then `settle`."""
        with self.together():
            self._write_back(session, cells, facts, live=False)
            for path, digest in left:
                self._leave(path, digest)
            cursor = self._db.execute(
                "INSERT INTO undone(session, data, pending) VALUES (?, ?, 'undo')", (session, data)
            )
        return int(cursor.lastrowid or 0)

    def redo(
        self, session: int, cells: list[tuple[int, bytes]], facts: bytes, left: Left, undone: int
    ) -> None:
        """Write what is given again, in one transaction; the files follow, and then `settle`."""
        with self.together():
            self._write_back(session, cells, facts, live=True)
            for path, digest in left:
                self._leave(path, digest)
            self._db.execute("UPDATE undone SET pending = 'redo' WHERE id = ?", (undone,))

    def settle(self, undone: int) -> None:
        """The files have followed an undo, or a redo (which is then over)."""
        with self.together():
            self._db.execute("DELETE FROM undone WHERE id = ? AND pending = 'redo'", (undone,))
            self._db.execute("UPDATE undone SET pending = NULL WHERE id = ?", (undone,))

    def undone(self, session: int) -> tuple[int, bytes, str | None] | None:
        """The last thing taken back that can be given again: its number, what it was, what is pending."""
        row = self._db.execute(
            "SELECT id, data, pending FROM undone WHERE session = ? ORDER BY id DESC LIMIT 1", (session,)
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def forget_undone(self, session: int) -> None:
        """Something new was done: what was taken back can't be given again."""
        with self.together():
            self._db.execute("DELETE FROM undone WHERE session = ? AND pending IS NULL", (session,))

    def _write_back(self, session: int, cells: list[tuple[int, bytes]], facts: bytes, *, live: bool) -> None:
        for cell, data in cells:
            self._db.execute("UPDATE cell SET data = ?, live = ? WHERE id = ?", (data, live, cell))
        self._db.execute("UPDATE session SET facts = ? WHERE id = ?", (facts, session))

    def cells(self, session: int) -> list[bytes]:
        """The session's cells, oldest first."""
        rows = self._db.execute("SELECT data FROM cell WHERE session = ? ORDER BY id", (session,))
        return [row[0] for row in rows]

    def facts_before(self, session: int, cell: int) -> bytes:
        """What was known when a cell began."""
        row = self._db.execute("SELECT before FROM cell WHERE id = ?", (cell,)).fetchone()
        if row is not None and row[0] is not None:
            return zlib.decompress(row[0])
        row = self._db.execute(
            "SELECT coalesce((SELECT facts FROM cell WHERE session = :s AND id < :c AND live"
            " AND facts IS NOT NULL"
            " ORDER BY id DESC LIMIT 1), (SELECT initial FROM session WHERE id = :s))",
            {"s": session, "c": cell},
        ).fetchone()
        return bytes(row[0])

    def facts_after(self, cell: int) -> bytes | None:
        """What was known when a cell ended; None where it did not."""
        row = self._db.execute("SELECT facts FROM cell WHERE id = ?", (cell,)).fetchone()
        return None if row is None else row[0]

    def add_consent(self, session: int, cell: int | None, act: str, answer: str) -> None:
        """Write down what was agreed to."""
        with self.together():
            self._db.execute(
                "INSERT INTO consent VALUES (?, ?, ?, ?, ?)", (session, cell, time.time(), act, answer)
            )

    def consents(self, session: int) -> list[tuple[int | None, float, str, str]]:
        """Cell, time, act and answer of everything agreed to, oldest first."""
        rows = self._db.execute(
            "SELECT cell, at, act, answer FROM consent WHERE session = ? ORDER BY rowid", (session,)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def keep(self, content: bytes, mode: int) -> str:
        """Keep a file's content; returns its hash."""
        digest = content_hash(content, mode)
        with self.together():
            self._db.execute(
                "INSERT OR IGNORE INTO blob VALUES (?, ?, ?)", (digest, mode, zlib.compress(content))
            )
        return digest

    def kept(self, digest: str) -> tuple[bytes, int]:
        """Content and mode of a kept file. Raises KeyError."""
        row = self._db.execute("SELECT data, mode FROM blob WHERE hash = ?", (digest,)).fetchone()
        if row is None:
            raise KeyError(digest)
        return zlib.decompress(row[0]), int(row[1])
