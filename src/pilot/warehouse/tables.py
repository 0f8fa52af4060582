"""What is known about loaded tables, and what a query gives back."""

from __future__ import annotations

from dataclasses import dataclass


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
class QueryResult:
    """Rows of a query, every value as text (None stays None), bounded."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    more: bool = False
    """There were more rows than were fetched."""
