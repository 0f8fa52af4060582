"""What is known so far: the typed state of a session."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from pilot.api.profile import ApiProfile
from pilot.finding import Json
from pilot.names import ProjectNames
from pilot.verdict import LoadBegun, LoadRecord, TableVerdict
from pilot.warehouse.tables import TableInfo


@dataclass(frozen=True)
class WriterChoice:
    """Which writer was set up."""

    kind: str
    """`model` or `builtin`."""
    model: str | None = None
    base_url: str | None = None
    window: int | None = None
    """Tokens that the model takes in all, as far as known."""
    reply_limit: int | None = None
    """Tokens that a reply may have."""
    named: bool = False
    """The person named the model: no other one is tried in its place."""


@dataclass(frozen=True)
class SecretWanted:
    """A secret that the script reads. Never its value."""

    path: str
    """The dotted path in secrets.toml: `sources.weather.api_key`."""
    present: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything that steps learn and need. None means: not known yet."""

    name: str | None = None
    destination: str | None = None
    restart: bool | None = None
    """The person starts over: a new draft may take the place of an earlier script."""
    names: ProjectNames | None = None
    goal: str | None = None
    """Which API to load, in the person's words."""
    docs: str | None = None
    """Documentation of the API: a path or a URL."""
    request: str | None = None
    """In a refinement: what should change, in the person's words."""
    writer: WriterChoice | None = None
    picked: tuple[str, ...] | None = None
    """The endpoints that were picked from the API's documentation, by their keys."""
    profile: ApiProfile | None = None
    verified: bool | None = None
    """The script is one of dlt's verified sources, taken as it came."""
    written: bool | None = None
    """The script is ours: a draft was agreed to and written."""
    secrets: tuple[SecretWanted, ...] | None = None
    checked: bool | None = None
    """The preview showed records."""
    preview_removed: bool | None = None
    loaded: bool | None = None
    load_begun: LoadBegun | None = None
    load: LoadRecord | None = None
    tables: tuple[TableInfo, ...] | None = None
    verdicts: tuple[TableVerdict, ...] | None = None
    sql: str | None = None
    extra: dict[str, Json] = field(default_factory=dict)
    """What the steps of extensions learn."""

    def learn(self, news: Facts) -> Facts:
        """These facts with everything that `news` knows laid over them."""
        known: dict[str, Any] = {
            f.name: value
            for f in fields(news)
            if (value := getattr(news, f.name)) is not None and f.name != "extra"
        }
        return replace(self, **known, extra={**self.extra, **news.extra})

    def knows(self, fact: str) -> bool:
        """Whether a fact is known, by its name; extensions' facts included."""
        return getattr(self, fact, self.extra.get(fact)) is not None
