"""Where the records are in an answer, and what they look like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import log2

from pilot.api.body import Body
from pilot.api.envelope import envelope_of
from pilot.api.error_body import error_in
from pilot.api.fields import fields_of
from pilot.api.profile import Records, Shape
from pilot.api.shapes import is_columnar, is_keyed, is_list_of_lists, rows_of_columns
from pilot.api.tables import Table, table_in
from pilot.api.telling import says_something
from pilot.api.trails import Trail, at, folded, json_path
from pilot.api.vocabulary import ASIDE, ENVELOPE, IDENTITY, LISTS
from pilot.finding import Json

_DEEPEST = 6
_WIDEST = 200
"""Keys of one object that are looked into."""
_PARTS = 3
"""Items of a list that may be unlike parts of an answer: what it says of itself, and the records."""


@dataclass(frozen=True)
class Found:
    """The records of one answer, with their rows. Rows stay in here: no profile holds them."""

    records: Records = field(default_factory=Records)
    rows: tuple[Json, ...] = field(default=(), repr=False)
    trail: Trail = ()
    inner: Trail = ()
    table: Table | None = None
    """For TABLE: what its values are called."""
    problem: str = ""
    """Why there are no records: one line. The API's own words where it answered with an error."""


def find_records(body: Body, path: str = "") -> Found:
    """The records in an answer. `path` is the endpoint's: `/users` makes `users` a likely name."""
    if body.problem:
        return Found(problem=body.problem)
    if body.shape is not Shape.LIST:
        rows = body.data if isinstance(body.data, list) else []
        found = _found(body.shape, rows, (), as_text=body.shape is Shape.CSV)
        written = replace(found.records, delimiter=body.delimiter, encoding=body.encoding)
        return replace(found, records=written)
    if error := error_in(body.data):
        return Found(problem=error)
    if not isinstance(body.data, (dict, list)):
        return Found(problem="the answer is one bare value: no records in it")
    ways = [*_options(body.data, (), folded(path.rstrip("/").rsplit("/", 1)[-1]))]
    options = sorted(_with_tables(body.data, ways), key=lambda option: -option.score)
    if not options:
        return Found(
            problem="the answer is empty: {}" if not body.data else "no records were found in the answer"
        )
    best = _whole(options) if options[0].shape is Shape.SINGLE else options[0]
    if best.shape is Shape.UNKNOWN:
        return Found(problem="the rows are lists of values, and nothing in the answer names them")
    found = _found(best.shape, best.rows, best.trail, best.inner)
    named = replace(found.records, names=best.table.path if best.table else "")
    return replace(found, records=named, table=best.table)


def records_at(body: Body, like: Found) -> tuple[Json, ...] | None:
    """The rows of a further page, where those of the first were; None when nothing of that kind is there."""
    shape = like.records.shape
    if shape is Shape.NDJSON and body.shape is Shape.LIST and isinstance(body.data, dict):
        return (body.data,)  # one line alone is JSON too
    if body.problem or (body.shape is not shape and body.shape is not Shape.LIST):
        return None
    place = at(body.data, like.trail)
    if shape in (Shape.LIST, Shape.NDJSON, Shape.CSV):
        # APIs leave the list out, or send null, where there is nothing more.
        if place is None and like.trail and body.data is not None and not error_in(body.data):
            return ()
        return tuple(_inside(place, like.inner)) if isinstance(place, list) else None
    if shape is Shape.KEYED and (isinstance(place, dict) or place == []):
        return tuple(place.values()) if isinstance(place, dict) else ()
    if shape is Shape.COLUMNAR and isinstance(place, dict):
        return tuple(rows_of_columns(place))
    if like.table is not None and isinstance(place, list):
        return like.table.again(body.data, place)
    return None


_WRAPPER = 9.0
"""So much less is an object worth that holds one thing only: more than any name speaks against that."""


_NAMED = 3.0
"""So much more are rows of values worth that something names: as much as records."""


@dataclass(frozen=True)
class _Option:
    """One way to read the answer."""

    score: float
    shape: Shape
    rows: Sequence[Json]
    trail: Trail
    inner: Trail = ()
    table: Table | None = None


def _found(
    shape: Shape, rows: Sequence[Json], trail: Trail, inner: Trail = (), as_text: bool = False
) -> Found:
    records = Records(shape, json_path(trail, inner), len(rows), fields_of(rows, as_text))
    return Found(records, tuple(rows), trail, inner)


def _with_tables(data: Json, options: Sequence[_Option]) -> Iterator[_Option]:
    """The options with rows of values as records, where something names them; those names are no records."""
    tables = {
        o.trail: table for o in options if o.shape is Shape.UNKNOWN and (table := table_in(data, o.trail))
    }
    heads = {table.trail for table in tables.values()}
    for option in options:
        if table := tables.get(option.trail) if option.shape is Shape.UNKNOWN else None:
            yield replace(
                option, score=option.score + _NAMED, shape=Shape.TABLE, rows=table.rows, table=table
            )
        elif option.trail not in heads:
            yield option


