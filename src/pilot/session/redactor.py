"""What takes secrets out of everything that a session writes down."""

from __future__ import annotations

from typing import Protocol

import msgspec

from pilot.finding import Json


class Redactor(Protocol):
    """Takes secrets out of what is written down."""

    def tree(self, tree: Json) -> Json:
        """The same builtins with every text redacted."""

    def leak(self, text: str) -> str | None:
        """The path of a secret that is still in a text."""


def encoded(redactor: Redactor, value: object) -> bytes:
    """A value as JSON without secrets."""
    # by way of JSON, so that the redactor meets nothing but builtins
    return msgspec.json.encode(redactor.tree(msgspec.json.decode(msgspec.json.encode(value))))
