"""The verdict on a load: what is proven of each table's completeness, and by what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


class Judged(str, Enum):
    """How complete a table is, as far as that can be proven."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    NOT_PROVABLE = "not provable"


@dataclass(frozen=True)
class TableVerdict:
    """What was found of one table, and the reason in one line."""

    table: str
    rows: int
    judged: Judged
    reason: str
    """`API total 1 204 = 1 204 rows`, `Link header ended`, `paging unknown: 100 rows are the page limit`."""


def complete_tables(verdicts: Iterable[TableVerdict] | None) -> frozenset[str]:
    """The tables that are proven complete."""
    return frozenset(v.table for v in verdicts or () if v.judged is Judged.COMPLETE)


@dataclass(frozen=True)
class LoadRecord:
    """What the newest load left behind to be judged by, besides its traffic."""

    ids: tuple[str, ...] = ()
    """dlt's ids of the loads that finished in the run."""
    unfilled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns of which dlt said that no record had a value, by table."""
    cell: int | None = None
    """The cell of the load."""


@dataclass(frozen=True)
class LoadBegun:
    """What was there when a load began, so that what it brought is known even if nobody sees its end."""

    cell: int
    finished: tuple[str, ...] | None
    """dlt's ids of the loads that were finished by then; None: the destination could not be asked."""
