"""What dlt itself says of columns in its warnings: those that no record had a value for."""

from __future__ import annotations

import re

_UNFILLED = re.compile(
    r"The following columns in table '([^']+)' did not receive any data[^\n]*\n((?: +- [^\n]+\n)+)"
)


def unfilled_columns(stderr: str) -> dict[str, tuple[str, ...]]:
    """The columns without any data, by table, in a run's output of errors."""
    return {
        match[1]: tuple(line.strip(" -") for line in match[2].splitlines())
        for match in _UNFILLED.finditer(stderr)
    }
