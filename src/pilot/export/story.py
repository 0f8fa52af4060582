"""The story of a session as data: what a notebook and a page tell, gathered once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.names import ProjectNames
from pilot.notebook import depths
from pilot.screen import Block, Diff, Line, Output, Table
from pilot.session.cell import Cell, CellState, FileChange
from pilot.session.session import WITHHELD, Session
from pilot.verdict import TableVerdict
from pilot.warehouse.tables import TableInfo
from pilot.writers.writer import Usage

_RECORDS = "first records"
"""The title under which a preview shows rows."""
_CODE = (".py", ".toml", ".txt", ".sql", ".cfg", ".ini", ".yaml", ".yml")


_NAME = r'"[^"]+"|\w+'
_READ = re.compile(rf"\b(?:from|join)\s+(?:({_NAME})\s*\.\s*)*({_NAME})", re.IGNORECASE)
"""What a query reads from: the dataset, where one is named, and the table."""


class ReadFile(Protocol):
    """Reads a file of the project."""

    def __call__(self, path: str) -> str | None:
        """Its text; None where there is none."""


@dataclass(frozen=True)
class Chapter:
    """One cell as the story tells it."""

    cell: Cell
    depth: int
    blocks: tuple[Block, ...]
    """What it showed, and what it changed."""


@dataclass(frozen=True)
class Story:
    """Everything that a notebook or a page tells. All text is free of secrets."""

    names: ProjectNames
    goal: str
    chapters: tuple[Chapter, ...]
    files: tuple[tuple[str, str], ...]
    """Path and text of what the pipeline consists of, the script first; never secrets.toml."""
    secrets: tuple[str, ...]
    """Dotted paths of the secrets that the script reads."""
    tables: tuple[TableInfo, ...]
    """Those that the script makes: what earlier loads alone left is not among them."""
    verdicts: tuple[TableVerdict, ...]
    sql: str
    """A query over these tables; "" where there is none."""
    result: Table | None
    """What the query gave when it was run."""
    loaded: str
    """What came of the last load, in one line."""
    usage: Usage
    writer: str
    samples: bool
    """Whether values of single records may be told."""

    @property
    def script(self) -> str:
        """The script's text."""
        return self.files[0][1]

    @property
    def began(self) -> float:
        """When the first cell began, in seconds since the epoch."""
        return self.chapters[0].cell.started if self.chapters else 0.0


def gather(session: Session, read: ReadFile, redact: Callable[[str], str], samples: bool) -> Story:
    """The story so far. Raises PilotError where there is no script to tell of."""
    facts = session.facts
    names = facts.names
    script = read(names.script) if names is not None else None
    if names is None or script is None:
        raise PilotError("There is no script here yet, so there is no story.", "pilot resume goes on.")
    files = [(names.script, script), *_other_files(session, read, names.script)]
    writer = facts.writer
    tables = _current(facts)
    sql = facts.sql if facts.sql and _runs_on(facts.sql, tables, facts.tables or ()) else ""
    return Story(
        names=names,
        goal=facts.goal or "",
        chapters=tuple(_chapters(session, samples)),
        files=tuple((path, redact(text)) for path, text in files),
        secrets=tuple(secret.path for secret in facts.secrets or ()),
        tables=tables,
        verdicts=facts.verdicts or (),
        sql=sql,
        result=_result(session) if sql else None,
        loaded=_says(session, "load"),
        usage=session.usage,
        writer="" if writer is None else writer.model or "built-in writer",
        samples=samples,
    )


def _current(facts: Facts) -> tuple[TableInfo, ...]:
    """The tables without those that only earlier loads fed, such as one under its name of before."""
    tables = facts.tables or ()
    earlier = {verdict.table for verdict in facts.verdicts or () if verdict.earlier}
    return tuple(info for info in tables if info.name not in earlier) or tables


def _runs_on(sql: str, tables: Sequence[TableInfo], known: Sequence[TableInfo]) -> bool:
    """Whether a query reads none of the datasets' other tables, which a fresh load would not make."""
    current = {info.name.casefold() for info in tables}
    others = {info.name.casefold() for info in known} - current
    datasets = {info.schema.casefold() for info in known}
    for dataset, name in _READ.findall(sql):
        read = name.strip('"').casefold()
        if read not in current and (read in others or dataset.strip('"').casefold() in datasets):
            return False
    return True


def _other_files(session: Session, read: ReadFile, script: str) -> list[tuple[str, str]]:
    """The files that the session made, as they are now, in the order in which they came."""
    paths = dict.fromkeys(change.path for cell in session.cells for change in cell.changes)
    wanted = (path for path in paths if path != script and _is_told(path))
    return [(path, text) for path in wanted if (text := read(path)) is not None]


def _is_told(path: str) -> bool:
    hidden = PurePath(path).name.endswith("secrets.toml") or path.startswith(".pilot/state")
    return not hidden and PurePath(path).suffix in _CODE


def _chapters(session: Session, samples: bool) -> list[Chapter]:
    """The cells that count: those that were undone are not part of the story."""
    depth = depths(session.cells)
    told = []
    for cell in session.cells:
        if cell.state is not CellState.UNDONE:
            blocks = [*_shown(cell, samples), *(_change(session, change) for change in cell.changes)]
            told.append(Chapter(cell, depth[cell.id], tuple(blocks)))
    return told


def _shown(cell: Cell, samples: bool) -> list[Block]:
    """A cell's blocks; records only where their values may be told."""
    hidden = Line("The first records are left out; --samples includes them.", "quiet")
    return [hidden if _holds_records(block) and not samples else block for block in cell.shown]


def _holds_records(block: Block) -> bool:
    return isinstance(block, Output) and block.title == _RECORDS


def _change(session: Session, change: FileChange) -> Block:
    if WITHHELD in (change.before, change.after):
        return Line(f"{change.path} changed; it holds secrets, so it is not told", "quiet")
    kept = [session.content(digest) for digest in (change.before, change.after)]
    before, after = (None if k is None else k[0].decode("utf-8", "replace") for k in kept)
    return Diff(change.path, before, after or "")


def _result(session: Session) -> Table | None:
    """The rows of the newest query."""
    cell = _newest(session, "query_tables")
    tables = [block for block in cell.shown if isinstance(block, Table)] if cell else []
    return tables[-1] if tables else None


def _says(session: Session, step: str) -> str:
    cell = _newest(session, step)
    return cell.says if cell else ""


def _newest(session: Session, step: str) -> Cell | None:
    cells = (cell for cell in reversed(session.cells) if cell.step == step)
    return next((cell for cell in cells if cell.state is CellState.DONE), None)
