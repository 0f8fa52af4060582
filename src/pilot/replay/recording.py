"""What a replay needs of a record: what was asked for, and every answer that was given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pilot.errors import UsageError
from pilot.export.record import FORMAT, VERSION
from pilot.host import RecordedAnswer
from pilot.session.undo import EDITED

_UNDONE = "undone"
_ENDED = ("done", "skipped", "stale")
_REQUEST, _RUN = "refine_pipeline", "run_pipeline"


class _Cell(msgspec.Struct):
    id: int
    step: str
    state: str
    parent: int | None = None
    input: str = ""
    says: str = ""


class _Answer(msgspec.Struct):
    question: str
    answer: str
    cell: int | None = None
    about: str | None = None


class _Exchange(msgspec.Struct):
    model: str
    asked: str
    answer: str
    finish: str = "stop"
    cell: int | None = None


class _Writer(msgspec.Struct):
    kind: str = "builtin"
    model: str | None = None
    window: int | None = None


class _Facts(msgspec.Struct):
    name: str | None = None
    destination: str | None = None
    goal: str | None = None
    docs: str | None = None
    picked: tuple[str, ...] | None = None
    writer: _Writer | None = None


class _Session(msgspec.Struct):
    policy: str = "create_pipeline"


class _Record(msgspec.Struct):
    format: str
    version: int
    facts: _Facts
    cells: tuple[_Cell, ...] = ()
    answers: tuple[_Answer, ...] = ()
    model: tuple[_Exchange, ...] = ()
    session: _Session = msgspec.field(default_factory=_Session)


@dataclass(frozen=True)
class Part:
    """Something that was done after the policy's own course."""

    request: str | None
    """What should be different, in words; None: the script was run again as it was."""
    ended: bool = True
    """It came to its end then; a part that did not need not do so now."""


@dataclass(frozen=True)
class ModelAnswer:
    """What a model answered to which messages."""

    messages: str
    """The messages' contents, in a form that equal ones share."""
    text: str
    finish: str


@dataclass(frozen=True)
class Recording:
    """A session to do again. What was undone is left out."""

    name: str
    destination: str
    policy: str
    goal: str | None
    docs: str | None
    picked: tuple[str, ...]
    model: str | None
    """The model that wrote; None for the built-in writer."""
    window: int | None
    answers: tuple[RecordedAnswer, ...]
    """What the person answered, oldest first."""
    replies: tuple[ModelAnswer, ...]
    parts: tuple[Part, ...]
    edits: tuple[str, ...] = ()
    """Files that the person edited by hand between two cells: a replay does not do that again."""


def read_recording(file: Path) -> Recording:
    """The recording in a file. Raises UsageError for one that is none, or by a newer pilot."""
    try:
        record = msgspec.json.decode(file.read_bytes(), type=_Record)
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}.", "Name a record.") from None
    except msgspec.MsgspecError as error:
        raise _no_record(file, str(error)) from None
    if record.format != FORMAT:
        raise _no_record(file, f"its format is {record.format!r}")
    if record.version > VERSION:
        raise UsageError(f"{file} was written by a newer pilot.", "Update pilot.")
    facts = record.facts
    if facts.name is None:
        raise UsageError(f"{file} tells of a session that had no name yet.", "There is nothing to do again.")
    writer = facts.writer or _Writer()
    undone = {cell.id for cell in record.cells if cell.state == _UNDONE}
    return Recording(
        name=facts.name,
        destination=facts.destination or "duckdb",
        policy=record.session.policy,
        goal=facts.goal,
        docs=facts.docs,
        picked=facts.picked or (),
        model=writer.model if writer.kind == "model" else None,
        window=writer.window,
        answers=tuple(
            RecordedAnswer(a.question, a.answer, a.about) for a in record.answers if a.cell not in undone
        ),
        replies=tuple(_reply(e) for e in record.model if e.cell not in undone),
        parts=tuple(_parts(record.cells)),
        edits=tuple(cell.says for cell in record.cells if cell.step == EDITED and cell.state != _UNDONE),
    )


def _parts(cells: tuple[_Cell, ...]) -> Iterator[Part]:
    for cell in cells:
        if cell.parent is None and cell.state != _UNDONE and cell.step in (_REQUEST, _RUN):
            yield Part(cell.input if cell.step == _REQUEST else None, cell.state in _ENDED)


def _reply(exchange: _Exchange) -> ModelAnswer:
    try:
        messages = told(json.loads(exchange.asked))
    except ValueError:
        messages = exchange.asked
    return ModelAnswer(messages, exchange.answer, exchange.finish)


def told(messages: object) -> str:
    """The contents of messages, in a form that equal ones share."""
    entries = messages if isinstance(messages, list) else []
    contents = [entry.get("content") for entry in entries if isinstance(entry, dict)]
    return json.dumps(contents, ensure_ascii=False)


def _no_record(file: Path, why: str) -> UsageError:
    return UsageError(f"{file} is no record of a session: {why}.", "pilot export session.json writes one.")
