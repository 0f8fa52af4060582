"""Which tables are big and flat enough to be read in columns, and what their columns are."""

from __future__ import annotations

from dataclasses import replace

from pilot.api.profile import Field, Shape
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.identifiers import snake

BIG = 100_000
"""Rows. Measured: as fast at 10 000, twice as fast at 50 000, seven times at a million; smaller tables keep
the columns that dlt adds to rows, and its tolerance."""
MANY_FIELDS = 300
"""A profile that has as many may have left some out."""

TYPES = {
    frozenset({"bigint"}): "pa.int64()",
    frozenset({"double"}): "pa.float64()",
    frozenset({"bigint", "double"}): "pa.float64()",
    frozenset({"bool"}): "pa.bool_()",
    frozenset({"text"}): "pa.string()",
    frozenset({"decimal_text"}): "pa.string()",
    frozenset({"timestamp"}): 'pa.timestamp("us", tz="UTC")',
    frozenset({"date"}): "pa.date32()",
}
"""The columns that dlt and our hints would make of fields of these types, in pyarrow's words."""


def column_type(field: Field) -> str | None:
    """The type of a field's column; None where only dlt can tell, value by value."""
    return TYPES.get(frozenset(field.types) - {"null"})


def fitting(design: Design) -> tuple[Resource, ...]:
    """The resources that would load much faster in columns, and give the same table."""
    if design.names.destination != "duckdb":
        return ()
    parents = {resource.parent for resource in design.resources}
    return tuple(r for r in design.resources if r.name not in parents and _fits(r))


def with_columns(design: Design) -> Design:
    """The design with these resources read in columns."""
    flat = fitting(design)
    return replace(
        design, resources=tuple(replace(r, in_columns=True) if r in flat else r for r in design.resources)
    )


def advised(design: Design) -> Design:
    """The design with a line for the person on what would make these resources faster."""
    advice = (
        f"{r.name}: {r.endpoint.total:,} rows load faster once pyarrow is installed" for r in fitting(design)
    )
    return replace(design, advice=tuple(advice))


def _fits(resource: Resource) -> bool:
    endpoint, fields = resource.endpoint, resource.endpoint.records.fields
    plain = endpoint.records.shape is Shape.LIST and endpoint.method == "GET" and endpoint.body is None
    simple = resource.paged and not endpoint.paging.overlaps and not endpoint.paging.end_status
    simple = simple and resource.walked is None and not resource.context
    # two names that would become one column need other names, row by row
    distinct = len({snake(field.name) for field in fields}) == len(fields)
    return (
        plain
        and simple
        and distinct
        and resource.parent is None
        and (endpoint.total or 0) >= BIG
        and 0 < len(fields) < MANY_FIELDS
        and all(column_type(field) for field in fields)
    )
