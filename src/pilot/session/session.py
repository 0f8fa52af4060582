"""The session: what is known, and the cells so far. The engine alone writes to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.finding import Finding
from pilot.run.traffic import Exchange
from pilot.session.cell import COMING, Cell, CellState, Undone
from pilot.session.file_record import FileRecord
from pilot.session.ledger import ModelExchange, PersonAnswer
from pilot.session.redactor import Redactor as Redactor
from pilot.session.redactor import encoded
from pilot.session.sessions import SessionLine, chosen, listed
from pilot.session.snapshots import WITHHELD as WITHHELD
from pilot.session.store import Store
from pilot.writers.writer import Tried, Usage


class Session(FileRecord):
    """What is known: typed facts and frozen cells; no client, no console inside."""

    def __init__(self, store: Store, redactor: Redactor, number: int, policy: str, facts: Facts) -> None:
        self.number = number
        self.policy = policy
        self.facts = facts
        self.reason: Finding | None = None
        """Why the step that runs now is run once more, or as a remedy."""
        self.tried: tuple[Tried, ...] = ()
        """What was tried against that before, while a remedy runs."""
        self.last_traffic: tuple[Exchange, ...] = ()
        """What the newest run of the script sent and got."""
        self.broken: tuple[Cell, ...] = ()
        """Cells that ran when pilot was killed, until what they left behind is cleared: `take_up`."""
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
        told = None if name is None else str(redactor.tree(name))
        number = store.add_session(policy, encoded(redactor, facts), told)
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
    def usage(self) -> Usage:
        """What was asked of a model in this session."""
        return sum((cell.usage for cell in self.cells), Usage())

    @property
    def parts(self) -> tuple[Cell, ...]:
        """The cells below which a policy runs now, innermost first."""
        followed = {cell.parent for cell in self.cells if cell.policy}
        found, cell = [], self.running
        while cell is not None:
            if cell.id in followed:
                found.append(cell)
            cell = None if cell.parent is None else self._cells.get(cell.parent)
        return tuple(found)

    def part_of(self, cell: Cell) -> int | None:
        """The innermost of them that a cell lies below; None for one beside them all."""
        parts = ((part.id, self.below(part.id)) for part in self.parts)
        return next((part for part, below in parts if cell.id in {other.id for other in below}), None)

    def sessions(self) -> list[SessionLine]:
        """All sessions of the project, this one among them."""
        return listed(self._store)

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
            if (cell.policy, cell.position) == (policy, position) and not cell.state.past:
                return cell
        return None

    def interrupted(self, step: str) -> Cell | None:
        """The newest ended cell of a step, when it did not come to its end."""
        ended = [c for c in self.cells if c.step == step and c.state is not CellState.RUNNING]
        return ended[-1] if ended and ended[-1].state is CellState.INTERRUPTED else None

    def begin(self, cell: Cell) -> Cell:
        """A cell begins: numbered, dated, on disk. One that has a number goes on."""
        if cell.id:
            return self._save(replace(self._cells[cell.id], state=CellState.RUNNING, failure=None, says=""))
        cell = replace(cell, id=self._store.next_cell(), state=CellState.RUNNING, started=time.time())
        self._cells[cell.id] = cell
        self._store.begin_cell(self.number, cell.id, self._encode(cell), self._encode(self.facts))
        return cell

    def finish(self, cell: Cell, learned: Facts | None = None) -> Cell:
        """A cell ends; what it learned and its record reach the disk together."""
        changes = tuple(change for change in self._cells[cell.id].changes if change.after != COMING)
        cell = replace(cell, changes=changes)
        self._learn(learned or Facts())
        self._cells[cell.id] = cell
        self._store.end_cell(self.number, cell.id, self._encode(cell), self._encode(self.facts))
        return cell

    def learn(self, news: Facts) -> None:
        """Know more, in the midst of a cell."""
        self._learn(news)
        self._store.save_facts(self.number, self._encode(self.facts))

    def _learn(self, news: Facts) -> None:
        known, self.facts = self.facts, self.facts.learn(news)
        if self.facts != known:
            self._store.forget_undone(self.number)

    def secret_in(self, text: str) -> str | None:
        """The path of a secret whose value is in a text."""
        return self._redactor.leak(text)

    def settle(self, cell: Cell) -> None:
        """A broken cell's record, once what it left behind is cleared."""
        self._save(cell)
        self.broken = tuple(broken for broken in self.broken if broken.id != cell.id)

    def record_consent(self, act: str, answer: str) -> None:
        """Write down what was agreed to."""
        running = self.running
        told = str(self._redactor.tree(act))
        self._store.add_consent(self.number, running.id if running else None, told, answer)

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

    def newest_traffic(self, cell: int) -> tuple[Exchange, ...]:
        """The exchanges of the newest of a cell's runs."""
        return self._ledger.newest_traffic(cell)

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

    def record_answer(self, key: str, question: str, answer: str, about: str = "") -> None:
        """Keep what the person answered. Never call it with an answer that was typed hidden."""
        given = PersonAnswer(question, answer, time.time(), self._running_id, about)
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

    def make_stale(self, cells: Iterable[Cell]) -> None:
        """Cells that will be done anew, because something before them is; what they changed stays."""
        stale = self._with_states((cell, CellState.STALE) for cell in cells)
        self._store.take_back(self.number, stale, self._encode(self.facts))

    def undo(self, undone: Undone) -> int:
        """Cells are taken back: know again what was known before the first of them; its number."""
        first = min(cell for cell, _ in undone.cells)
        rows = self._with_states((self._cells[cell], CellState.UNDONE) for cell, _ in undone.cells)
        data = self._encode(replace(undone, facts=self.facts))
        self.facts = msgspec.json.decode(self._store.facts_before(self.number, first), type=Facts)
        left = [(file.path, file.before) for file in undone.files]
        return self._store.undo(self.number, rows, self._encode(self.facts), left, data)

    def redo(self, number: int, undone: Undone) -> None:
        """What was taken back counts again, and so does what was known then."""
        rows = self._with_states((self._cells[cell], state) for cell, state in undone.cells)
        self.facts = undone.facts
        left = [(file.path, file.after) for file in undone.files]
        self._store.redo(self.number, rows, self._encode(self.facts), left, number)

    def last_undone(self) -> tuple[int, Undone, str | None] | None:
        """What was taken back last and can be given again: its number, it, and what is not through yet."""
        found = self._store.undone(self.number)
        if found is None:
            return None
        number, data, pending = found
        return number, msgspec.json.decode(data, type=Undone), pending

    def facts_after(self, cell: int) -> Facts | None:
        """What was known when a cell ended, taken back since or not."""
        data = self._store.facts_after(cell)
        return None if data is None else msgspec.json.decode(data, type=Facts)

    def forget_undone(self) -> None:
        """What was taken back can't be given again."""
        self._store.forget_undone(self.number)

    def settle_undone(self, number: int) -> None:
        """The files have followed an undo or a redo."""
        self._store.settle(number)

    def _with_states(self, cells: Iterable[tuple[Cell, CellState]]) -> list[tuple[int, bytes]]:
        changed = [replace(cell, state=state) for cell, state in cells]
        self._cells.update({cell.id: cell for cell in changed})
        return [(cell.id, self._encode(cell)) for cell in changed]

    def _save(self, cell: Cell) -> Cell:
        self._cells[cell.id] = cell
        self._store.save_cell(cell.id, self._encode(cell))
        return cell

    def _end_broken_cells(self) -> tuple[Cell, ...]:
        """Cells that ran when pilot was killed did not finish."""
        running = [cell for cell in self.cells if cell.state is CellState.RUNNING]
        broken = tuple(replace(cell, state=CellState.INTERRUPTED) for cell in running)
        self._cells.update({cell.id: cell for cell in broken})
        return broken
