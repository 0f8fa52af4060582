"""What an API says about how much it may be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pilot.api.sensitive import printable
from pilot.finding import Json

_RATE = re.compile(r"(x-)?rate-?limit|retry-after|x-quota|x-app-rate|x-requests?-", re.I)
_LONGEST = 60
_MOST = 8


def limits_in(headers: Mapping[str, str]) -> dict[str, Json]:
    """Rate limit headers, as numbers where they are numbers."""
    found = {name: value.strip() for name, value in headers.items() if _RATE.match(name)}
    return {
        name: int(value) if value.isdecimal() and len(value) < 16 else printable(value)[:_LONGEST]
        for name, value in list(found.items())[:_MOST]
    }
