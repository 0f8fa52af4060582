"""Copies of a DuckDB file from before a load: undo takes rows back, and a load that broke off begins anew."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from pilot.config import config_files, read_config
from pilot.errors import UsageError
from pilot.session.cell import DatabaseMove
from pilot.session.file import STATE

FOLDER = STATE / "copies"
_NONE = ".none"
"""Ends the name of a mark that there was no database before a load."""
_STATE = "state-"
_BROKEN_OFF = "broken-off-"
"""Begins the name of what a load left that did not come to its end; the newest one is kept."""
LARGEST = 200_000_000
"""Bytes."""
_KEPT = 3
"""Copies that are kept; older ones make room."""
_FICLONE = 0x40049409
"""Linux' request to share a file's blocks until one of the two is written to."""


def largest_copy(root: Path, environ: Mapping[str, str]) -> int:
    """Up to how many bytes a database is copied: `[undo] largest_copy_mb` in a configuration file."""
    largest = LARGEST
    for file in config_files(root, environ):
        undo = read_config(file).get("undo", {})
        value = undo.get("largest_copy_mb") if isinstance(undo, dict) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            largest = int(value * 1_000_000)
        elif value is not None:
            raise UsageError(f"largest_copy_mb in {file} is no number: {value!r}.", "For example: 500")
    return largest


class Copies:
    """The copies of one project.

    `largest` is the size in bytes up to which a database is copied where the disk can't share its blocks.
    """

    def __init__(self, root: Path, largest: int = LARGEST) -> None:
        self._root = root
        self._folder = root / FOLDER
        self._largest = largest

    def take(self, cell: int, database: str) -> bool:
        """Copy a database that nobody has open, before the load of a cell; whether it could be.

        A second time for the same cell it stays as it is: the cell's first try may have loaded something.
        """
        source = self._root / database
        copy = self._copy(cell, database)
        mark = copy.with_name(copy.name + _NONE)
        if copy.exists() or mark.exists():
            return True
        half = copy.with_name(f".{copy.name}.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not source.exists():
                mark.touch()
                return True
            if not _shared(source, half) and not _copied(source, half, self._largest):
                return False
            with suppress(FileNotFoundError):
                shutil.copyfile(_journal(source), _journal(copy))
            half.replace(copy)
        except OSError:
            return False
        finally:
            half.unlink(missing_ok=True)
        self._prune()
        return True

    def begins(self, cell: int, database: str) -> Path:
        """A load begins, so nobody has left the database as it is; the folder for what dlt knows by now."""
        self._seal_of(database).unlink(missing_ok=True)
        for folder in self._folder.glob(f"{_STATE}*"):
            if folder != self.state(cell):
                shutil.rmtree(folder, ignore_errors=True)
        return self.state(cell)

    def state(self, cell: int) -> Path:
        """The folder for what dlt knew before the load of a cell."""
        return self._folder / f"{_STATE}{cell}"

    def can_begin_anew(self, cell: int, database: str) -> bool:
        """Whether a database can be what it was before a load; not where others wrote to it after its end."""
        copy = self._copy(cell, database)
        none = copy.with_name(copy.name + _NONE).exists() and (self._root / database).exists()
        return (copy.exists() or none) and (not self._seal_of(database).exists() or self._sealed(database))

    def touched(self, cell: int, database: str) -> bool:
        """Whether a database is another than before the load."""
        target, copy = self._root / database, self._copy(cell, database)
        there = [file for file in (target, copy) if file.exists()]
        return len(there) == 1 or len({_stamp(file) for file in there}) > 1

    def begin_anew(self, cell: int, database: str) -> None:
        """Have it be that, and set aside what the load left; the copy stays."""
        target, copy = self._root / database, self._copy(cell, database)
        if target.exists():
            _rename(target, self._folder / f"{_BROKEN_OFF}{_as_name(database)}")
        if copy.exists():
            half = copy.with_name(f".{copy.name}.new")
            if not _shared(copy, half):
                shutil.copy2(copy, half)
            with suppress(FileNotFoundError):
                shutil.copyfile(_journal(copy), _journal(target))
            half.replace(target)
        self.seal(database)

    def seal(self, database: str) -> None:
        """Note how a load left the database, so that what others do to it later is not undone with it."""
        with suppress(OSError):
            self._seal_of(database).write_text(_stamp(self._root / database), "utf-8")

    def changed_by(self, cell: int) -> bool:
        """Whether a database is another than before the load of a cell, whatever became of the load."""
        return any(self.touched(cell, _database_of(file)) for file in self._files() if _cell_of(file) == cell)

    def way_back(self, loads: Sequence[int]) -> DatabaseMove | None:
        """How the database goes back to before the first of these loads.

        None where no copy is kept, or somebody else has written to the database since.
        """
        found = [file for file in self._files() if loads and _cell_of(file) == loads[0]]
        if not found:
            return None
        none, path = found[0].name.endswith(_NONE), _database_of(found[0])
        if not self._sealed(path):
            return None
        aside = f"undone-{loads[0]}-{_as_name(path)}"
        return DatabaseMove(path, None if none else found[0].name, aside)

    def bring_back(self, move: DatabaseMove) -> None:
        """Set the database aside, and put the copy in its place."""
        self._folder.mkdir(parents=True, exist_ok=True)
        database, aside = self._root / move.path, self._folder / move.aside
        if not aside.exists() and database.exists():
            _rename(database, aside)
        if move.copy is not None and not database.exists():
            _rename(self._folder / move.copy, database)
        self.seal(move.path)

    def bring_forth(self, move: DatabaseMove) -> None:
        """The other way round."""
        database, aside = self._root / move.path, self._folder / move.aside
        if move.copy is not None and database.exists() and not (self._folder / move.copy).exists():
            _rename(database, self._folder / move.copy)
        if aside.exists() and not database.exists():
            _rename(aside, database)
        self.seal(move.path)

    def _sealed(self, database: str) -> bool:
        """Whether a database is as pilot left it."""
        try:
            return self._seal_of(database).read_text("utf-8") == _stamp(self._root / database)
        except OSError:
            return False

    def _seal_of(self, database: str) -> Path:
        return self._folder / f"{_as_name(database)}.seal"

    def _copy(self, cell: int, database: str) -> Path:
        return self._folder / f"{cell}-{_as_name(database)}"

    def _files(self) -> list[Path]:
        found = [f for f in self._folder.glob("[0-9]*-*") if f.suffix not in (".wal", ".seal")]
        return sorted(found, key=_cell_of)

    def _prune(self) -> None:
        full = [file for file in self._files() if not file.name.endswith(_NONE)]
        for file in full[:-_KEPT]:
            file.unlink(missing_ok=True)
            _journal(file).unlink(missing_ok=True)


def _as_name(database: str) -> str:
    """A database's path as the name of a file."""
    return quote(database, safe=" ")


