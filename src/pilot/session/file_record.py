"""A session's part about files: what cells changed in them, and the contents that are kept for undo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pilot.session.cell import COMING, Cell, CellState, FileChange
from pilot.session.redactor import Redactor, encoded
from pilot.session.snapshots import WITHHELD, Kept, content_hash, read_kept
from pilot.session.store import Store


class FileRecord:
    """The files that a session's cells changed. Only a `Session` is one; it has the cells."""

    number: int
    _store: Store
    _redactor: Redactor
    _cells: dict[int, Cell]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, oldest first."""
        return tuple(self._cells.values())

    @property
    def running(self) -> Cell | None:
        """The innermost cell that runs now."""
        return next((c for c in reversed(self.cells) if c.state is CellState.RUNNING), None)

    def record_change(self, root: Path, path: str, after: bytes, mode: int | None = None) -> None:
        """A file is about to change: keep both contents, and note them in the running cell.

        `mode` is what a new file will have.
        """
        before = read_kept(root / path)
        mode = before[1] if before else mode if mode is not None else 0o644
        with self._store.together():
            self._note(FileChange(path, self._keep(path, before), self._keep(path, (after, mode))))

    def record_created(self, root: Path, paths: Iterable[str]) -> None:
        """Files came that were not there before the running cell."""
        with self._store.together():
            for path in paths:
                self._note(FileChange(path, None, self._keep(path, read_kept(root / path))))

    def record_coming(self, root: Path, paths: Iterable[str]) -> None:
        """Files may come that are not there yet; a killed pilot can't say which of them did."""
        with self._store.together():
            for path in paths:
                if not (root / path).exists():
                    self._note(FileChange(path, None, COMING))

    def _note(self, change: FileChange) -> None:
        """Note a change in the running cell; several changes of one file are one."""
        cell = self.running
        if cell is None:
            return
        earlier = next((c for c in cell.changes if c.path == change.path), None)
        if earlier is not None:
            change = replace(change, before=earlier.before)
        others = tuple(c for c in cell.changes if c.path != change.path)
        self._cells[cell.id] = cell = replace(cell, changes=(*others, change))
        left = None if change.after == COMING else change.after
        self._store.save_change(self.number, cell.id, self._encode(cell), change.path, left)
        self._store.forget_undone(self.number)

    def edited(self, root: Path) -> list[FileChange]:
        """Files that somebody else changed since pilot left them."""
        found = []
        for path, digest in self._store.left().items():
            if digest != WITHHELD:
                now = read_kept(root / path)
                if (content_hash(*now) if now else None) != digest:
                    found.append(FileChange(path, digest, self._keep(path, now)))
        return found

    def record_found(self, change: FileChange) -> None:
        """A change that was found made."""
        self._note(change)

    def keep(self, root: Path, path: str) -> str | None:
        """Keep a file as it is now; its hash."""
        return self._keep(path, read_kept(root / path))

    def leave(self, path: str, digest: str | None) -> None:
        """Note that a file is now as that hash says."""
        self._store.leave(path, digest)

    def left_by(self, step: str, path: str) -> str | None:
        """A file's text as the newest cell of a step left it; None where that cell did not change it."""
        for cell in reversed(self.cells):
            if cell.step == step and not cell.state.past:
                found = next((change.after for change in cell.changes if change.path == path), None)
                kept = None if found in (None, WITHHELD) else self.content(found)
                return kept[0].decode("utf-8", "replace") if kept else None
        return None

    def content(self, digest: str | None) -> tuple[bytes, int] | None:
        """A kept content and its mode; None for no file. Raises KeyError for one that was withheld."""
        return None if digest is None else self._store.kept(digest)

    def _keep(self, path: str, kept: Kept | None) -> str | None:
        if kept is None:
            return None
        if path.endswith("secrets.toml") or self._redactor.leak(kept[0].decode("utf-8", "replace")):
            return WITHHELD
        return self._store.keep(*kept)

    def _encode(self, value: object) -> bytes:
        return encoded(self._redactor, value)
