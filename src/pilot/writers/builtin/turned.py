"""Functions of the script that turn answers into rows page by page, until a page has none."""

from __future__ import annotations

from pilot.writers.builtin import columns
from pilot.writers.builtin.config import TURNERS, function_hints, paging_note
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.functions import TYPES, Function
from pilot.writers.builtin.literals import call, comment
from pilot.writers.builtin.pages import imports_of, pages_of

READING = '''\
@{hints}
def {name}() -> Iterator[list[dict[str, Any]]]:
    """A page without records is an object all the same: dlt alone would go on."""
{note}    pages = {pages}
    for page in pages:
        rows = [row for records in page for turned in {turner}(records) for row in turned]
        if not rows:
            return
        yield rows
'''


def reading_turned(resource: Resource, name: str) -> Function:
    """The function of a resource whose pages are objects, and end with an empty one."""
    endpoint = resource.endpoint
    hints = function_hints(resource, columns.json_hints(endpoint.records.fields), merges=True)
    text = READING.format(
        hints=call("dlt.resource", hints, lead=1),
        name=name,
        note=comment(paging_note(resource), 4),
        pages=pages_of(resource),
        turner=TURNERS[endpoint.records.shape],
    )
    return Function(text, (("dlt", ""), *imports_of(resource), *TYPES))
