"""How the APIs of the cases answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.api_server import Reply, Request, Route, people

PEOPLE = people(25)
PATH = "/v1/people"


def pages(request: Request) -> Reply:
    """Ten people on a page, with a link to the next one, and how many there are."""
    page = request.number("page", 1)
    link = f"{request.base}{request.path}?page={page + 1}" if page * 10 < len(PEOPLE) else None
    results = PEOPLE[page * 10 - 10 : page * 10]
    return Reply(data={"results": results, "next": link, "count": len(PEOPLE)})


def always(reply: Reply) -> Callable[[], Mapping[str, Route]]:
    """One answer to everything that asks for people."""
    return lambda: {PATH: lambda _request: reply}


def fails(
    status: int, headers: Mapping[str, str] | None = None, **body: Any
) -> Callable[[], Mapping[str, Route]]:
    """An error with a body."""
    return always(Reply(status, body or {"message": f"no: {status}"}, headers or {}))


def once(first: Reply, times: int = 1) -> Callable[[], Mapping[str, Route]]:
    """Some answers of one kind, then the pages."""

    def made() -> Mapping[str, Route]:
        left = [first] * times

        def route(request: Request) -> Reply:
            return left.pop() if left else pages(request)

        return {PATH: route}

    return made


def late(seconds: float) -> Callable[[], Mapping[str, Route]]:
    """An API that thinks long before it answers."""

    def route(request: Request) -> Reply:
        time.sleep(seconds)
        return pages(request)

    return lambda: {PATH: route}


def healthy() -> Mapping[str, Route]:
    """An API with nothing wrong."""
    return {PATH: pages}
