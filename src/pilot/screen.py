"""What pilot can show, as plain data: a host turns it into a screen, a page, or a log.

Text in blocks is shown as it is: hosts interpret no markup in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct


class Line(Struct, frozen=True, tag="line"):
    """One line of prose. `tone` is one of `plain quiet good warn bad`."""

    text: str
    tone: str = "plain"


class Table(Struct, frozen=True, tag="table"):
    """Rows under headings; every value already as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    tones: tuple[str, ...] = ()
    """A tone for each row, as a line has one; empty where all are plain."""
    wraps: bool = False
    """What the last column has no room for goes on below, rather than being cut."""


class Diff(Struct, frozen=True, tag="diff"):
    """A change of one file. `before` is None for a new file."""

    path: str
    before: str | None
    after: str


class Code(Struct, frozen=True, tag="code"):
    """A listing. `language` as Pygments names it."""

    text: str
    language: str = "python"


class Output(Struct, frozen=True, tag="output"):
    """What a program printed."""

    text: str
    title: str = ""


Block: TypeAlias = Line | Table | Diff | Code | Output


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> Table:
    """A Table from anything that has a text."""
    return Table(
        tuple(columns), tuple(tuple("" if v is None else str(v) for v in row) for row in rows), title
    )
