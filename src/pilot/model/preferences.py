"""Which models are preferred, what they take, and how one is chosen from what an endpoint offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

PREFERRED = (
    "gpt-6.1-sol",
    "gpt-6-sol",
    "gpt-6.1-terra",
    "gpt-5.6-sol",
    "gpt-5.6-terra",
    "gpt-5.5",
    "gpt-5.4",
    "gpt-6-luna",
    "gpt-5.6-luna",
    "gpt-5.4-mini",
)
"""Best first: the vendor's tiers, without what is announced for shutdown."""

_WINDOWS = (
    ("gpt-5.4-mini", 272_000),
    ("gpt-6", 922_000),
    ("gpt-5.6", 922_000),
    ("gpt-5.5", 922_000),
    ("gpt-5.4", 922_000),
    ("gpt-5", 272_000),
)
"""By the beginning of the name; the first that fits."""
_UNKNOWN_WINDOW = 8_192
_MOST_REPLY = 32_768
_NOT_FOR_TEXT = (
    "embed", "whisper", "tts", "audio", "realtime", "image", "dall-e", "moderation", "rerank", "transcribe",
    "guard", "sora", "search", "davinci", "babbage",
)  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """A model that the endpoint says it has."""

    name: str
    window: int | None = None
    shutdown: str | None = None
    """The day it is switched off, `YYYY-MM-DD`."""

    def alive(self, today: date) -> bool:
        """Whether it was not switched off before today."""
        try:
            return self.shutdown is None or date.fromisoformat(self.shutdown) >= today
        except ValueError:
            return True


@dataclass(frozen=True)
class Limits:
    """What a model takes and gives, in tokens."""

    window: int
    reply: int


def is_known(model: str) -> bool:
    """Whether the table has the model's window."""
    name = model.rsplit("/", 1)[-1]
    return any(name.startswith(beginning) for beginning, _ in _WINDOWS)


def limits_of(model: str, window: int | None) -> Limits:
    """A model's limits; cautious where neither the endpoint nor the table knows."""
    name = model.rsplit("/", 1)[-1]
    known = next((size for prefix, size in _WINDOWS if name.startswith(prefix)), _UNKNOWN_WINDOW)
    size = window or known
    return Limits(size, min(_MOST_REPLY, size // 2))


def best_of(offered: Sequence[Offered], today: date) -> Offered | None:
    """The most preferred model that is offered; else the first that can write text."""
    alive = [model for model in offered if model.alive(today)]
    for name in PREFERRED:
        for model in alive:
            if model.name == name or model.name.endswith(f"/{name}"):
                return model
    return next((m for m in alive if not any(word in m.name.lower() for word in _NOT_FOR_TEXT)), None)


def after(model: str) -> tuple[str, ...]:
    """The preferred models that come after one, named as that endpoint names them."""
    prefix, slash, name = model.rpartition("/")
    if name not in PREFERRED:
        return ()
    return tuple(f"{prefix}{slash}{other}" for other in PREFERRED[PREFERRED.index(name) + 1 :])
