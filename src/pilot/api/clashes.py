"""Fields whose names differ so little that dlt would make one column of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from pilot.api.profile import Field


def clashes(fields: Sequence[Field]) -> list[list[str]]:
    """The names that meet in one column, in the order of the fields."""
    columns: dict[str, list[str]] = defaultdict(list)
    for field in fields:
        columns[column_of(field.name)].append(field.name)
    return [names for names in columns.values() if len(names) > 1]


def column_of(name: str) -> str:
    """dlt's default naming, as far as two names can meet in it."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()
