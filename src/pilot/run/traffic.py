"""The traffic ledger: one line for every HTTP exchange that a script made. Never a body, never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

FENCED = "fenced"
"""An exchange's error where the fence kept the request from its host: the API was not asked."""


@dataclass(frozen=True)
class Exchange:
    """One request of the script and what came back, as the harness in the child saw it."""

    method: str
    url: str
    """Without user, password and fragment; values of query parameters that may be secret are left out."""
    status: int | None = None
    """None: no answer came; `error` says why."""
    at: float = 0.0
    """Seconds since the run began."""
    seconds: float = 0.0
    size: int = 0
    """Bytes of the answer's body, as far as it was read."""
    content_type: str = ""
    records: int | None = None
    """How many records the answer seems to hold; None where that can't be told."""
    more: bool | None = None
    """Whether the answer announces more (True), announces its end (False), or says nothing of it (None)."""
    more_by: str = ""
    """What says so: `Link`, a field's path such as `meta.next`, `has_more`, a total."""
    leads_to: str = ""
    """The next page's address, where the answer gives it: as `url` is."""
    total: int | None = None
    """How many records the API says there are in all."""
    page_size: int | None = None
    """The page size that the request asked for."""
    retry_after: float | None = None
    """Seconds that the API asked to wait."""
    cached: bool = False
    """Served from the session's memory of identical requests: the API was not asked."""
    error: str = ""
    """The exception's class where no answer came."""
    resource: str = ""
    """The dlt resource that asked (`get_current_pipe_name`), where one did."""
    digest: str = ""
    """A hash of the answer's body: equal bodies have equal ones. Empty where the body was not read."""
    edges: str = ""
    """A hash of the first and the last of the records: the same where a page comes again."""
    filled: tuple[str, ...] = ()
    """The records' own fields (no paths) that held something in at least one record; never a value."""
    nested: dict[str, int] = field(default_factory=dict)
    """How many entries the records' own lists hold in all, by field."""
    looks: str = ""
    """What came, as far as that is known: `a JSON object`, `a JSON list`, `HTML`, `an empty answer`."""
    fields: tuple[str, ...] = ()
    """The fields of the object that came (the records are in one of them, mostly)."""
    says: str = ""
    """The API's own words, where the answer is an error, whatever its status."""


def told_cached(traffic: Sequence[Exchange]) -> str:
    """How many answers came from memory, in brackets; "" where none did."""
    served = sum(exchange.cached for exchange in traffic)
    if not served:
        return ""
    count = "all" if served == len(traffic) else f"{served} of {len(traffic)}"
    return f" ({count} answers from memory)"
