"""The verdicts: for each table, rows, how complete it is proven to be, and the reason in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pilot.api.profile import Endpoint
from pilot.judge.evidence import Evidence, sounds_like
from pilot.judge.feeds import FOLD, Feed
from pilot.judge.reading import Reading, read
from pilot.judge.storing import stored
from pilot.verdict import Judged, TableVerdict
from pilot.warehouse.keys import column_name
from pilot.warehouse.tables import TableCounts

_ASKED_IN_VAIN = (401, 403, 404, 410)
_UNSEEN = "no request was seen that it came from"


def verdicts(evidence: Evidence) -> tuple[TableVerdict, ...]:
    """One verdict per table, and one for each endpoint whose records should be in a table and are in none."""
    roots = {t.name: _judged(t, evidence) for t in evidence.counts if not t.parent}
    told = []
    for table in evidence.counts:
        own = roots.get(table.name) or _child(table, roots, evidence)
        earlier = _is_left_over(_top(table, evidence) or table, evidence)
        more = 0 if own.judged is Judged.COMPLETE else _announced(table, evidence)
        told.append(TableVerdict(table.name, table.rows, own.judged, own.reason, more, earlier))
    return (*told, *_lists_nowhere(evidence), *_without_table(evidence))


def verdicts_on_reading(feeds: Sequence[Feed]) -> tuple[TableVerdict, ...]:
    """What is proven where nothing that is stored can be seen: `rows` are the records that were read."""
    told = []
    for feed in feeds:
        own = read(feed)
        judged = Judged.INCOMPLETE if own.judged is Judged.INCOMPLETE else Judged.NOT_PROVABLE
        told.append(TableVerdict(feed.resource or feed.path, feed.records or 0, judged, own.reason))
    return tuple(told)


def _is_left_over(table: TableCounts, evidence: Evidence) -> bool:
    """Whether a table is there from earlier loads alone: no row came now, and nobody asked for any."""
    nothing_new = table.new == 0 and table.rows > 0
    return nothing_new and bool(evidence.feeds) and not evidence.feeds_of(table)


def _announced(table: TableCounts, evidence: Evidence) -> int:
    """How many records the API states beyond those that came, and beyond the rows that are there."""
    main = None if table.parent or table.incremental else evidence.main_feed(table)
    if main is None or main.total is None or main.records is None:
        return 0
    return max(main.total - max(main.records, table.rows), 0)


def _judged(table: TableCounts, evidence: Evidence) -> Reading:
    """What is proven of a table that records are loaded into."""
    feeds = evidence.feeds_of(table)
    if not feeds:
        return _without_feed(table, evidence)
    readings = [(feed, read(feed, _endpoint(feed, table, evidence))) for feed in feeds]
    main = evidence.main_feed(table)
    worst = min((reading for _, reading in readings), key=_rank)
    if main is None:
        if worst.judged is Judged.COMPLETE:
            return Reading(Judged.NOT_PROVABLE, "its records can't be told apart in what was read")
        return worst
    own = next(reading for feed, reading in readings if feed is main)
    others = [reading for feed, reading in readings if feed is not main]
    result = stored(table, main, evidence, own)
    if result.judged is Judged.INCOMPLETE and not result.by_total and _stopped_at_known(table, main):
        return Reading(Judged.NOT_PROVABLE, f"{result.reason}; it stops at what an earlier load had")
    behind = min(others, key=_rank, default=result)
    return _with_repeats(table, result if result.by_total or _rank(result) <= _rank(behind) else behind)


def _with_repeats(table: TableCounts, reading: Reading) -> Reading:
    """A run that appends what an earlier one had brought, all of it, says so; it may be meant."""
    if not table.again or table.new is None or table.again + (table.repeated or 0) < table.new:
        return reading
    told = f"{reading.reason}; earlier loads brought the same: every run appends it once more"
    return replace(reading, reason=told)


def _rank(reading: Reading) -> int:
    return [Judged.INCOMPLETE, Judged.NOT_PROVABLE, Judged.COMPLETE].index(reading.judged)


def _endpoint(feed: Feed, table: TableCounts, evidence: Evidence) -> Endpoint | None:
    endpoint = evidence.endpoint_of(table)
    return endpoint if endpoint is not None and sounds_like(feed, table.name, endpoint) else None


def _stopped_at_known(table: TableCounts, feed: Feed) -> bool:
    """Whether an incremental load stopped reading because the rest was loaded before, or is too old."""
    return table.incremental and table.new is not None and table.new < (feed.records or 0)


def _without_feed(table: TableCounts, evidence: Evidence) -> Reading:
    """A table of which no request is known: by the total of the look at the API, or by all the others."""
    if _is_left_over(table, evidence):
        return Reading(Judged.NOT_PROVABLE, "nothing came for it in this load: its rows are of earlier ones")
    endpoint = evidence.endpoint_of(table)
    if endpoint is not None and endpoint.total is not None and not evidence.feeds:
        if endpoint.total == table.rows:
            return Reading(Judged.COMPLETE, f"API total {endpoint.total:,} = {table.rows:,} rows")
        return Reading(Judged.NOT_PROVABLE, f"the API told of {endpoint.total:,} when it was looked at")
    readings = [read(feed) for feed in evidence.feeds]
    bad = [reading for reading in readings if reading.judged is not Judged.COMPLETE]
    if readings and not bad:
        return Reading(Judged.NOT_PROVABLE, f"{_UNSEEN}; all that were seen were read to their ends")
    return Reading(Judged.NOT_PROVABLE, _UNSEEN)


def _child(table: TableCounts, roots: dict[str, Reading], evidence: Evidence) -> Reading:
    """A table of lists out of other records is as complete as those are, and as its lists were long."""
    parent = next((t for t in evidence.counts if t.name == table.parent), None)
    top = _top(table, evidence)
    if parent is None or top is None:
        return Reading(Judged.NOT_PROVABLE, _UNSEEN)
    held = entries(table, parent, evidence)
    if held is not None and table.rows < held and parent is top:
        return Reading(
            Judged.INCOMPLETE, f"{held:,} entries came in {parent.name}, {table.rows:,} rows are here"
        )
    own = roots[top.name]
    if held is not None and held == table.rows and own.judged is Judged.COMPLETE:
        return Reading(own.judged, f"{held:,} entries in {parent.name} = {table.rows:,} rows")
    return Reading(own.judged, f"comes with {top.name}, which is {own.judged.value}")


def _top(table: TableCounts, evidence: Evidence) -> TableCounts | None:
    """The table of records that a child table's rows came in; a table of records itself."""
    by_name = {t.name: t for t in evidence.counts}
    top: TableCounts | None = table
    while top is not None and top.parent:
        top = by_name.get(top.parent)
    return top


