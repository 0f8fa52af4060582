"""The traffic ledger as blocks: a line per request of the script."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.run.traffic import Exchange, told_cached
from pilot.screen import Block, Line, table


def traffic_blocks(exchanges: Sequence[Exchange], cell: int | None) -> tuple[Block, ...]:
    """What a cell's runs (None: all of the session's) asked for, and what came."""
    if not exchanges:
        where = "The session" if cell is None else f"Cell {cell}"
        return (Line(f"{where} has no request of a script."),)
    rows = [
        (
            _answer(exchange),
            _records(exchange),
            _more(exchange),
            f"{exchange.seconds * 1000:,.0f} ms",
            _size(exchange.size),
            f"{exchange.method} {exchange.url}",
        )
        for exchange in exchanges
    ]
    summary = f"{len(exchanges)} requests{told_cached(exchanges)}"
    return (
        table(("answer", "records", "more", "time", "size", "request"), rows),
        Line(summary, "quiet"),
    )


def _answer(exchange: Exchange) -> str:
    if exchange.status is None:
        return exchange.error or "none"
    waits = "" if exchange.retry_after is None else f", wait {exchange.retry_after:.0f} s"
    return f"{exchange.status}{' memory' if exchange.cached else ''}{waits}"


def _records(exchange: Exchange) -> str:
    if exchange.records is None:
        return ""
    return f"{exchange.records:,}" + (f" of {exchange.total:,}" if exchange.total is not None else "")


def _more(exchange: Exchange) -> str:
    if exchange.more is None:
        return ""
    return f"{'yes' if exchange.more else 'no'}: {exchange.more_by}"


def _size(size: int) -> str:
    return f"{size:,} B" if size < 10_000 else f"{size / 1000:,.0f} kB"
