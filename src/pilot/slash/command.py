"""The contract of a slash command, and what one may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pilot.screen import Block


class SlashContext(Protocol):
    """What the commands do, by whoever holds the session. Methods raise PilotError to tell what is wrong."""

    def show(self, number: int | None) -> Sequence[Block]:
        """A cell by its number, or what there is to show when there is none."""

    def run(self) -> Sequence[Block]:
        """Run the script."""

    def sql(self, text: str) -> Sequence[Block]:
        """Ask the loaded tables, in SQL or in words."""

    def profile(self, words: str) -> Sequence[Block]:
        """What is known of the API; with words, what they put right about it."""

    def tables(self) -> Sequence[Block]:
        """The loaded tables."""

    def dlt(self, arguments: Sequence[str]) -> Sequence[Block]:
        """Run a dlt command, without a shell."""

    def undo(self, number: int | None) -> Sequence[Block]:
        """Put the last change back, or a cell and all after it."""

    def redo(self) -> Sequence[Block]:
        """Take the last undo back."""

    def diff(self, first: int, second: int | None) -> Sequence[Block]:
        """What differs in the files between two cells."""

    def change(self, words: str) -> Sequence[Block]:
        """Change the script as the words say, and prove it anew."""

    def rerun(self, number: int) -> Sequence[Block]:
        """Run a cell again, and what comes after it."""

    def sessions(self) -> Sequence[Block]:
        """The project's sessions."""

    def model(self, name: str) -> Sequence[Block]:
        """Go on with another model."""

    def log(self) -> Sequence[Block]:
        """The cells so far."""


Act: TypeAlias = "Callable[[SlashContext, str], Sequence[Block]]"
"""Carries a command out; gets what was typed after its name, as it was typed."""


@dataclass(frozen=True)
class Command:
    """One slash command: how it is typed, what it does in one line, and doing it."""

    name: str
    arguments: str
    """As `/help` shows them; "" for none."""
    help: str
    act: Act
    also: tuple[str, ...] = ()
    """Other names that people try."""

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.arguments}".rstrip()
