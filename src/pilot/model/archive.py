"""Answers of models that are kept, and found again by what was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Protocol

from pilot.model.request import Message
from pilot.session.ledger import ModelExchange


class Archive(Protocol):
    """Where exchanges with models are kept."""

    def known_exchange(self, key: str) -> ModelExchange | None:
        """The answer to exactly this, where pilot was stopped before it was made use of."""

    def record_exchange(self, exchange: ModelExchange) -> None:
        """Keep an answer."""


def key_of(url: str, model: str, messages: Sequence[Message]) -> str:
    """What was asked of whom, as a hash. How long the answer may get is no part of it."""
    asked = json.dumps([url, model, text_of(messages)], ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()


def text_of(messages: Sequence[Message]) -> str:
    """The messages as JSON."""
    return json.dumps([{"role": m.role, "content": m.content} for m in messages], ensure_ascii=False)
