"""What went back and forth in a session: the script's traffic, a model's answers, the person's answers."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from pilot.run.traffic import Exchange
from pilot.writers.writer import Usage


@dataclass(frozen=True)
class ModelExchange:
    """One request to a model and its whole answer, free of secrets."""

    key: str
    """The hash of what was asked: model, messages, parameters."""
    model: str
    asked: str
    """The messages as they were sent: JSON, a list of objects with `role` and `content`."""
    answer: str
    finish: str = "stop"
    """Why the model stopped: `stop`, `length` …"""
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)
    """Tokens and cost of it, repetitions of the request that came to nothing included."""
    seconds: float = 0.0
    at: float = 0.0
    """Seconds since the epoch."""
    cell: int | None = None
    """The cell that asked."""


@dataclass(frozen=True)
class PersonAnswer:
    """What the person answered. Never an answer that was typed hidden."""

    question: str
    answer: str
    at: float
    cell: int | None
    about: str | None = None
    """The hash of what the question was about, "" where its text says it all; None: by an older pilot."""


Broken = Callable[[int], bool]
"""Whether a cell did not come to its end, so that what it was told is told again."""


class Ledger:
    """The ledgers of one session. `encode` takes secrets out of what it turns into JSON."""

    def __init__(self, db: sqlite3.Connection, session: int, encode: Callable[[object], bytes]) -> None:
        self._db = db
        self._session = session
        self._encode = encode

    def add_traffic(self, cell: int | None, exchanges: Sequence[Exchange]) -> None:
        """One run's exchanges."""
        data = zlib.compress(self._encode(exchanges))
        with self._db:
            self._db.execute(
                "INSERT INTO traffic(session, cell, at, data) VALUES (?, ?, ?, ?)",
                (self._session, cell, time.time(), data),
            )

    def traffic(self, cell: int | None) -> tuple[Exchange, ...]:
        """The exchanges of a cell's runs, or of all of the session's."""
        rows = self._db.execute(
            "SELECT data FROM traffic WHERE session = :s AND (:c IS NULL OR cell = :c) ORDER BY id",
            {"s": self._session, "c": cell},
        )
        decode = msgspec.json.Decoder(tuple[Exchange, ...]).decode
        return tuple(exchange for row in rows for exchange in decode(zlib.decompress(row[0])))

    def newest_traffic(self, cell: int) -> tuple[Exchange, ...]:
        """The exchanges of the newest of a cell's runs."""
        row = self._db.execute(
            "SELECT data FROM traffic WHERE session = ? AND cell = ? ORDER BY id DESC LIMIT 1",
            (self._session, cell),
        ).fetchone()
        return () if row is None else msgspec.json.decode(zlib.decompress(row[0]), type=tuple[Exchange, ...])

    def add_exchange(self, cell: int | None, exchange: ModelExchange) -> None:
        """A model's answer, the moment it is complete."""
        data = zlib.compress(self._encode(exchange))
        with self._db:
            self._db.execute(
                "INSERT INTO exchange(session, cell, used, key, data) VALUES (?, ?, ?, ?, ?)",
                (self._session, cell, cell, exchange.key, data),
            )

    def exchanges(self, cell: int | None) -> tuple[ModelExchange, ...]:
        """The exchanges with models of a cell, or all of the session's, oldest first."""
        rows = self._db.execute(
            "SELECT data FROM exchange WHERE session = :s AND (:c IS NULL OR cell = :c) ORDER BY id",
            {"s": self._session, "c": cell},
        )
        return tuple(_exchange(row[0]) for row in rows)

    def known_exchange(self, key: str, cell: int | None, broken: Broken) -> ModelExchange | None:
        """An answer to exactly this that a broken-off cell was given; from now on it is this cell's."""
        found = self._again("exchange", key, cell, broken)
        return None if found is None else _exchange(found)

    def add_answer(self, key: str, answer: PersonAnswer) -> None:
        """What the person answered, the moment it was given."""
        with self._db:
            self._db.execute(
                "INSERT INTO answer(session, cell, used, key, data) VALUES (?, ?, ?, ?, ?)",
                (self._session, answer.cell, answer.cell, key, self._encode(answer)),
            )

    def known_answer(self, key: str, cell: int | None, broken: Broken) -> str | None:
        """The person's answer to exactly this, given in a cell that was broken off."""
        found = self._again("answer", key, cell, broken)
        return None if found is None else msgspec.json.decode(found, type=PersonAnswer).answer

    def answers(self) -> tuple[PersonAnswer, ...]:
        """Every answer of the person, oldest first."""
        rows = self._db.execute("SELECT data FROM answer WHERE session = ? ORDER BY id", (self._session,))
        return tuple(msgspec.json.decode(row[0], type=PersonAnswer) for row in rows)

    def _again(self, table: str, key: str, cell: int | None, broken: Broken) -> bytes | None:
        """The oldest row of a broken-off cell, so that equal questions get their answers in order."""
        rows = self._db.execute(
            f"SELECT data, id, used FROM {table} WHERE session = ? AND key = ? ORDER BY id",
            (self._session, key),
        ).fetchall()
        for data, row, used in rows:
            if used is not None and used != cell and broken(used):
                with self._db:
                    self._db.execute(f"UPDATE {table} SET used = ? WHERE id = ?", (cell, row))
                return bytes(data)
        return None


def _exchange(data: bytes) -> ModelExchange:
    return msgspec.json.decode(zlib.decompress(data), type=ModelExchange)
