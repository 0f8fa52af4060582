"""Decides what a script should do, from what was seen of the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, Field, Narrowing, PagingKind, Shape
from pilot.names import ProjectNames
from pilot.writers.builtin.identifiers import snake, unique

BY_HAND = frozenset({Shape.CSV, Shape.NDJSON})
"""What `rest_api_source` can't read, as it takes every answer for JSON."""

WALKED = (Shape.LIST, Shape.SINGLE, Shape.UNKNOWN)
"""Records of these shapes can be asked for with one value of a parameter after the other."""

PAGED_BY_HAND = (PagingKind.PAGE_NUMBER, PagingKind.OFFSET, PagingKind.HEADER_LINK)
"""The ways to further pages that such a function knows."""

_NAMED = 5
"""So many fields are told by name."""


@dataclass(frozen=True)
class Resource:
    """One endpoint as a resource of the source."""

    name: str
    endpoint: Endpoint
    parent: str | None = None
    """The parent's resource name, where its records fill the path."""
    in_columns: bool = False
    """It is big and flat: its pages are turned into columns, as dlt need not look at each row then."""

    @property
    def unseen(self) -> bool:
        """The endpoint wants a key first: its records were not seen yet."""
        return self.endpoint.records.shape is Shape.UNKNOWN

    @property
    def by_hand(self) -> bool:
        """It needs a function of its own."""
        return self.in_columns or self.unreadable or self.is_table or self.ends_with_object

    @property
    def is_table(self) -> bool:
        """Its rows are lists of values, and their names stand elsewhere in the answer."""
        return self.endpoint.records.shape is Shape.TABLE

    @property
    def unreadable(self) -> bool:
        """Its answers are no JSON."""
        return self.endpoint.records.shape in BY_HAND

    @property
    def walked(self) -> Narrowing | None:
        """The parameter that is sent with one value after the other: each gives a part of the records."""
        if self.parent or self.endpoint.records.shape not in WALKED:
            return None  # dlt fills requests from one parent only, and those of functions from none
        return next((narrowing for narrowing in self.endpoint.narrowings if narrowing.walked), None)

    @property
    def context(self) -> tuple[Field, ...]:
        """Fields beside the records that go into each row, where one answer holds them all."""
        records = self.endpoint.records
        plain = records.shape is Shape.LIST and re.fullmatch(
            r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", records.selector
        )
        return records.beside if plain and not (self.paged or self.by_hand) else ()

    @property
    def is_rewritten(self) -> bool:
        """DuckDB's JSON reader would change some of its texts."""
        return any(field.rewritten for field in (*self.endpoint.records.fields, *self.context))

    @property
    def has_lists(self) -> bool:
        """Its records hold lists, or objects that may hold some: they become tables of their own."""
        kinds = {kind for field in self.endpoint.records.fields for kind in field.types}
        return bool(kinds & {"list", "object"})

    @property
    def paged(self) -> bool:
        """A way to ask for further pages was proven, here or at an endpoint like this."""
        paging = self.endpoint.paging
        if self.unreadable and paging.kind not in PAGED_BY_HAND:
            return False
        if self.is_table and paging.end_status:
            return False
        known = paging.proven or bool(paging.like)
        return known and paging.kind not in (PagingKind.NONE, PagingKind.UNKNOWN)

    @property
    def by_number(self) -> bool:
        """Its pages are counted, so that one past the last can be asked for."""
        return self.paged and self.endpoint.paging.kind in (PagingKind.PAGE_NUMBER, PagingKind.OFFSET)

    @property
    def ends_with_object(self) -> bool:
        """Its pages are objects, so that none of them is an empty list, which would be the end for dlt."""
        paging, shape = self.endpoint.paging, self.endpoint.records.shape
        told = paging.options.get("total_path") or paging.options.get("has_more_path") or paging.end_status
        return shape in (Shape.KEYED, Shape.COLUMNAR) and self.by_number and not told

    @property
    def whole(self) -> bool:
        """One answer is known to hold everything."""
        if self.endpoint.records.shape is Shape.SINGLE:
            return True
        return self.endpoint.paging.proven and self.endpoint.paging.kind is PagingKind.NONE


