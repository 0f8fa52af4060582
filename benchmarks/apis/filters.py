"""APIs that leave records out unless a parameter asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.apis.case import Case
from tests.api.filtered import PETS, STATES, by_status, spec
from tests.support.api_server import Route


def _api(pets: Route, parameter: Mapping[str, Any], paged: bool = True) -> Callable[[], Mapping[str, Route]]:
    return lambda: {"/spec.json": spec(parameter, paged), "/pets": pets}


def _text(default: str | None, *values: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "enum": [*values]}
    return {"schema": {**schema, "default": default} if default else schema}


_LISTED = {"schema": {"type": "array", "items": {"type": "string", "enum": [*STATES]}}, "required": True}
_GIVEN: dict[str, Any] = {"path": "/pets", "docs": "/spec.json"}

FILTERS: tuple[Case, ...] = (
    Case("filters/default", _api(by_status("available"), _text("available", *STATES)), PETS, **_GIVEN),
    Case("filters/default_in_words",
         _api(by_status("pending"), {**_text(None, *STATES), "description": "Defaults to `pending`."}),
         PETS, **_GIVEN),
    Case("filters/default_unsaid", _api(by_status("available"), _text(None, *STATES)), PETS, **_GIVEN),
    Case("filters/required", _api(by_status("available", required=True), _LISTED), PETS, **_GIVEN),
    Case("filters/everything",
         _api(by_status("available", everything="all"), _text("available", *STATES, "all")), PETS, **_GIVEN),
    Case("filters/one_page",
         _api(by_status("available", silent=True), _text("available", *STATES), paged=False),
         PETS, **_GIVEN),
    Case("filters/no_spec", lambda: by_status("available", everything="all"), PETS, path="/pets"),
    Case("filters/asked_for", _api(by_status("available"), _text("available", *STATES)),
         [pet for pet in PETS if pet["status"] == "sold"], **{**_GIVEN, "path": "/pets?status=sold"}),
)  # fmt: skip
