"""Ledgers and tables by hand: what a script might have asked, and what might be loaded."""

from __future__ import annotations

from typing import Any

from pilot.judge.evidence import Evidence
from pilot.judge.feeds import feeds_of
from pilot.run.traffic import Exchange
from pilot.verdict import TableVerdict
from pilot.warehouse.tables import TableCounts

HOST = "https://api.example.com"


def got(path: str, records: int | None = 10, **more: Any) -> Exchange:
    """An answer with records."""
    status = more.pop("status", 200)
    return Exchange(more.pop("method", "GET"), f"{HOST}{path}", status, records=records, **more)


def failed(path: str, status: int | None = 500, **more: Any) -> Exchange:
    """An answer that is none."""
    return Exchange("GET", f"{HOST}{path}", status, **more)


def pages(count: int, size: int = 10, last: int = 10, path: str = "/people", **more: Any) -> list[Exchange]:
    """Pages by number, in order; `last` is how many the last one holds."""
    sizes = [size] * (count - 1) + [last]
    return [got(f"{path}?page={n}", held, at=float(n), **more) for n, held in enumerate(sizes, 1)]


def table(name: str = "people", rows: int = 10, **more: Any) -> TableCounts:
    """A table that one load brought."""
    new = more.pop("new", rows)
    resource = more.pop("resource", "" if more.get("parent") else name)
    return TableCounts(name, rows, new, **{"disposition": "replace", "resource": resource, **more})


def evidence(traffic: list[Exchange], *tables: TableCounts, **more: Any) -> Evidence:
    """What a load with this ledger is judged by."""
    return Evidence(tables or (table(),), feeds_of(traffic), **more)


def only(verdicts: tuple[TableVerdict, ...]) -> tuple[str, str]:
    """The one verdict, and its reason."""
    (verdict,) = verdicts
    return verdict.judged.value, verdict.reason
