"""One API with a known truth: how it answers, how a person asks for it, what must be loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.api_server import Route

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """One API. It is made anew for each run: some remember what they were asked."""

    name: str
    make: Callable[[], Route | Mapping[str, Route]]
    rows: Rows
    """Every record, flat, with the names that its columns get."""
    words: str = ""
    """What the person says besides the URL."""
    path: str = "/v1/people"
    """What the person names; may have a query."""
    docs: str = ""
    """The path of the API's OpenAPI document, given with `--docs`."""
    endpoints: tuple[str, ...] = ()
    """What is picked with `--endpoint`."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    loadable: bool = True
    """False: nobody can load all of it, so a plain word about that is the right answer."""
    later: Callable[[], Route] | None = None
    """How the API answers when the pipeline runs a second time; then `later_rows` are the truth."""
    later_rows: Rows = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    """For dlt's own source: columns that get other names there."""

    @property
    def plain_path(self) -> str:
        """The path without its query."""
        return self.path.split("?")[0]

    def routes(self) -> dict[str, Route]:
        """By path; a single route answers at the case's own."""
        made = self.make()
        return dict(made) if isinstance(made, Mapping) else {self.plain_path: made}
