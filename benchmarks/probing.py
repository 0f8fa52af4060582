"""What looking at an API costs pilot itself: at most one `import dlt`, without the network's time."""

from __future__ import annotations

import sys

from benchmarks.local_api import weather_in_pages
from benchmarks.measure import Result, command, compare, finish

_TARGET = 1.0
_PROBE = (
    "import sys; from pilot.api.prober import ApiProber;"
    "seen = ApiProber(lambda host, why: True).probe(sys.argv[1], None, {}, lambda text: None);"
    "assert seen.seen and seen.requests <= 12, seen"
)


def results(times: int = 7) -> list[Result]:
    """The whole process that probes, start-up included, against one that imports dlt."""
    with weather_in_pages() as url:
        return [
            compare(
                "probing an API / import dlt",
                lambda: command(sys.executable, "-c", _PROBE, url),
                lambda: command(sys.executable, "-c", "import dlt"),
                _TARGET,
                times,
            )
        ]


if __name__ == "__main__":
    finish(results())
