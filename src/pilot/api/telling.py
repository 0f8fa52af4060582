"""Which plain values around records say something of them, and which only of the answer."""

from __future__ import annotations

from pilot.api.trails import folded
from pilot.api.vocabulary import (
    ASIDE,
    CURSOR,
    ENVELOPE,
    HAS_MORE,
    IS_LAST,
    MAYBE_TOTAL,
    NEXT_LINK,
    OFFSET,
    PAGE,
    SIZE,
    TOTAL,
    TOTAL_PAGES,
    word_set,
)
from pilot.finding import Json

_SAYS_NOTHING = (
    ENVELOPE | ASIDE | NEXT_LINK | HAS_MORE | IS_LAST | TOTAL | MAYBE_TOTAL | TOTAL_PAGES | PAGE | OFFSET
    | SIZE | word_set("""id requestid traceid correlationid result error detail description title name
    generated generatedat generationtimems duration elapsed servertime now lastupdated updated updatedat
    date_generated terms disclaimer documentation docs source provider help info href uri path method""")
)  # fmt: skip
_LONGEST = 60


def says_something(key: str, value: Json) -> bool:
    """A short plain value of a name that answers do not have for themselves."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value == "":
        return False
    name = folded(key)
    technical = name in _SAYS_NOTHING or any(mark in name for mark in CURSOR)
    return not technical and len(str(value)) <= _LONGEST and "://" not in str(value)
