"""The ledgers: what was sent, asked and answered, per cell, and found again after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.facts import Facts
from pilot.run.traffic import Exchange
from pilot.session.cell import Cell, CellState
from pilot.session.ledger import ModelExchange
from pilot.session.session import Session
from pilot.session.store import STATE, Store
from pilot.writers.writer import Usage
from tests.support.rooms import PlainRedactor

_REDACTOR = PlainRedactor(("hunter2-hunter2",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path)
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return Session.start(store, _REDACTOR, "create_pipeline", Facts(name="weather"))


def _begin(session: Session, step: str = "write_code") -> Cell:
    return session.begin(Cell(0, step, step.title()))


def _end(session: Session, cell: Cell) -> None:
    session.finish(replace(cell, state=CellState.DONE))


def _again(store: Store) -> Session:
    found = Session.newest(store, _REDACTOR)
    assert found is not None
    return found


def test_traffic_is_kept_per_cell_and_in_order(store: Store, session: Session) -> None:
    pages = [Exchange("GET", f"https://api.example/items?page={n}", 200, records=10) for n in range(3)]
    first = _begin(session, "check_api")
    session.record_traffic(pages[:1])
    _end(session, first)
    second = _begin(session, "load")
    session.record_traffic(pages[1:2])
    session.record_traffic(pages[2:])
    _end(session, second)
    again = _again(store)
    assert again.traffic(first.id) == (pages[0],)
    assert again.traffic(second.id) == (pages[1], pages[2])
    assert again.traffic() == tuple(pages)


def test_no_secret_reaches_a_ledger(tmp_path: Path, store: Store, session: Session) -> None:
    _begin(session)
    session.record_traffic([Exchange("GET", "https://api.example/?x=hunter2-hunter2", 200)])
    session.record_exchange(ModelExchange("k", "m", "asked hunter2-hunter2", "said hunter2-hunter2"))
    session.record_answer("q", "Which?", "the hunter2-hunter2 one")
    assert session.traffic()[0].url.endswith("[secret]")
    assert session.exchanges()[0].asked == "asked [secret]"
    assert session.answers()[0].answer == "the [secret] one"
    for file in (tmp_path / STATE).iterdir():
        assert b"hunter2-hunter2" not in file.read_bytes(), file


def test_what_a_model_said_to_a_cell_that_was_killed_is_known_once(store: Store, session: Session) -> None:
    asked = ModelExchange("key", "m", "[]", "the script", usage=Usage(1, 10, 20))
    cell = _begin(session)
    session.record_exchange(asked)
    assert session.known_exchange("key") is None, "the cell that asked asks on purpose"
    again = _again(store)
    new = _begin(again)
    assert again.known_exchange("other") is None
    found = again.known_exchange("key")
    assert found is not None
    assert (found.answer, found.usage, found.cell) == ("the script", asked.usage, cell.id)
    assert again.known_exchange("key") is None
    _end(again, new)
    assert _again(store).known_exchange("key") is None


def test_an_answer_outlives_any_number_of_kills(store: Store, session: Session) -> None:
    _begin(session)
    session.record_exchange(ModelExchange("key", "m", "[]", "the script"))
    session.record_answer("q", "Which API?", "stations")
    for _ in range(3):
        session = _again(store)
        _begin(session)
        found = session.known_exchange("key")
        assert found is not None and found.answer == "the script"
        assert session.known_answer("q") == "stations"


def test_a_finished_cell_keeps_its_answers_to_itself(store: Store, session: Session) -> None:
    cell = _begin(session)
    session.record_exchange(ModelExchange("key", "m", "[]", "the script"))
    session.record_answer("q", "Which API?", "stations")
    _end(session, cell)
    _begin(session)
    assert session.known_exchange("key") is None
    assert session.known_answer("q") is None


def test_equal_questions_get_their_answers_in_order(store: Store, session: Session) -> None:
    _begin(session)
    for answer in ("one", "two"):
        session.record_answer("q", "And?", answer)
    again = _again(store)
    _begin(again)
    assert [again.known_answer("q") for _ in range(3)] == ["one", "two", None]
