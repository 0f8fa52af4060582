"""The APIs that the benchmarks load: on loopback, answering at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.api_server import Reply, Request, serving

_CITIES = ("Oslo", "Lyon", "Porto", "Turku")
_PAGE = 20


def observations(count: int = 20) -> list[dict[str, object]]:
    """Records, always the same."""
    return [
        {
            "id": number,
            "city": _CITIES[number % len(_CITIES)],
            "observed_at": f"2026-06-{number % 28 + 1:02}T12:00:00Z",
            "temperature": round(11.5 + number * 0.3, 1),
        }
        for number in range(1, count + 1)
    ]


@contextmanager
def weather() -> Iterator[str]:
    """The URL of twenty observations, all in one answer."""

    def answer(request: Request) -> Reply:
        return Reply(data=observations())

    with serving(answer, "/weather") as server:
        yield f"{server.url}/weather"


@contextmanager
def weather_in_pages(count: int = 240) -> Iterator[str]:
    """The URL of so many observations, twenty in each answer."""
    rows = observations(count)

    def answer(request: Request) -> Reply:
        first = request.number("page", 1) * _PAGE - _PAGE
        shown = rows[max(first, 0) : first + _PAGE]
        return Reply(data={"results": shown, "page": request.number("page", 1), "total": len(rows)})

    with serving(answer, "/weather") as server:
        yield f"{server.url}/weather"