def entries(table: TableCounts, parent: TableCounts, evidence: Evidence) -> int | None:
    """How many entries the lists of the parent's records held, where all of those records are new here."""
    main = evidence.main_feed(parent)
    if main is None or parent.parent or main.records != parent.rows or parent.repeated:
        return None
    field = table.name.removeprefix(f"{parent.name}__")
    return next((count for name, count in main.nested.items() if column_name(name) == field), None)


def _lists_nowhere(evidence: Evidence) -> Iterator[TableVerdict]:
    """Lists in records that were taken whole, for which there is neither a table nor a column."""
    tables = {table.name for table in evidence.counts}
    for table in evidence.counts:
        main = None if table.parent else evidence.main_feed(table)
        if main is None or main.records not in (table.new, table.rows):
            continue
        plain = {column_name(field) for field in main.filled - main.nested.keys()}
        held = {column.partition("__")[0] for column in table.columns} | set(table.columns)
        for field, count in main.nested.items():
            name = f"{table.name}__{column_name(field)}"
            named = re.search(rf"""['"]{re.escape(field)}['"]""", evidence.script)
            kept = name in tables or column_name(field) in held
            if count and plain and plain <= held and not kept and not named:
                reason = f"{count:,} entries came in {table.name}, and none is here"
                yield TableVerdict(name, 0, Judged.INCOMPLETE, reason)


def _without_table(evidence: Evidence) -> Iterator[TableVerdict]:
    """Resources of which every request failed, or whose records are nowhere."""
    names = {table.resource for table in evidence.counts} | {table.name for table in evidence.counts}
    known: set[str] = set()
    for feed in evidence.feeds:
        name = feed.resource or _endpoint_name(feed, evidence)
        if not name or name in names | known or any(sounds_like(feed, n, None) for n in names):
            continue
        reading = read(feed)
        expected = feed.resource or any(sounds_like(feed, e.name, e) for e in evidence.profile.endpoints)
        if not expected and all(f.status in _ASKED_IN_VAIN for f in feed.failures):
            continue  # a script may ask whether something is there, or whether it needs a key
        if not feed.chains and reading.judged is Judged.INCOMPLETE:
            known.add(name)
            yield TableVerdict(name, 0, Judged.INCOMPLETE, f"no table: {reading.reason}")


def _endpoint_name(feed: Feed, evidence: Evidence) -> str:
    """What a feed's table should be called: as the look at the API named it, or as its path ends."""
    for endpoint in evidence.profile.endpoints:
        if not endpoint.error and sounds_like(feed, endpoint.name, endpoint):
            return endpoint.name
    segments = [segment for segment in feed.path.strip("/").split("/") if segment != FOLD]
    return segments[-1] if segments else ""
