"""Functions of the script that read rows of values, and give each value its name."""

from __future__ import annotations

from pilot.writers.builtin import columns
from pilot.writers.builtin.config import function_hints, paging_note
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.functions import TYPES, Function
from pilot.writers.builtin.literals import call, comment, quoted
from pilot.writers.builtin.pages import imports_of, pages_of

READING = '''\
@{hints}
def {name}() -> Iterator[list[dict[str, Any]]]:
    """Each row is a list of values; {where}."""
    names: list[str] = []
{note}    pages = {pages}
    for page in pages:
{rows}        yield [named_values(names, row) for row in {listed}]
'''

BESIDE = """\
        # later pages may leave the names out
        names = find_values({path}, page.response.json()) or names
"""

IN_FIRST_ROW = """\
        names = names or next(iter(page), [])
        rows = [row for row in page if row != names]
        if not rows:  # the names alone: this is the page after the last
            return
"""

NAMED_VALUES = Function(
    '''\
def named_values(names: list[str], row: list[Any]) -> dict[str, Any]:
    """The record that a row is: one that ends early has no values there, one too long is an error."""
    return dict(zip(names, [*row, *[None] * (len(names) - len(row))], strict=True))
''',
    TYPES[1:],
)


def reading_named(resource: Resource, name: str) -> Function:
    """The function of a resource whose records are lists of values."""
    endpoint = resource.endpoint
    hints = function_hints(resource, columns.json_hints(endpoint.records.fields), merges=True)
    beside = endpoint.records.names
    text = READING.format(
        hints=call("dlt.resource", hints, lead=1),
        name=name,
        where="their names stand beside the rows" if beside else "the first row holds their names",
        note=comment(paging_note(resource), 4),
        pages=pages_of(resource),
        rows=BESIDE.format(path=quoted(beside)) if beside else IN_FIRST_ROW,
        listed="page" if beside else "rows",
    )
    selecting = (("dlt.common.jsonpath", "find_values"),) if beside else ()
    return Function(text, (("dlt", ""), *selecting, *imports_of(resource), *TYPES))
