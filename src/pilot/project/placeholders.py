"""Tells a value that somebody still has to fill in from a real one."""

from __future__ import annotations

import re

PLACEHOLDER = "<configure me>"
"""What dlt itself writes where a value is to be filled in, and warns of when it meets it."""

_BEFORE = r"(?:api|access|auth|bearer|client|secret|private|my|your|the|an?|some|[-_ .])*"
KEY = rf"{_BEFORE}(?:key|token|secret|password|pass)"
LEFT = re.compile(
    rf"""<.*>                                  # dlt's own, and <your key>
    | \.{{2,}} | …  | x{{3,}} | \*{{3,}} | -+ | \?+
    | \$\{{[^}}]*\}} | \{{\{{.*\}}\}}          # a template that nothing fills in
    | (?:sk|pk)?[-_]?your[-_ ].* | .*[-_ ]your[-_ ]{KEY}.* | .*[-_ ]here
    | (?:insert|enter|add|put|fill|replace|paste|set)[-_ ].*
    | change[-_ ]?(?:me|this|it)\W* | to[-_ ]?do\b.* | fix[-_ ]?me\b.* | placeholder\W* | redacted | dummy
    | (?:my|your|the|an?|some)[-_ ]{KEY} | {KEY}
    | 1768-07-21.*                             # dlt's own, for dates""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def is_placeholder(value: object) -> bool:
    """Whether a value was never filled in: empty, dlt's placeholder, `your-key-here`, `changeme`."""
    if not isinstance(value, str):
        return value is None
    text = value.strip().strip("\"'").strip()
    return not text or LEFT.fullmatch(text) is not None
