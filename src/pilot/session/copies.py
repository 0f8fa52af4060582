"""Copies of a DuckDB file from before a load, so that undo can take rows back."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from pathlib import Path

from pilot.session.cell import DatabaseMove
from pilot.session.file import STATE

FOLDER = STATE / "copies"
_NONE = ".none"
"""Ends the name of a mark that there was no database before a load."""
_KEPT = 3
"""Copies that are kept; older ones make room."""
_FICLONE = 0x40049409
"""Linux' request to share a file's blocks until one of the two is written to."""


class Copies:
    """The copies of one project."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / FOLDER

    def take(self, cell: int, database: str, largest: int) -> bool:
        """Copy a database that nobody has open, before the load of a cell; whether it could be.

        `largest` is the size in bytes up to which it is copied where the disk can't share its blocks.
        """
        source = self._root / database
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{cell}-{source.name}"
        if not source.exists():
            (self._folder / (name + _NONE)).touch()
            return True
        copy = self._folder / name
        half = copy.with_name(f".{name}.new")
        try:
            if not _shared(source, half) and not _copied(source, half, largest):
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

    def way_back(self, loads: tuple[int, ...]) -> DatabaseMove | None:
        """How the database goes back to before the first of these loads; None where no copy is kept."""
        for cell in loads[:1]:
            for file in self._files():
                number, _, name = file.name.partition("-")
                if number == str(cell):
                    none = name.endswith(_NONE)
                    path = name.removesuffix(_NONE)
                    if (self._root / path).exists():
                        return DatabaseMove(path, None if none else file.name, f"undone-{cell}-{path}")
        return None

    def bring_back(self, move: DatabaseMove) -> None:
        """Set the database aside, and put the copy in its place."""
        self._folder.mkdir(parents=True, exist_ok=True)
        database, aside = self._root / move.path, self._folder / move.aside
        if not aside.exists() and database.exists():
            _rename(database, aside)
        if move.copy is not None and not database.exists():
            _rename(self._folder / move.copy, database)

    def bring_forth(self, move: DatabaseMove) -> None:
        """The other way round."""
        database, aside = self._root / move.path, self._folder / move.aside
        if move.copy is not None and database.exists() and not (self._folder / move.copy).exists():
            _rename(database, self._folder / move.copy)
        if aside.exists() and not database.exists():
            _rename(aside, database)

    def _files(self) -> list[Path]:
        found = [f for f in self._folder.glob("[0-9]*-*") if f.suffix != ".wal"]
        return sorted(found, key=lambda file: int(file.name.partition("-")[0]))

    def _prune(self) -> None:
        full = [file for file in self._files() if not file.name.endswith(_NONE)]
        for file in full[:-_KEPT]:
            file.unlink(missing_ok=True)
            _journal(file).unlink(missing_ok=True)


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
    shutil.copymode(source, target)
    return True


def _copied(source: Path, target: Path, largest: int) -> bool:
    size = source.stat().st_size
    free = shutil.disk_usage(target.parent).free
    if size > largest or size > free // 2:
        return False
    shutil.copyfile(source, target)
    shutil.copymode(source, target)
    return target.stat().st_size == size
