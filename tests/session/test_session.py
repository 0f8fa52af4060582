"""The session on disk: complete at any moment, free of secrets, exact in what it keeps."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.screen import Line
from pilot.session.cell import Cell, CellState
from pilot.session.lock import only_writer
from pilot.session.session import WITHHELD, Session
from pilot.session.store import STATE, Store
from pilot.session.undo import undo
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


def _cell(session: Session, step: str = "write_code", parent: int | None = None, position: int = 0) -> Cell:
    return session.begin(Cell(0, step, step.title(), "create_pipeline", position, parent))


def _done(session: Session, cell: Cell, learned: Facts | None = None) -> Cell:
    from dataclasses import replace

    return session.finish(replace(cell, state=CellState.DONE), learned)


def test_a_session_is_found_again_as_it_was(store: Store, session: Session) -> None:
    _done(session, _cell(session), Facts(goal="load the weather"))
    again = Session.newest(store, _REDACTOR)
    assert again is not None
    assert again.facts == Facts(name="weather", goal="load the weather")
    assert again.cells == session.cells


def test_a_cell_that_ran_when_pilot_was_killed_is_interrupted(store: Store, session: Session) -> None:
    _cell(session, "load")
    again = Session.newest(store, _REDACTOR)
    assert again is not None
    assert again.cells[0].state is CellState.INTERRUPTED
    assert again.interrupted("load") is not None


def test_no_secret_is_written_to_the_file(tmp_path: Path, store: Store, session: Session) -> None:
    from dataclasses import replace

    cell = _cell(session)
    cell = replace(cell, says="key hunter2-hunter2", shown=(Line("hunter2-hunter2"),), state=CellState.DONE)
    session.finish(cell, Facts(goal="use hunter2-hunter2"))
    session.record_change(tmp_path, "script.py", b"key = 'hunter2-hunter2'")
    for file in (tmp_path / STATE).iterdir():
        assert b"hunter2-hunter2" not in file.read_bytes(), file


def test_starting_over_sets_the_earlier_session_aside(store: Store, session: Session) -> None:
    _done(session, _cell(session))
    other = Session.start(store, _REDACTOR, "create_pipeline", Facts(name="other"))
    found = Session.newest(store, _REDACTOR)
    assert found is not None
    assert (found.number, found.facts.name, found.cells) == (other.number, "other", ())


def _change(
    session: Session,
    root: Path,
    path: str,
    content: bytes,
    step: str = "write_code",
    parent: int | None = None,
) -> Cell:
    cell = _cell(session, step, parent)
    session.record_change(root, path, content)
    (root / path).write_bytes(content)
    return _done(session, cell, Facts(goal=content.decode("latin-1")))


def test_undo_puts_bytes_and_mode_back_exactly(tmp_path: Path, session: Session) -> None:
    file = tmp_path / "script.py"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = '\xff'\r\n")
    file.chmod(0o755)
    _change(session, tmp_path, "script.py", b"new\n")
    done = undo(session, tmp_path)
    assert done.restored == ("script.py",)
    assert file.read_bytes() == b"\xef\xbb\xbfa = 1\r\nb = '\xff'\r\n"
    assert file.stat().st_mode & 0o777 == 0o755


def test_undo_takes_the_last_change_only_and_then_the_one_before(tmp_path: Path, session: Session) -> None:
    for text in (b"one", b"two", b"three"):
        _change(session, tmp_path, "script.py", text)
    undo(session, tmp_path)
    assert ((tmp_path / "script.py").read_bytes(), session.facts.goal) == (b"two", "two")
    undo(session, tmp_path)
    assert ((tmp_path / "script.py").read_bytes(), session.facts.goal) == (b"one", "one")
    undo(session, tmp_path)
    assert not (tmp_path / "script.py").exists()
    assert session.facts == Facts(name="weather")
    with pytest.raises(PilotError, match="nothing to undo"):
        undo(session, tmp_path)


def test_undo_of_a_cell_takes_everything_after_it_along(tmp_path: Path, session: Session) -> None:
    first = _change(session, tmp_path, "a.py", b"one")
    _change(session, tmp_path, "b.py", b"two")
    _change(session, tmp_path, "a.py", b"three")
    undo(session, tmp_path, first.id)
    assert not (tmp_path / "a.py").exists()
    assert not (tmp_path / "b.py").exists()
    assert all(cell.state is CellState.UNDONE for cell in session.cells)


def test_undo_refuses_to_lose_what_the_person_changed_since(tmp_path: Path, session: Session) -> None:
    _change(session, tmp_path, "script.py", b"ours")
    (tmp_path / "script.py").write_bytes(b"theirs")
    with pytest.raises(PilotError, match=r"script\.py changed since"):
        undo(session, tmp_path)
    assert (tmp_path / "script.py").read_bytes() == b"theirs"


def test_a_repair_is_undone_with_its_step_and_a_request_for_itself(tmp_path: Path, session: Session) -> None:
    check = _cell(session, "check_api")
    repair = _cell(session, "repair_code", check.id, -1)
    session.record_change(tmp_path, "script.py", b"repaired")
    (tmp_path / "script.py").write_bytes(b"repaired")
    _done(session, repair)
    _done(session, check)
    refine = _cell(session, "refine")
    request = _cell(session, "refine_pipeline", refine.id, -1)
    session.record_change(tmp_path, "script.py", b"refined")
    (tmp_path / "script.py").write_bytes(b"refined")
    _done(session, request)
    assert undo(session, tmp_path).cell.id == request.id
    assert (tmp_path / "script.py").read_bytes() == b"repaired"
    _done(session, refine)
    assert undo(session, tmp_path).cell.id == check.id


def test_a_file_with_a_secret_is_not_kept_and_undo_says_so(tmp_path: Path, session: Session) -> None:
    cell = _change(session, tmp_path, ".secrets.toml", b"x = 'hunter2-hunter2'")
    assert session.cells[0].changes[0].after == WITHHELD
    done = undo(session, tmp_path, cell.id)
    assert (done.restored, done.kept) == ((), (".secrets.toml",))
    assert (tmp_path / ".secrets.toml").exists()


def test_several_changes_of_one_file_in_one_cell_are_one(tmp_path: Path, session: Session) -> None:
    cell = _cell(session)
    for content in (b"one", b"two"):
        session.record_change(tmp_path, "script.py", content)
        (tmp_path / "script.py").write_bytes(content)
    _done(session, cell)
    (change,) = session.cells[0].changes
    assert change.before is None
    assert session.content(change.after) == (b"two", 0o644)


def test_what_is_written_together_is_there_whole_or_not_at_all(tmp_path: Path, store: Store) -> None:
    def seen() -> list[str]:
        with closing(Store.look(tmp_path)) as other:
            return sorted(other.left())

    with suppress(KeyError), store.together():
        store.leave("first.py", None)
        raise KeyError
    assert seen() == []
    with store.together():
        store.leave("first.py", None)
        store.leave("second.py", None)
        assert seen() == []
    assert seen() == ["first.py", "second.py"]


def test_a_second_writer_is_told_who_works_here(tmp_path: Path) -> None:
    told = pytest.raises(PilotError, match=r"Another pilot \(process \d+, pilot.* since \d\d:\d\d\)")
    with only_writer(tmp_path), told, only_writer(tmp_path):
        pass
    with only_writer(tmp_path):
        pass


def test_a_damaged_file_is_set_aside_not_overwritten(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    file = tmp_path / STATE / "session.db"
    for extra in (tmp_path / STATE).glob("session.db-*"):
        extra.unlink()
    file.write_bytes(b"this is no database, but it is somebody's" * 100)
    with pytest.raises(PilotError, match="damaged .* set aside as session.damaged-"):
        Store.open(tmp_path)
    store = Store.open(tmp_path)
    assert store.sessions() == []
    store.close()
    (aside,) = (tmp_path / STATE).glob("session.damaged-*.db")
    assert aside.read_bytes().startswith(b"this is no database")


def test_a_session_of_a_newer_pilot_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    db = sqlite3.connect(tmp_path / STATE / "session.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(PilotError, match="newer pilot"):
        Store.open(tmp_path)


def test_the_state_folder_ignores_itself(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    assert (tmp_path / STATE / ".gitignore").read_text() == "*\n"


def test_undo_below_a_running_cell_takes_back_a_step_of_it_and_nothing_before(
    tmp_path: Path, session: Session
) -> None:
    before = _change(session, tmp_path, "script.py", b"a")
    part = session.begin(Cell(0, "run_pipeline", "Run"))
    _cell(session, "load", part.id)
    with pytest.raises(PilotError, match="This run has changed no file"):
        undo(session, tmp_path)
    own = _change(session, tmp_path, "script.py", b"b", "repair_code", part.id)
    _cell(session, "load", part.id)
    done = undo(session, tmp_path)
    assert (done.cell.id, session.part_of(done.cell)) == (own.id, part.id)
    assert (tmp_path / "script.py").read_bytes() == b"a"
    assert session.part_of(before) is None
    assert undo(session, tmp_path, before.id).cell.id == before.id


def test_names_and_acts_are_kept_without_secrets(store: Store) -> None:
    session = Session.start(store, _REDACTOR, "p", Facts(), "my hunter2-hunter2")
    session.record_consent("run the script: dlt --key=hunter2-hunter2", "y")
    assert [line.name for line in session.sessions()] == ["my [secret]"]
    assert [act for *_, act, _ in session.consents()] == ["run the script: dlt --key=[secret]"]


def test_undo_after_a_run_takes_back_the_run_alone(tmp_path: Path, session: Session) -> None:
    first = _change(session, tmp_path, "script.py", b"a")
    run = session.begin(Cell(0, "run_pipeline", "Run"))
    load = session.begin(Cell(0, "load", "Load", "run_pipeline", 0, run.id))
    _done(session, load)
    _done(session, run)
    done = undo(session, tmp_path)
    assert (done.cell.id, done.restored, done.loads) == (run.id, (), (load.id,))
    assert (tmp_path / "script.py").read_bytes() == b"a"
    assert undo(session, tmp_path).cell.id == first.id
