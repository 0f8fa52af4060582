"""A host that passes everything on to another one: what is asked or shown otherwise, a subclass says."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pilot.host import Host, Progress, Question
from pilot.screen import Block
from pilot.session.cell import Cell


class PassingHost:
    """Everything as on another host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def interactive(self) -> bool:
        """Whether somebody is there to answer."""
        return self._host.interactive

    @property
    def waited(self) -> float:
        """Seconds spent waiting for the person."""
        return self._host.waited

    def ask(self, question: Question) -> str:
        """The person's answer."""
        return self._host.ask(question)

    def show(self, *blocks: Block) -> None:
        """Show blocks."""
        self._host.show(*blocks)

    def working(self, text: str) -> AbstractContextManager[Progress]:
        """Tell what is going on."""
        return self._host.working(text)

    def edit(self, text: str, suffix: str) -> str | None:
        """Let the person edit."""
        return self._host.edit(text, suffix)

    def open_cell(self, cell: Cell) -> None:
        """A cell begins."""
        self._host.open_cell(cell)

    def close_cell(self, cell: Cell) -> None:
        """A cell has ended."""
        self._host.close_cell(cell)
