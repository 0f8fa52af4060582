"""What a spec offers: endpoints to pick from, before any of them was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

from pilot.api.profile import Auth, Endpoint, Narrowing


@dataclass(frozen=True)
class Offer:
    """One endpoint of a spec."""

    endpoint: Endpoint
    """As the spec says it: everything in it is how=SPEC. Its path is relative to the survey's base URL."""
    summary: str = ""
    operation: str = ""
    """The operationId."""
    tags: tuple[str, ...] = ()
    listed: bool = True
    """It answers with several records, or the spec does not say what it answers with."""
    hints: dict[str, str] = field(default_factory=dict)
    """Query parameters that page, and what each does: `page offset cursor size`."""
    filters: tuple[str, ...] = ()
    """Query parameters that begin at a time."""
    parameters: tuple[str, ...] = ()
    """Every parameter in a line of words, for a model."""
    places: dict[str, str] = field(default_factory=dict)
    """Placeholder of the path → its type, as far as the spec says it."""
    choices: tuple[Narrowing, ...] = ()
    """Query parameters that take one of a few values, and may leave records out by default."""
    server: str = ""
    """The address that its path starts at, where that is not the API's."""
    missing: tuple[str, ...] = ()
    """Required parameters that no value is known for."""

    @property
    def key(self) -> str:
        """What picks this endpoint: its path, with the method where that is not GET."""
        path = f"/{self.endpoint.path.lstrip('/')}"
        return path if self.endpoint.method == "GET" else f"{self.endpoint.method} {path}"


@dataclass(frozen=True)
class Survey:
    """What documentation says of an API. Without offers there was no spec."""

    base_url: str = ""
    offers: tuple[Offer, ...] = ()
    auth: Auth | None = None
    source: str = ""
    """Where the spec was found: a path or a URL."""
    prose: str = ""
    """Documentation of another kind, as text for a model."""
    notes: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0

    @property
    def listed(self) -> tuple[Offer, ...]:
        """The endpoints that are worth listing for a person to pick from."""
        return tuple(offer for offer in self.offers if offer.listed)

    def find(self, key: str) -> Offer | None:
        """The offer that a key stands for."""
        return next((offer for offer in self.offers if offer.key == key), None)
