"""Whatever the size, the number and the names of pages: what counts as proven reads every record once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilot.api.keys import primary_key
from pilot.api.prober import ApiProber
from pilot.api.profile import Field, Paging, PagingKind
from tests.support.api_server import ApiServer, Reply, Request

_quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Pages:
    """One way to page, and how many records there are."""

    total: int
    size: int
    base: int
    param: str
    by_offset: bool
    tells_total: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [{"id": 1000 + n, "name": f"n{n % 3}"} for n in range(self.total)]

    def page(self, asked: int | None) -> list[dict[str, Any]]:
        """The records for a value of the paging parameter; the first page without one."""
        if asked is None:
            asked = 0 if self.by_offset else self.base
        start = asked if self.by_offset else (asked - self.base) * self.size
        return self.rows[start : start + self.size] if start >= 0 else []

    def answer(self, request: Request) -> Reply:
        """What the API says."""
        text = request.query.get(self.param)
        body: dict[str, Any] = {"items": self.page(int(text) if text else None)}
        if self.tells_total:
            body["total"] = self.total
        return Reply(data=body)


ways = st.builds(
    Pages,
    total=st.integers(0, 40),
    size=st.integers(1, 13),
    base=st.integers(0, 1),
    param=st.sampled_from(["page", "p", "pageNumber", "offset", "skip", "start"]),
    by_offset=st.booleans(),
    tells_total=st.booleans(),
).filter(lambda way: way.by_offset == (way.param in ("offset", "skip", "start")))


def _read(way: Pages, paging: Paging) -> list[dict[str, Any]]:
    """What a reader with these options gets: until an empty page."""
    if paging.kind is PagingKind.NONE:
        return way.page(None)
    param = paging.options.get("page_param") or paging.options.get("offset_param")
    assert param == way.param
    number = int(str(paging.options.get("base_page", 0)))
    step = int(str(paging.options["limit"])) if paging.kind is PagingKind.OFFSET else 1
    read: list[dict[str, Any]] = []
    while page := way.page(number):
        read += page
        number += step
    return read


@_quick
@given(ways)
def test_paging_that_is_proven_reads_every_record_once(way: Pages) -> None:
    with ApiServer({"/items": way.answer}) as server:
        probed = ApiProber(lambda host, why: True).probe(f"{server.url}/items", None, {}, lambda text: None)
    (endpoint,) = probed.endpoints
    assert probed.requests <= 12
    if endpoint.paging.proven:
        assert _read(way, endpoint.paging) == way.rows


names = st.sampled_from(["id", "code", "name", "value", "user_id", "day"])
rows = st.lists(st.dictionaries(names, st.integers(0, 4), min_size=1), max_size=12)


@given(rows)
def test_a_key_is_unique_and_present_in_everything_that_was_seen(rows: list[dict[str, Any]]) -> None:
    every = sorted({name for row in rows for name in row})
    fields = [Field(name, ("bigint",), any(name not in row for row in rows)) for name in every]
    key = primary_key(rows, fields)
    values = [tuple(row[name] for name in key) for row in rows] if key else []
    assert len(set(values)) == len(values)