def _whole(options: Sequence[_Option]) -> _Option:
    """Of single objects the outermost that tells something; none of them where there are more pages."""
    best = options[0]
    lists = [option for option in options if option.shape is Shape.LIST and _has_objects(option.rows)]
    if lists and not _has_identity(best.rows[0]) and _leads_on(best.rows[0]):
        return lists[0]
    around = [o for o in options if o.shape is Shape.SINGLE and o.trail == best.trail[: len(o.trail)]]
    telling = [option for option in around if _tells(option.rows[0])]
    return min(telling, key=lambda option: len(option.trail), default=best)


def _has_objects(rows: Sequence[Json]) -> bool:
    return bool(rows) and isinstance(rows[0], dict)


def _has_identity(row: Json) -> bool:
    return isinstance(row, dict) and any(folded(key) in IDENTITY for key in row)


def _tells(row: Json) -> bool:
    return isinstance(row, dict) and any(says_something(key, value) for key, value in row.items())


def _leads_on(row: Json) -> bool:
    """Whether the object says that there are further pages."""
    envelope = envelope_of("", row, {}, ())
    more = envelope.has_more()
    return bool((more and more.value) or envelope.cursors() or any(envelope.next_links()))


def _options(data: Json, trail: Trail, hint: str) -> Iterator[_Option]:
    if isinstance(data, list):
        yield from _as_list(data, trail, hint)
    elif isinstance(data, dict) and data:
        yield _as_single(data, trail, hint)
        if is_columnar(data):
            yield _Option(3 + _worth(trail, hint) + log2(1 + len(rows_of_columns(data))), Shape.COLUMNAR,
                          rows_of_columns(data), trail)  # fmt: skip
        elif is_keyed(data):
            yield _Option(
                2.5 + _worth(trail, hint) + log2(1 + len(data)), Shape.KEYED, [*data.values()], trail
            )
        if len(trail) < _DEEPEST:
            for key, value in list(data.items())[:_WIDEST]:
                if isinstance(value, (dict, list)):
                    yield from _options(value, (*trail, key), hint)


def _as_list(data: list[Json], trail: Trail, hint: str) -> Iterator[_Option]:
    worth = _worth(trail, hint)
    if not data:
        yield _Option(worth if trail else 50.0, Shape.LIST, [], trail)
    elif is_list_of_lists(data):
        yield _Option(worth + log2(1 + len(data)) - 1, Shape.UNKNOWN, [], trail)
    elif all(isinstance(row, dict) for row in data[:50]):
        inner: Trail = ("node",) if all(_is_edge(row) for row in data[:50]) else ()
        yield _Option(
            worth + 2 + log2(1 + len(data)) + (0 if trail else 50),
            Shape.LIST,
            _inside(data, inner),
            trail,
            inner,
        )
    elif not any(isinstance(row, (dict, list)) for row in data[:50]):
        yield _Option(worth - 2 + (50 if not trail else 0), Shape.LIST, data, trail)
    elif len(data) <= _PARTS:
        for place, part in enumerate(data):
            if isinstance(part, (dict, list)):
                yield from _options(part, (*trail, place), hint)


def _as_single(data: dict[str, Json], trail: Trail, hint: str) -> _Option:
    """How much this object looks like one record: an id, and fields that belong to no envelope."""
    own = [key for key in data if folded(key) not in ENVELOPE]
    scalars = [key for key in own if not isinstance(data[key], (dict, list))]
    objects = [key for key in own if isinstance(data[key], dict)]
    score = 0.8 * min(len(scalars), 6) + 0.4 * min(len(objects), 4)
    if any(folded(key) in IDENTITY for key in scalars):
        score += 3
    if not own or (not scalars and len(objects) == 1) or [data[key] for key in own] == [[]]:
        score -= 3  # nothing but an envelope around something
    if len(data) == 1 and any(isinstance(value, (dict, list)) and value for value in data.values()):
        score -= _WRAPPER
    outer = -1.0 * len(trail) + (_named(trail, hint) if trail else 0)
    return _Option(score + outer, Shape.SINGLE, [data], trail)


def _worth(trail: Trail, hint: str) -> float:
    return _named(trail, hint) - 0.5 * len(trail)


def _named(trail: Trail, hint: str) -> float:
    """What the names on the way say: for the usual names of lists, against what stands aside."""
    names = [folded(str(part)) for part in trail]
    if any(name in ASIDE for name in names):
        return -8.0
    if not names:
        return 0.0
    score = 3.0 if names[-1] in LISTS else 0.0
    if hint and (names[-1] == hint or names[-1].rstrip("s") == hint.rstrip("s")):
        score += 4.0
    return score + (0.5 if names[-1].endswith("s") else 0.0)


def _is_edge(row: Json) -> bool:
    """GraphQL's `{"node": {…}, "cursor": …}`."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("node"), dict)
        and row.keys() <= {"node", "cursor", "__typename"}
    )


def _inside(rows: Sequence[Json], inner: Trail) -> list[Json]:
    return [at(row, inner) for row in rows] if inner else [*rows]