@dataclass(frozen=True)
class Design:
    """What the script will read, and what the person should know about it."""

    names: ProjectNames
    base_url: str
    auth: Auth
    resources: tuple[Resource, ...]
    left_out: tuple[str, ...] = ()
    """Endpoints that get no resource, and why: one line each."""
    advice: tuple[str, ...] = ()
    """What the person could do for a better script: one line each."""

    @property
    def plan(self) -> str:
        """A few lines of prose for the person."""
        lines = [_story(resource) for resource in self.resources]
        for unproven in (r for r in self.resources if not (r.paged or r.whole or r.unseen)):
            tried = f" ({note})" if (note := unproven.endpoint.paging.note) else ""
            lines.append(f"{unproven.name}: paging not proven: only the first page is read{tried}")
        lines += [f"{r.name}: numbers that come as text stay text: {names}" for r, names in self._texts()]
        if self.auth.kind is AuthKind.UNKNOWN:
            lines.append("the API wants a key, but not how: a Bearer token is a guess")
        return "\n".join([*lines, *self.left_out, *self.advice])

    def _texts(self) -> Iterator[tuple[Resource, str]]:
        """The fields in which an API sends numbers as text; dlt keeps them as they come."""
        for resource in self.resources:
            key, fields = resource.endpoint.primary_key, resource.endpoint.records.fields
            names = [
                f.name for f in fields if {*f.types} - {"null"} == {"decimal_text"} and f.name not in key
            ]
            if names:
                more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
                yield resource, ", ".join(names[:_NAMED]) + more


def design(profile: ApiProfile, names: ProjectNames) -> Design:
    """One resource for each endpoint that can be read by rule."""
    resources: list[Resource] = []
    left_out = list(profile.notes)
    by_endpoint: dict[str, Resource] = {}
    for endpoint in _parents_first(profile.endpoints):
        reason = _obstacle(endpoint, by_endpoint, profile.auth)
        if reason:
            left_out.append(f"left out: {endpoint.path or endpoint.name}: {reason}")
            continue
        name = unique(snake(endpoint.name), {r.name for r in resources})
        parent = by_endpoint[endpoint.parent].name if endpoint.parent else None
        by_endpoint[endpoint.name] = resource = Resource(name, endpoint, parent)
        resources.append(resource)
    return Design(names, profile.base_url, profile.auth, tuple(resources), tuple(left_out))


def placeholders(path: str) -> list[str]:
    """What the path leaves open."""
    return re.findall(r"\{([^{}]*)\}", path)


def _parents_first(endpoints: tuple[Endpoint, ...]) -> list[Endpoint]:
    ordered: list[Endpoint] = []
    waiting = list(endpoints)
    while waiting:
        known = {e.name for e in ordered}
        ready = [e for e in waiting if e.parent is None or e.parent in known]
        if not ready:  # the parent is missing, or they are parents of each other
            return ordered + waiting
        ordered += ready
        waiting = [e for e in waiting if e not in ready]
    return ordered


def _obstacle(endpoint: Endpoint, known: dict[str, Resource], auth: Auth) -> str:
    """Why the endpoint can't become a resource; empty when it can."""
    if endpoint.records.shape is Shape.UNKNOWN and not _wants_key(endpoint, auth):
        return endpoint.error or "no records were seen"
    if endpoint.method not in ("GET", "POST"):
        return f"it is read with {endpoint.method}"
    if endpoint.parent is None:
        return "its path needs a value for " + ", ".join(o) if (o := placeholders(endpoint.path)) else ""
    if endpoint.parent not in known:
        return f"its parent {endpoint.parent} is not read"
    if endpoint.records.shape in (*BY_HAND, Shape.TABLE) or known[endpoint.parent].by_hand:
        return "children are read from JSON objects alone"
    if missing := [p for p in placeholders(endpoint.path) if p not in endpoint.bindings]:
        return "no field of its parent fills " + ", ".join(missing)
    return "" if placeholders(endpoint.path) else "nothing in its path names its parent"


def _wants_key(endpoint: Endpoint, auth: Auth) -> bool:
    return endpoint.wants_key and auth.kind not in (AuthKind.NONE, AuthKind.SIGNED)


def _story(resource: Resource) -> str:
    """What is read, in one line."""
    if resource.unseen:
        return f"{resource.name}: its records are seen once the key is there"
    records, paging = resource.endpoint.records, resource.endpoint.paging
    parts = [f"{records.shape.value} at {records.selector}"]
    if resource.in_columns:
        parts.append(f"{resource.endpoint.total:,} rows, read in columns")
    if resource.paged:
        parts.append(f"paging by {paging.kind.value}, {'proven' if paging.proven else paging.note}")
    if resource.endpoint.primary_key:
        parts.append("key " + ", ".join(resource.endpoint.primary_key))
    if resource.parent:
        parts.append(f"for each of {resource.parent}")
    if resource.walked:
        parts.append(f"for each {resource.walked.param}: {', '.join(resource.walked.values)}")
    return f"{resource.name}: " + "; ".join(parts)
