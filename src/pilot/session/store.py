"""The session's file: SQLite in `.pilot/state/`, written after every change, at any moment complete."""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from pilot.errors import PilotError
from pilot.session.ledger import Ledger
from pilot.session.migrations import migrate

STATE = Path(".pilot") / "state"


def content_hash(content: bytes, mode: int) -> str:
    """The hash under which a content with its mode is kept."""
    return hashlib.sha256(b"%o\0" % mode + content).hexdigest()


class Store:
    """Rows in, rows out; knows nothing of what they mean. One writer at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path

    def ledger(self, session: int, encode: Callable[[object], bytes]) -> Ledger:
        """The ledgers of a session."""
        return Ledger(self._db, session, encode)

    @classmethod
    def open(cls, root: Path) -> Store:
        """The project's store, made when there is none.

        Raises PilotError where the folder can't be written, a newer pilot wrote the file, or SQLite can't
        read it: then it was set aside under another name.
        """
        path = root / STATE / "session.db"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # the folder ignores itself, so the project's own .gitignore stays as it is
            ignore = path.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", "utf-8")
            return cls(_connect(path), path)
        except sqlite3.OperationalError as error:
            raise PilotError(f"The session can't be opened: {error}.", f"Look at {path.parent}.") from None
        except sqlite3.DatabaseError as error:
            raise _set_aside(path, error) from None
        except OSError as error:
            message = f"pilot can't write to {path.parent}: {error.strerror}."
            raise PilotError(message, "Choose another folder with --dir.") from None

    @classmethod
    def exists(cls, root: Path) -> bool:
        """Whether the project has a store."""
        return (root / STATE / "session.db").is_file()

    def set_aside(self, error: Exception) -> PilotError:
        """Give up a session that can't be read: its file gets another name. The error tells."""
        self.close()
        return _set_aside(self._path, error)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def newest_session(self) -> tuple[int, str, bytes] | None:
        """Number, policy and facts of the newest session that was not set aside."""
        row = self._db.execute(
            "SELECT id, policy, facts FROM session WHERE ended IS NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def add_session(self, policy: str, facts: bytes) -> int:
        """A new session; earlier ones are kept, set aside."""
        with self._db:
            self._db.execute("UPDATE session SET ended = 'restarted' WHERE ended IS NULL")
            cursor = self._db.execute(
                "INSERT INTO session(created, policy, initial, facts) VALUES (?, ?, ?, ?)",
                (time.time(), policy, facts, facts),
            )
        return int(cursor.lastrowid or 0)

    def next_cell(self) -> int:
        """The number that the next cell gets."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) + 1 FROM cell").fetchone()[0])

    def save_cell(self, session: int, cell: int, data: bytes) -> None:
        """Write a cell, new or again."""
        with self._db:
            self._db.execute(
                "INSERT INTO cell(id, session, data) VALUES (?, ?, ?)"
                " ON CONFLICT(id) DO UPDATE SET data = excluded.data",
                (cell, session, data),
            )

    def end_cell(self, session: int, cell: int, data: bytes, facts: bytes) -> None:
        """Write a finished cell and what is known after it, in one transaction."""
        with self._db:
            self._db.execute("UPDATE cell SET data = ?, facts = ? WHERE id = ?", (data, facts, cell))
            self._db.execute("UPDATE session SET facts = ? WHERE id = ?", (facts, session))

    def save_facts(self, session: int, facts: bytes) -> None:
        """Write what is known now."""
        with self._db:
            self._db.execute("UPDATE session SET facts = ? WHERE id = ?", (facts, session))

    def take_back(self, session: int, cells: list[tuple[int, bytes]], facts: bytes) -> None:
        """Write cells that were taken back, which no longer tell what was known after them."""
        with self._db:
            for cell, data in cells:
                self._db.execute("UPDATE cell SET data = ?, facts = NULL WHERE id = ?", (data, cell))
            self._db.execute("UPDATE session SET facts = ? WHERE id = ?", (facts, session))

    def cells(self, session: int) -> list[bytes]:
        """The session's cells, oldest first."""
        rows = self._db.execute("SELECT data FROM cell WHERE session = ? ORDER BY id", (session,))
        return [row[0] for row in rows]

    def facts_before(self, session: int, cell: int) -> bytes:
        """What was known before a cell: the facts after the newest finished one below it."""
        row = self._db.execute(
            "SELECT coalesce((SELECT facts FROM cell WHERE session = :s AND id < :c AND facts IS NOT NULL"
            " ORDER BY id DESC LIMIT 1), (SELECT initial FROM session WHERE id = :s))",
            {"s": session, "c": cell},
        ).fetchone()
        return bytes(row[0])

    def add_consent(self, session: int, cell: int | None, act: str, answer: str) -> None:
        """Write down what was agreed to."""
        with self._db:
            self._db.execute(
                "INSERT INTO consent VALUES (?, ?, ?, ?, ?)", (session, cell, time.time(), act, answer)
            )

    def consents(self, session: int) -> list[tuple[int | None, float, str, str]]:
        """Cell, time, act and answer of everything agreed to, oldest first."""
        rows = self._db.execute(
            "SELECT cell, at, act, answer FROM consent WHERE session = ? ORDER BY at", (session,)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def keep(self, content: bytes, mode: int) -> str:
        """Keep a file's content; returns its hash."""
        digest = content_hash(content, mode)
        with self._db:
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


def _set_aside(path: Path, error: Exception) -> PilotError:
    aside = path.with_name(f"session.damaged-{int(time.time())}.db")
    path.rename(aside)
    says = f"The session is damaged ({error}) and was set aside as {aside.name}."
    return PilotError(says, "Your files are as they were. Begin anew: pilot init NAME")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # a finished cell survives a power cut
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db
