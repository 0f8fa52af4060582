"""A request that is made ready and not sent: what a person may look at beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pilot.model.client import ModelClient
from pilot.model.exchange import Collected
from pilot.model.faults import ModelFailed
from pilot.model.request import Message


class Rehearsed(ModelFailed):
    """Nothing was sent; this is what would have been."""

    def __init__(self, url: str, body: Mapping[str, object]) -> None:
        super().__init__("The request was not sent: it was only to be looked at.")
        self.url = url
        self.body = body


class RehearsedClient(ModelClient):
    """Everything that the client does, up to the sending."""

    def _once(
        self, messages: Sequence[Message], reply: int, watch: Callable[[str], None] | None
    ) -> Collected:
        body = self._shape.body(self.endpoint.model, messages, reply)
        self._refuse_leaks(body)
        raise Rehearsed(f"{self.endpoint.url.rstrip('/')}/chat/completions", body)
