"""The showing half of a host, the same whether somebody is there to answer or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TextIO

from pilot.host import Progress, silence
from pilot.hosts.cells import closing, heading
from pilot.hosts.live import LiveRegion, LogRegion, Region
from pilot.hosts.paper import Paper
from pilot.hosts.render import MARGIN, render, stands_apart
from pilot.screen import Block, Line, Output
from pilot.session.cell import Cell, CellState

_STEP_IN = 2


class ScreenWriter:
    """Shows blocks, cells and what is going on. `quiet` leaves trouble and what is asked about."""

    def __init__(
        self, *, stream: TextIO, quiet: bool, verbose: bool, redact: Callable[[str], str] = str
    ) -> None:
        self._paper = Paper(stream, redact)
        self.waited = 0.0
        self._quiet = quiet
        self._verbose = verbose
        self._open: list[Cell] = []
        self._headed = 0
        """How many of the open cells have their heading on the screen."""
        self._held: list[Block] = []
        self._regions: list[Region] = []
        self._lock = RLock()

    def show(self, *blocks: Block) -> None:
        """Show blocks, in order. Quiet, those within a cell wait until something is asked about them."""
        with self._lock:
            if self._quiet and self._open:
                self._held += [block for block in blocks if not _is_news(block)]
                blocks = tuple(block for block in blocks if _is_news(block))
            if blocks:
                self._head()
                self._write(blocks, self._margin)

    def open_cell(self, cell: Cell) -> None:
        """A cell begins; those around it get their headings now."""
        with self._lock:
            if not self._quiet:
                self._head()
            self._open.append(cell)

    def close_cell(self, cell: Cell) -> None:
        """A cell has ended."""
        with self._lock:
            self._held.clear()
            while self._open and self._open.pop().id != cell.id:
                pass
            self._headed, headed = min(self._headed, len(self._open)), self._headed > len(self._open)
            margin = MARGIN + _STEP_IN * len(self._open)
            if self._quiet and (cell.state.finished or cell.state is CellState.UNDONE):
                self._write([block for block in cell.shown if _is_news(block)], margin)
                return
            self._paper.print(closing(cell, len(self._open), self._paper))
            self._write(cell.shown, margin)
            if headed or cell.shown:
                self._paper.gap()

    @contextmanager
    def working(self, text: str) -> Iterator[Progress]:
        """Tell what is going on until the block ends."""
        if self._quiet:
            with silence() as silent:
                yield silent
            return
        if self._verbose:
            self._head()
        kind = LiveRegion if self._paper.lively else LogRegion
        region: Region = kind(self._paper, text, self._keep, self._verbose)
        with self._alone():
            broken = True
            self._regions.append(region)
            try:
                region.start()
                yield region
                broken = False
            finally:
                self._regions.remove(region)
                region.end(broken)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No live region on the screen until the block ends."""
        region = self._regions[-1] if self._regions else None
        if region is not None:
            region.stop()
        yield
        if region is not None:
            region.start()

    def _show_held(self) -> None:
        """What a question is about comes into sight before it."""
        with self._lock:
            held, self._held = self._held, []
            self._write(held, self._margin)

    def _head(self) -> None:
        """Give the open cells their headings."""
        if self._headed < len(self._open):
            self._paper.gap()
        for depth in range(self._headed, len(self._open)):
            self._paper.print(heading(self._open[depth], depth, self._paper), sets_apart=True)
        self._headed = len(self._open)

    @property
    def _margin(self) -> int:
        """Where blocks begin: within a cell below its title."""
        return MARGIN + _STEP_IN * (len(self._open) - 1) if self._open else 0

    def _write(self, blocks: Sequence[Block], margin: int) -> None:
        for block in blocks:
            if stands_apart(block):
                self._paper.gap()
            self._paper.print(render(block, self._paper, margin))
            if stands_apart(block):
                self._paper.gap()

    def _keep(self, lines: Sequence[str]) -> None:
        """Streamed lines that stay."""
        with self._lock:
            if lines:
                self._head()
                self._paper.print(render(Output("\n".join(lines)), self._paper, self._margin))


def _is_news(block: Block) -> bool:
    """Whether a quiet screen shows it all the same."""
    return isinstance(block, Line) and block.tone in ("warn", "bad")
