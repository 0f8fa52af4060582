"""Other names for fields that dlt would make one column of."""

from __future__ import annotations

from pilot.api.clashes import clashes, column_of
from pilot.api.profile import Shape
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.functions import TYPES, Function
from pilot.writers.builtin.literals import literal

RENAMING = '''\
def {name}(record: dict[str, Any]) -> dict[str, Any]:
    """dlt would make one column of names that are almost the same, and lose values."""
    others = {others}
    return {{others.get(name, name): value for name, value in record.items()}}
'''


def renamed(resource: Resource) -> dict[str, str]:
    """New names by the old ones. A key among those that meet keeps its name, else the first does."""
    records = resource.endpoint.records
    if resource.by_hand or records.shape not in (Shape.LIST, Shape.SINGLE):
        return {}
    taken = {column_of(field.name) for field in records.fields}
    found: dict[str, str] = {}
    for names in clashes(records.fields):
        kept = next((name for name in names if name in resource.endpoint.primary_key), names[0])
        for name in (name for name in names if name != kept):
            number = 2
            while column_of(f"{name}_{number}") in taken:
                number += 1
            found[name] = f"{name}_{number}"
            taken.add(column_of(found[name]))
    return found


def renamer_of(resource: Resource) -> str | None:
    """The function that gives the names, where some are needed."""
    return f"{resource.name}_with_own_names" if renamed(resource) else None


def renamer(resource: Resource, name: str) -> Function:
    """That function."""
    others = literal(renamed(resource), indent=4, lead=len("others = "))
    return Function(RENAMING.format(name=name, others=others), TYPES[1:])
