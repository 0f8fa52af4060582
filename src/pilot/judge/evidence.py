"""All that a load is judged by, and which feeds go with which table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pilot.api.profile import ApiProfile, Endpoint
from pilot.api.trails import folded
from pilot.judge.feeds import FOLD, Feed, all_records
from pilot.warehouse.tables import TableCounts


@dataclass(frozen=True)
class Evidence:
    """What is known of one load."""

    counts: tuple[TableCounts, ...]
    """The tables as they are after it."""
    feeds: tuple[Feed, ...] = ()
    """What the script asked for in it; empty where no ledger was kept."""
    profile: ApiProfile = field(default_factory=ApiProfile)
    unfilled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns of which dlt said that no record had a value, by table."""
    different_keys: Mapping[str, int] = field(default_factory=dict)
    """How many different keys a table holds, where the API's records were seen to have one."""
    script: str = ""
    words: str = ""
    """What the person asked for."""

    def roots(self, resource: str) -> tuple[TableCounts, ...]:
        """The tables that one resource is loaded into, child tables left out."""
        return tuple(t for t in self.counts if not t.parent and t.resource == resource)

    def children(self, table: TableCounts) -> tuple[TableCounts, ...]:
        """The tables right below a table."""
        return tuple(t for t in self.counts if t.parent == table.name)

    def feeds_of(self, table: TableCounts) -> tuple[Feed, ...]:
        """The feeds that a table is loaded from: those of its resource, else those that sound like it."""
        own = tuple(feed for feed in self.feeds if feed.resource and feed.resource == table.resource)
        if own:
            return own
        free = [feed for feed in self.feeds if not self._is_of_another(feed, table)]
        named = tuple(feed for feed in free if sounds_like(feed, table.name, self.endpoint_of(table)))
        if named:
            return named
        rows = {table.rows, table.new}
        equal = tuple(feed for feed in free if feed.records and feed.records in rows)
        roots = [t for t in self.counts if not t.parent]
        return equal if len(equal) == 1 else tuple(free) if len(roots) == 1 else ()

    def _is_of_another(self, feed: Feed, table: TableCounts) -> bool:
        return bool(feed.resource) and feed.resource != table.resource and bool(self.roots(feed.resource))

    def endpoint_of(self, table: TableCounts) -> Endpoint | None:
        """What a look at the API told of the endpoint that a table is loaded from."""
        names = {folded(table.name), folded(table.resource)}
        return next((e for e in self.profile.endpoints if folded(e.name) in names and not e.error), None)

    def main_feed(self, table: TableCounts) -> Feed | None:
        """The feed whose records became the rows: by its number of records, else by its name."""
        feeds = [feed for feed in self.feeds_of(table) if feed.chains]
        group = self.roots(table.resource) if table.resource else (table,)
        stored = {sum(t.rows for t in group), sum(t.new or 0 for t in group), table.staged}
        equal = [feed for feed in feeds if feed.records and feed.records in stored]
        named = [feed for feed in feeds if sounds_like(feed, table.name, self.endpoint_of(table))]
        return next(iter([*equal, *(named if len(feeds) > 1 else feeds)]), None)

    def read_by(self, table: TableCounts) -> int | None:
        """The records that came for a table; None where that can't be told."""
        main = self.main_feed(table)
        return None if main is None else all_records([main])


def sounds_like(feed: Feed, table: str, endpoint: Endpoint | None) -> bool:
    """Whether a feed's path ends as an endpoint or a table is called."""
    path = feed.path.strip("/")
    if endpoint is not None and endpoint.path:
        pattern = re.sub(r"\{[^{}]*\}", FOLD, endpoint.path).strip("/")
        return path == pattern or path.endswith(f"/{pattern}")
    segments = [segment for segment in path.split("/") if segment != FOLD]
    last = segments[-1].partition(".")[0] if segments else ""
    return bool(last) and _stem(last) == _stem(table)


def _stem(name: str) -> str:
    """A name without case, punctuation and the ending of a plural."""
    word = folded(name)
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")
