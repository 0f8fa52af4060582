"""The body of a request, as one endpoint takes it: what it refused is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pilot.model.budget import MARGIN, estimate_tokens
from pilot.model.preferences import Limits

_LEAST_REPLY = 256


@dataclass(frozen=True)
class Message:
    """One message of a request."""

    role: Literal["system", "user"]
    content: str


@dataclass
class RequestShape:
    """Makes the bodies for one endpoint."""

    limits: Limits
    dropped: set[str] = field(default_factory=set)
    """Parameters that the endpoint does not take."""

    def body(self, model: str, messages: Sequence[Message], reply: int) -> dict[str, object]:
        """One request for an answer of at most `reply` tokens."""
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "stream": "stream" not in self.dropped,
        }
        if not self.dropped & {"stream", "stream_options"}:
            body["stream_options"] = {"include_usage": True}
        # older servers know max_tokens alone, newer models refuse it
        name = next((n for n in ("max_completion_tokens", "max_tokens") if n not in self.dropped), None)
        if name:
            body[name] = self.room(messages, reply)
        return body

    def room(self, messages: Sequence[Message], reply: int) -> int:
        """How long an answer to these messages may be."""
        left = self.limits.window - round(size_of(messages) * MARGIN)
        return max(_LEAST_REPLY, min(reply, left))

    def adapt(self, parameter: str, most: int | None) -> bool:
        """Remember what was refused; whether the next request differs."""
        if most is not None:
            lower = most < self.limits.reply
            self.limits = Limits(self.limits.window, min(most, self.limits.reply))
            return lower
        fresh = parameter not in self.dropped
        self.dropped.add(parameter)
        return fresh


def size_of(messages: Sequence[Message]) -> int:
    """About how many tokens messages have."""
    return sum(estimate_tokens(message.content) for message in messages)
