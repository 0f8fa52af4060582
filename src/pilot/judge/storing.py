"""Whether the records that came are in the table: left out by the script, or merged away by a wrong key."""

from __future__ import annotations

import re

from pilot.judge.evidence import Evidence
from pilot.judge.feeds import Feed
from pilot.judge.gaps import in_place_of
from pilot.judge.reading import Reading
from pilot.verdict import Judged
from pilot.warehouse.tables import TableCounts

_MEANT = re.compile(
    r"\b(only|just|where|since|after|before|last|latest|newest|recent|without|except|filter|exclude|active"
    r"|until|from \d|top \d|first \d|unique|distinct|nur|ohne|seit)\w*\b",
    re.IGNORECASE,
)
"""Words with which a person asks for a part."""
_FILTERS = re.compile(
    r"\.add_filter\(|dlt\.sources\.incremental|[\"'](?:incremental|filter)[\"']"
    r"|dlt\.current\.\w*state\(|\bresource_state\(|\bsource_state\("
)
"""What a script does to leave records out on purpose: a filter, or a memory of its own."""
_SAME_RECORDS = 0.6


def stored(table: TableCounts, feed: Feed, evidence: Evidence, reading: Reading) -> Reading:
    """What is proven of a table, where `reading` is what is proven of how far its feed was read."""
    records = feed.records
    group = evidence.roots(table.resource) if table.resource else (table,)
    rows = sum(t.rows for t in group)
    new = sum(t.rows if t.new is None else t.new for t in group)
    if records is None:
        return Reading(Judged.NOT_PROVABLE, reading.reason)
    older = new < rows and any(in_place_of(chain) for chain in feed.chains)
    if feed.total is not None and feed.total == rows and not older and not any(t.repeated for t in group):
        return Reading(Judged.COMPLETE, f"API total {feed.total:,} = {rows:,} rows", by_total=True)
    merged = _merged_away(table)
    if merged is not None:
        return merged
    if not rows and records:
        return Reading(Judged.INCOMPLETE, f"{records:,} records came, none is here")
    if not records and rows and reading.judged is Judged.COMPLETE:
        return Reading(Judged.COMPLETE, f"nothing new came; {rows:,} rows are of earlier loads")
    following = any(t.incremental for t in group)
    if following and records < rows and (new >= records or any(t.new is None for t in group)):
        return _added(reading, records, rows)
    if records in (new, rows):
        return _told(reading, records)
    if new > records or following and reading.judged is Judged.COMPLETE:
        return _other_number(reading, records, rows, new)
    if table.staged is not None and table.staged >= records and len(group) == 1:
        return _came_twice(table, reading, records)
    return _left_out(table, feed, evidence, reading, records, new)


def _told(reading: Reading, records: int) -> Reading:
    """All that came is there: the reason of the reading, with the rows in place of the records."""
    return Reading(reading.judged, reading.reason.replace(f"{records:,} records", f"{records:,} rows"))


def _added(reading: Reading, records: int, rows: int) -> Reading:
    """A run that asks for what is new only adds it to what is there."""
    came = "1 new record" if records == 1 else f"{records:,} new records"
    return Reading(reading.judged, f"{reading.reason}; {came} came, {rows:,} rows are here")


def _other_number(reading: Reading, records: int, rows: int, new: int) -> Reading:
    """More rows than records, or only the newest of them: what was read is there in another form."""
    if reading.judged is not Judged.COMPLETE:
        return reading
    if new > records:
        return Reading(Judged.COMPLETE, f"{reading.reason}; {records:,} records became {new:,} rows")
    return Reading(Judged.COMPLETE, f"{reading.reason}; {new:,} of {records:,} were new")


def _merged_away(table: TableCounts) -> Reading | None:
    """Different records that one key has made one row of."""
    values = table.staged_values
    by_key = values.get("")
    if table.disposition != "merge" or by_key is None or table.new is None or table.new > by_key:
        return None
    better = {column: number for column, number in values.items() if column and number > by_key}
    if not better:
        return None
    column, number = max(better.items(), key=lambda item: item[1])
    rows = f"{by_key:,} row{'' if by_key == 1 else 's'}"
    told = f"merged by {', '.join(table.keys)}, {number:,} different {column} became {rows}"
    return Reading(Judged.INCOMPLETE, told)


def _came_twice(table: TableCounts, reading: Reading, records: int) -> Reading:
    """Every record came to dlt, and fewer rows are there: the same ones, merged, or ones that differ."""
    twice = records - (table.new or table.rows)
    if table.staged_different is not None and table.staged_different <= (table.new or 0):
        return Reading(reading.judged, f"{reading.reason}; {twice:,} of {records:,} came twice")
    told = f"{twice:,} of {records:,} records have the key of another one"
    return Reading(Judged.NOT_PROVABLE if reading.judged is Judged.COMPLETE else reading.judged, told)


def _left_out(
    table: TableCounts, feed: Feed, evidence: Evidence, reading: Reading, records: int, new: int
) -> Reading:
    """Fewer rows than records: a filter in the script, meant or not."""
    if reading.judged is Judged.INCOMPLETE:
        return reading
    told = f"{records:,} records came, {new:,} rows are here"
    meant = _MEANT.search(evidence.words) or _FILTERS.search(evidence.script)
    sure = _are_its_records(table, feed) if feed.filled else feed.total == records
    counted = reading.judged is Judged.COMPLETE or all(chain.sure for chain in feed.chains)
    if sure and not meant and counted:
        return Reading(Judged.INCOMPLETE, f"{told}: the script leaves {records - new:,} out")
    return Reading(Judged.NOT_PROVABLE, told)


def _are_its_records(table: TableCounts, feed: Feed) -> bool:
    """Whether the fields of a feed's records are the columns of a table."""
    columns = {_plain(column) for column in table.columns}
    fields = {_plain(field) for field in feed.filled} - {_plain(name) for name in feed.nested}
    return bool(fields) and len(fields & columns) >= _SAME_RECORDS * len(fields)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().partition("__")[0])
