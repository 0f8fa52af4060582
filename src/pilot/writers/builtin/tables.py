"""Functions of the script that read big flat tables in columns: dlt then has no row to look at."""

from __future__ import annotations

from pilot.api.profile import Endpoint, Field
from pilot.writers.builtin.config import function_hints, paging_note
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.flat import column_type
from pilot.writers.builtin.functions import TYPES, Function
from pilot.writers.builtin.literals import Code, Listing, Literal, call, comment
from pilot.writers.builtin.pages import imports_of, pages_of

PYARROW = ("pyarrow as pa", "")
READING = '''\
@{hints}
def {name}() -> Iterator[pa.Table]:
    """Big and flat: pages of columns load many times faster than rows, with no _dlt_id of their own."""
    schema = {schema}
{note}    pages = {pages}
    for page in pages:
        yield as_table(page, schema)
'''

TURNING = '''\
def as_table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """The rows of a page in columns. Raises ValueError for what was not seen when this was written."""
    if unknown := set[str]().union(*rows).difference(schema.names):
        raise ValueError(f"new fields in the records: {', '.join(sorted(unknown))}")
    columns = [as_column([row.get(field.name) for row in rows], field) for field in schema]
    return pa.table(columns, schema=schema)


def as_column(values: list[Any], field: pa.Field) -> pa.Array:
    """The values of a field, in the type that dlt would give them."""
    read_as = pa.string() if pa.types.is_temporal(field.type) else field.type
    try:
        column = pa.array(values)
        whole = pa.types.is_integer(column.type) and pa.types.is_floating(read_as)
        if not whole and column.type not in (read_as, pa.null()):
            raise TypeError(column.type)
        if pa.types.is_timestamp(field.type):
            return as_moments(column, field.type)
        return column.cast(field.type)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{field.name} holds more than {field.type}") from None


def as_moments(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Points in time."""
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:
        # no time zone, or finer than microseconds: dlt's slower parser takes both
        return pa.array([text and ensure_datetime(text) for text in column.to_pylist()], kind)
'''


TABLES = Function(
    TURNING,
    (PYARROW, ("dlt.common.time", "ensure_datetime"), ("collections.abc", "Iterator"), ("typing", "Any")),
)


def reading_in_columns(resource: Resource, name: str) -> Function:
    """The function of a resource that gives a table for each page."""
    endpoint = resource.endpoint
    hints: dict[str, Literal] = {**function_hints(resource), "file_format": "parquet"}
    # dlt warns for every page where its key may be null
    columns = Listing(
        Code(
            call("pa.field", {"*name": f.name, "*type": Code(column_type(f) or ""), **_given(f, endpoint)}, 8)
        )
        for f in endpoint.records.fields
    )
    text = READING.format(
        hints=call("dlt.resource", hints, lead=1),
        name=name,
        schema=call("pa.schema", {"*fields": columns}, indent=4, lead=len("schema = ")),
        note=comment(paging_note(resource), 4),
        pages=pages_of(resource),
    )
    return Function(text, (PYARROW, ("dlt", ""), *imports_of(resource), *TYPES[:1]))


def _given(field: Field, endpoint: Endpoint) -> dict[str, Literal]:
    return {"nullable": False} if field.name in endpoint.primary_key else {}
