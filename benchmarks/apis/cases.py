"""Every API of the benchmark."""

from __future__ import annotations

from functools import partial

from benchmarks.apis.case import Case
from benchmarks.apis.doors import DOORS
from benchmarks.apis.filters import FILTERS
from benchmarks.apis.likenesses import LIKENESSES
from benchmarks.apis.newer import NEWER
from benchmarks.apis.shapes import SHAPES
from benchmarks.apis.strangers import STRANGERS
from benchmarks.apis.traps import TRAPS
from tests.api.apis import PAGED, POSTED, ROWS
from tests.support.api_server import Route

# In these the truth is nested: the column has another name.
_HITS = {"id": "id", "name": "_source__name", "updated_at": "_source__updated_at"}
_NESTED = {"offset": _HITS, "size_alone": _HITS}


def _same(route: Route) -> Route:
    """These remember nothing: one will do for every run."""
    return route


def _paged() -> tuple[Case, ...]:
    return tuple(Case(f"pages/{name}", partial(_same, route), ROWS) for name, route in PAGED.items())


def _posted() -> tuple[Case, ...]:
    cases = []
    for name, (route, words) in POSTED.items():
        names = _NESTED.get(name, {})
        rows = [{names.get(key, key): value for key, value in row.items()} for row in ROWS]
        cases.append(Case(f"post/{name}", partial(_same, route), rows, words))
    return tuple(cases)


CASES: tuple[Case, ...] = (
    *_paged(),
    *_posted(),
    *SHAPES,
    *DOORS,
    *NEWER,
    *FILTERS,
    *STRANGERS,
    *LIKENESSES,
    *TRAPS,
)
