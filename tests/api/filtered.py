"""APIs that leave records out by default: only those of one status come unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.api_server import Reply, Request, Route

STATES = ("available", "pending", "sold")
PETS: list[dict[str, Any]] = [
    {"id": n, "name": f"pet {n}", "status": STATES[0 if n % 10 == 0 else 1 + n % 2]} for n in range(1, 68)
]
_SIZE = 10
Rows = Sequence[Mapping[str, Any]]


def _pages(request: Request, rows: Rows) -> dict[str, Any]:
    start = (request.number("page", 1) - 1) * _SIZE
    return {"items": rows[start : start + _SIZE], "total": len(rows)}


def by_status(default: str, required: bool = False, everything: str = "", silent: bool = False) -> Route:
    """Only records of one status: the default, or the one that is asked for."""

    def route(request: Request) -> Reply:
        if required and "status" not in request.query:
            return Reply(400, {"message": "query parameter status is required"})
        asked = request.query.get("status", default)
        if asked not in (*STATES, everything):
            return Reply(400, {"message": f"no such status: {asked}"})
        rows = [pet for pet in PETS if asked in (pet["status"], everything)]
        return Reply(data=rows if silent else _pages(request, rows))

    return route


def spec(parameter: Mapping[str, Any], paged: bool = True) -> Route:
    """The OpenAPI document of such an API."""
    page = {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}}
    pet = {"id": {"type": "integer"}, "name": {"type": "string"}, "status": {"type": "string"}}
    rows = {"type": "array", "items": {"type": "object", "properties": pet}}
    whole = {"type": "object", "properties": {"items": rows, "total": {"type": "integer"}}}
    answer = {"description": "ok", "content": {"application/json": {"schema": whole if paged else rows}}}
    operation = {
        "operationId": "listPets",
        "parameters": [{"name": "status", "in": "query", **parameter}, *([page] if paged else [])],
        "responses": {"200": answer},
    }
    document = {"openapi": "3.0.3", "info": {"title": "Pets", "version": "1"}, "servers": [{"url": "/"}]}
    return lambda request: Reply(data={**document, "paths": {"/pets": {"get": operation}}})
