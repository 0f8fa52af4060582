"""The traffic ledger as blocks: a line per request of the script."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from pilot.run.traffic import Exchange, told_cached
from pilot.screen import Block, Line, table


def traffic_blocks(exchanges: Sequence[Exchange], cell: int | None) -> tuple[Block, ...]:
    """What a cell's runs (None: all of the session's) asked for, and what came."""
    if not exchanges:
        where = "The session" if cell is None else f"Cell {cell}"
        return (Line(f"{where} has no request of a script."),)
    sites = {_site(exchange.url) for exchange in exchanges}
    rows = [
        (
            _answer(exchange),
            f"{exchange.method} {exchange.url.removeprefix(_site(exchange.url) if len(sites) == 1 else '')}",
            _records(exchange),
            _more(exchange),
            f"{exchange.seconds * 1000:,.0f} ms",
        )
        for exchange in exchanges
    ]
    place = f" of {sites.pop()}" if len(sites) == 1 else ""
    number = f"{len(exchanges):,} request{'' if len(exchanges) == 1 else 's'}"
    return (
        table(("answer", "request", "records", "more", "time"), rows),
        Line(f"{number}{place}{told_cached(exchanges)}", "quiet"),
    )


def _site(url: str) -> str:
    """Scheme and host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


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
    said = "yes" if exchange.more else "no"
    return f"{said}: {exchange.more_by}" if exchange.more_by else said
