"""What is known about loaded tables, and what a query gives back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pilot.finding import Json


@dataclass(frozen=True)
class Column:
    """One column, with the destination's name for its type."""

    name: str
    type: str


@dataclass(frozen=True)
class TableInfo:
    """One loaded table: child tables too, dlt's own tables not."""

    schema: str
    """The dataset that it lies in."""
    name: str
    rows: int
    columns: tuple[Column, ...] = ()

    @property
    def qualified(self) -> str:
        """The name to use in SQL."""
        return f'"{self.schema}"."{self.name}"'


@dataclass(frozen=True)
class TableCounts:
    """What counting, and dlt's own schema, tell of one table. None: it could not be counted."""

    name: str
    rows: int
    new: int | None = None
    """Rows that the loads asked about brought, or brought anew; None where rows don't say from which load
    they are (child tables, tables in columns)."""
    repeated: int | None = None
    """Of those rows: how many are the same as another one in every column but dlt's own."""
    columns: tuple[str, ...] = ()
    """dlt's own left out."""
    empty: tuple[str, ...] = ()
    """Columns without a single value."""
    resource: str = ""
    """The dlt resource that it is loaded from; empty for a child table."""
    parent: str = ""
    """For a child table: the table whose records hold its rows."""
    disposition: str = ""
    """dlt's `write_disposition`: `append replace merge skip`."""
    strategy: str = ""
    """For merge: dlt's strategy, where it is set."""
    keys: tuple[str, ...] = ()
    """Columns of the primary key, or of the merge key."""
    incremental: bool = False
    """It is loaded incrementally: dlt leaves out what an earlier load had."""
    staged: int | None = None
    """For merge: rows that came before they were merged, where they are still there."""
    staged_different: int | None = None
    """Of those: different ones."""
    staged_values: dict[str, int] = field(default_factory=dict)
    """Of those: different values of the key (under the empty name), and of columns that look like an id."""
    twins: int | None = None
    """For merge with a key: rows that are the same as another one but for their key."""
    again: int | None = None
    """For append: different rows of the loads asked about that older loads had brought before."""
    absent: bool = False
    """dlt knows of it, but no record ever came for it: the destination has no such table."""
    parents: int | None = None
    """For a child table: how many of its parents have rows here."""


_DECIMALS = 6
"""Places on screen; for less than one they are counted from the first that is not zero."""


def quoted(identifier: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True)
class QueryResult:
    """Rows of a query, every value as text (None stays None), bounded."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    more: bool = False
    """There were more rows than were fetched."""
    values: tuple[tuple[Json, ...], ...] = ()
    """The same rows for programs: numbers, booleans and lists stay what they are."""

    @property
    def shown(self) -> tuple[tuple[str | None, ...], ...]:
        """The rows as a person reads them: no more decimals of a fraction than tell something."""
        values = self.values or self.rows
        pairs = (zip(texts, own, strict=True) for texts, own in zip(self.rows, values, strict=True))
        return tuple(tuple(_readable(text, value) for text, value in row) for row in pairs)


def _readable(text: str | None, value: Json) -> str | None:
    if not isinstance(value, float) or not value:
        return text
    decimals = _DECIMALS - min(0, math.floor(math.log10(abs(value))) + 1)
    _, _, fraction = (text or "").partition(".")
    return repr(round(value, decimals)) if len(fraction) > decimals else text
