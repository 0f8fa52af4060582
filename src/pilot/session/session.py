"""The session: what is known, and the cells so far. The engine alone writes to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import msgspec

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.finding import Finding, Json
from pilot.run.traffic import Exchange
from pilot.session.cell import Cell, CellState, FileChange
from pilot.session.ledger import ModelExchange, PersonAnswer
from pilot.session.sessions import chosen
from pilot.session.store import Store
from pilot.writers.writer import Usage

WITHHELD = "withheld"
"""Stands for the hash of a content that was not kept, because it holds a secret."""


class Redactor(Protocol):
    """Takes secrets out of what is written down."""

    def tree(self, tree: Json) -> Json:
        """The same builtins with every text redacted."""

    def leak(self, text: str) -> str | None:
        """The path of a secret that is still in a text."""


class Session:
    """What is known: typed facts and frozen cells; no client, no console inside."""

    def __init__(self, store: Store, redactor: Redactor, number: int, policy: str, facts: Facts) -> None:
        self.number = number
        self.policy = policy
        self.facts = facts
        self.reason: Finding | None = None
        """Why the step that runs now is run once more, or as a remedy."""
        self.broken: tuple[Cell, ...] = ()
        """The cells that ran when pilot was killed, found as the session was taken up."""
        self._store = store
        self._redactor = redactor
        self._ledger = store.ledger(number, self._encode)
        decode = msgspec.json.Decoder(Cell).decode
        self._cells = {cell.id: cell for cell in map(decode, store.cells(number))}

    @classmethod
    def start(
        cls, store: Store, redactor: Redactor, policy: str, facts: Facts, name: str | None = None
    ) -> Session:
        """A new session; an earlier one is set aside."""
        number = store.add_session(policy, _encode(redactor, facts), name)
        return cls(store, redactor, number, policy, facts)

    @classmethod
    def newest(cls, store: Store, redactor: Redactor, which: str | None = None) -> Session | None:
        """The session that was worked on last (or the one of that number or name), to be worked on now.

        None where there is none. Raises PilotError for one that can't be read.
        """
        session = cls._readable(store, redactor, which)
        if session is not None:
            if which is not None:
                store.reopen_session(session.number)
            session.broken = session._end_broken_cells()
            for cell in session.broken:
                session._save(cell)
        return session

    @classmethod
    def look(
        cls, store: Store, redactor: Redactor, which: str | None = None, *, live: bool = False
    ) -> Session | None:
        """The same, only to be looked at. `live`: another pilot works in it now."""
        session = cls._readable(store, redactor, which)
        if session is not None and not live:
            session._end_broken_cells()
        return session

    @classmethod
    def _readable(cls, store: Store, redactor: Redactor, which: str | None) -> Session | None:
        try:
            return cls._read(store, redactor, which)
        except sqlite3.OperationalError as error:
            raise PilotError(f"The session can't be read: {error}.", "Look at .pilot/state.") from None
        except (sqlite3.DatabaseError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            store.recover(error)
            return cls._read(store, redactor, which)

    @classmethod
    def _read(cls, store: Store, redactor: Redactor, which: str | None) -> Session | None:
        row = chosen(store.sessions(), which)
        if row is None:
            return None
        return cls(store, redactor, row.number, row.policy, msgspec.json.decode(row.facts, type=Facts))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, oldest first."""
        return tuple(self._cells.values())

    @property
    def running(self) -> Cell | None:
        """The innermost cell that runs now."""
        return next((c for c in reversed(self.cells) if c.state is CellState.RUNNING), None)

    @property
    def usage(self) -> Usage:
        """What was asked of a model in this session."""
        return sum((cell.usage for cell in self.cells), Usage())

    def children(self, parent: int | None) -> list[Cell]:
        """The cells right below a cell (None: the top), oldest first."""
        return [cell for cell in self.cells if cell.parent == parent]

    def below(self, parent: int) -> list[Cell]:
        """A cell and everything that lies below it, oldest first."""
        taken = {parent}
        for cell in self.cells:
            if cell.parent in taken:
                taken.add(cell.id)
        return [cell for cell in self.cells if cell.id in taken]

    def at(self, policy: str, position: int, parent: int | None) -> Cell | None:
        """The newest cell of an entry of a policy that was not taken back."""
        for cell in reversed(self.children(parent)):
            if (cell.policy, cell.position) == (policy, position) and cell.state is not CellState.UNDONE:
                return cell
        return None

    def interrupted(self, step: str) -> Cell | None:
        """The newest ended cell of a step, when it did not come to its end."""
        ended = [c for c in self.cells if c.step == step and c.state is not CellState.RUNNING]
        return ended[-1] if ended and ended[-1].state is CellState.INTERRUPTED else None

    def begin(self, cell: Cell) -> Cell:
        """A cell begins: numbered, dated, on disk."""
        cell = replace(cell, id=self._store.next_cell(), state=CellState.RUNNING, started=time.time())
        return self._save(cell)

    def finish(self, cell: Cell, learned: Facts | None = None) -> Cell:
        """A cell ends; what it learned and its record reach the disk together."""
        cell = replace(cell, changes=self._cells[cell.id].changes)
        self.facts = self.facts.learn(learned or Facts())
        self._cells[cell.id] = cell
        self._store.end_cell(self.number, cell.id, self._encode(cell), self._encode(self.facts))
        return cell

    def learn(self, news: Facts) -> None:
        """Know more, in the midst of a cell."""
        self.facts = self.facts.learn(news)
        self._store.save_facts(self.number, self._encode(self.facts))

    def record_change(self, root: Path, path: str, after: bytes) -> None:
        """A file is about to change: keep both contents, and note them in the running cell."""
        file = root / path
        mode = file.stat().st_mode & 0o7777 if file.exists() else 0o644
        before = self._keep(path, file.read_bytes(), mode) if file.exists() else None
        self._note(FileChange(path, before, self._keep(path, after, mode)))

    def record_created(self, root: Path, paths: Iterable[str]) -> None:
        """Files came that were not there before the running cell."""
        for path in paths:
            file = root / path
            mode = file.stat().st_mode & 0o7777
            self._note(FileChange(path, None, self._keep(path, file.read_bytes(), mode)))

    def _note(self, change: FileChange) -> None:
        """Note a change in the running cell; several changes of one file are one."""
        cell = self.running
        if cell is None:
            return
        earlier = next((c for c in cell.changes if c.path == change.path), None)
        if earlier is not None:
            change = replace(change, before=earlier.before)
        others = tuple(c for c in cell.changes if c.path != change.path)
        self._save(replace(cell, changes=(*others, change)))

    def record_consent(self, act: str, answer: str) -> None:
        """Write down what was agreed to."""
        running = self.running
        self._store.add_consent(self.number, running.id if running else None, act, answer)

    def consents(self) -> list[tuple[int | None, float, str, str]]:
        """Cell, time, act and answer of everything agreed to, oldest first."""
        return self._store.consents(self.number)

    def record_traffic(self, exchanges: Sequence[Exchange]) -> None:
        """Keep what a run sent and got, with the cell that runs now."""
        if exchanges:
            self._ledger.add_traffic(self._running_id, exchanges)

    def traffic(self, cell: int | None = None) -> tuple[Exchange, ...]:
        """The exchanges of a cell's runs, oldest first; without a cell those of the whole session."""
        return self._ledger.traffic(cell)

    def record_exchange(self, exchange: ModelExchange) -> None:
        """Keep a model's answer, with the cell that asked for it."""
        asked = replace(exchange, cell=self._running_id, at=exchange.at or time.time())
        self._ledger.add_exchange(asked.cell, asked)

    def exchanges(self, cell: int | None = None) -> tuple[ModelExchange, ...]:
        """What a cell asked of models, oldest first; without a cell what the whole session did."""
        return self._ledger.exchanges(cell)

    def known_exchange(self, key: str) -> ModelExchange | None:
        """A model's answer to exactly this, where the cell that got it was broken off before its end."""
        return self._ledger.known_exchange(key, self._running_id, self._was_broken_off)

    def record_answer(self, key: str, question: str, answer: str) -> None:
        """Keep what the person answered. Never call it with an answer that was typed hidden."""
        given = PersonAnswer(question, answer, time.time(), self._running_id)
        self._ledger.add_answer(key, given)

    def answers(self) -> tuple[PersonAnswer, ...]:
        """Everything that the person answered, oldest first."""
        return self._ledger.answers()

    def known_answer(self, key: str) -> str | None:
        """The person's answer to exactly this, where its cell was broken off before its end."""
        return self._ledger.known_answer(key, self._running_id, self._was_broken_off)

    @property
    def _running_id(self) -> int | None:
        running = self.running
        return running.id if running else None

    def _was_broken_off(self, cell: int) -> bool:
        found = self._cells.get(cell)
        return found is not None and found.state is CellState.INTERRUPTED

    def left_by(self, step: str, path: str) -> str | None:
        """A file's text as the newest cell of a step left it; None where that cell did not change it."""
        for cell in reversed(self.cells):
            if cell.step == step and cell.state is not CellState.UNDONE:
                found = next((change.after for change in cell.changes if change.path == path), None)
                kept = None if found in (None, WITHHELD) else self.content(found)
                return kept[0].decode("utf-8", "replace") if kept else None
        return None

    def content(self, digest: str | None) -> tuple[bytes, int] | None:
        """A kept content and its mode; None for no file. Raises KeyError for one that was withheld."""
        return None if digest is None else self._store.kept(digest)

    def take_back(self, cells: Iterable[Cell], *, facts: bool) -> None:
        """Mark cells as taken back; with `facts`, know again what was known before the first of them."""
        undone = [replace(cell, state=CellState.UNDONE) for cell in cells]
        self._cells.update({cell.id: cell for cell in undone})
        if facts and undone:
            stored = self._store.facts_before(self.number, min(cell.id for cell in undone))
            self.facts = msgspec.json.decode(stored, type=Facts)
        rows = [(cell.id, self._encode(cell)) for cell in undone]
        self._store.take_back(self.number, rows, self._encode(self.facts), live=False)

    def _keep(self, path: str, content: bytes, mode: int) -> str:
        if path.endswith("secrets.toml") or self._redactor.leak(content.decode("utf-8", "replace")):
            return WITHHELD
        return self._store.keep(content, mode)

    def _save(self, cell: Cell) -> Cell:
        self._cells[cell.id] = cell
        self._store.save_cell(self.number, cell.id, self._encode(cell))
        return cell

    def _encode(self, value: object) -> bytes:
        return _encode(self._redactor, value)

    def _end_broken_cells(self) -> tuple[Cell, ...]:
        """Cells that ran when pilot was killed did not finish."""
        running = [cell for cell in self.cells if cell.state is CellState.RUNNING]
        broken = tuple(replace(cell, state=CellState.INTERRUPTED) for cell in running)
        self._cells.update({cell.id: cell for cell in broken})
        return broken


def _encode(redactor: Redactor, value: object) -> bytes:
    # by way of JSON, so that the redactor meets nothing but builtins
    return msgspec.json.encode(redactor.tree(msgspec.json.decode(msgspec.json.encode(value))))
