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
    announced: int = 0
    """Records that the API announced beyond those that came, where neither is proven wrong."""
    earlier: bool = False
    """The load brought nothing for it: its rows are of earlier ones."""


def complete_tables(verdicts: Iterable[TableVerdict] | None) -> frozenset[str]:
    """The tables that are proven complete."""
    return frozenset(v.table for v in verdicts or () if v.judged is Judged.COMPLETE)


def announced_more(verdicts: Iterable[TableVerdict] | None) -> list[str]:
    """Tables for which the API announces more than came: a line each, for the end of a run."""
    return [
        f"{v.table}: the API announces {v.announced:,} records more than came; they may be missing"
        for v in verdicts or ()
        if v.announced and v.judged is not Judged.COMPLETE
    ]


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