def _database_of(file: Path) -> str:
    """The database's path, of a copy's or a mark's name."""
    return unquote(file.name.partition("-")[2].removesuffix(_NONE))


def _cell_of(file: Path) -> int:
    number = file.name.partition("-")[0]
    return int(number) if number.isdecimal() else -1


def _stamp(database: Path) -> str:
    """What tells one state of a file from another without reading it."""
    about = database.stat()
    return f"{about.st_size} {about.st_mtime_ns}"


def _journal(database: Path) -> Path:
    """What DuckDB had not yet written into the file."""
    return database.with_name(database.name + ".wal")


def _rename(source: Path, target: Path) -> None:
    """Move a database with its journal; the journal first, so that it is never with another file."""
    with suppress(FileNotFoundError):
        _journal(source).replace(_journal(target))
    source.replace(target)


def _shared(source: Path, target: Path) -> bool:
    """Copy by sharing blocks, which takes no room and no time; whether the disk can."""
    if sys.platform != "linux":
        return False
    import fcntl

    with source.open("rb") as reading, target.open("wb") as writing:
        try:
            fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
        except OSError:
            return False
    shutil.copystat(source, target)
    return True


def _copied(source: Path, target: Path, largest: int) -> bool:
    size = source.stat().st_size
    free = shutil.disk_usage(target.parent).free
    if size > largest or size > free // 2:
        return False
    shutil.copyfile(source, target)
    shutil.copystat(source, target)
    return target.stat().st_size == size
