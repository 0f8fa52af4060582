"""What one probe looks at: the URLs that the person named, and the endpoints picked from a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from pilot.api.naming import says_nothing, table_name
from pilot.api.openapi.families import GENERIC, family
from pilot.api.openapi.matching import by_words
from pilot.api.profile import Endpoint
from pilot.api.sites import joined
from pilot.api.survey import Offer, Survey
from pilot.api.trails import folded
from pilot.api.words import Named, Target
from pilot.finding import Json

_PLACEHOLDER = re.compile(r"\{.*\}|%7B|/:[A-Za-z]|<.*>")


@dataclass(frozen=True)
class Aim:
    """One endpoint to look at."""

    target: Target
    offer: Offer | None = None
    """What a spec says of it."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Parameters that the spec requires and knows no value for."""
        return self.offer.missing if self.offer else ()

    def endpoint(self, taken: frozenset[str]) -> Endpoint:
        """The endpoint before it was looked at, its path from the host on."""
        path = urlsplit(self.target.url).path
        if self.offer is not None:
            params = {**self.offer.endpoint.params, **self.target.params}
            known = self.offer.endpoint
            return Endpoint(
                path.lstrip("/"), known.name, known.method, params, self.target.body or known.body,
                parent=known.parent, bindings=known.bindings, headers=known.headers,
            )  # fmt: skip
        endpoint = Endpoint(path.lstrip("/"), table_name(path, taken), params=self.target.params)
        return (
            endpoint if self.target.body is None else replace(endpoint, method="POST", body=self.target.body)
        )


def aims_of(named: Named, survey: Survey, picked: Sequence[str], goal: str) -> tuple[Aim, ...]:
    """What to look at: what was picked, with its parents; without a pick what the words mean."""
    chosen = [offer for key in picked if (offer := survey.find(key))] or by_words(survey, goal)
    if not chosen or not survey.base_url:
        return tuple(Aim(t) for t in sorted(named.targets, key=lambda target: target.url.count("/{")))
    offered = family(survey.offers, chosen)
    urls = {_url(survey, offer) for offer in offered}
    aims = [Aim(_target(survey, offer, named.targets), offer) for offer in offered]
    others = (t for t in named.targets if t.url.rstrip("/") not in urls and not says_nothing(t.url))
    return (*aims, *(Aim(target) for target in others if not survey.base_url.startswith(target.url)))


def _url(survey: Survey, offer: Offer) -> str:
    base = joined(survey.base_url, offer.server) if offer.server else None
    return f"{(base or survey.base_url).rstrip('/')}/{offer.endpoint.path.lstrip('/')}".rstrip("/")


def _target(survey: Survey, offer: Offer, named: Sequence[Target]) -> Target:
    """The offer's URL, with what the person gave for this very URL; keys belong to the whole host."""
    url = _url(survey, offer) + ("/" if offer.endpoint.path.endswith("/") else "")
    own = next((target for target in named if target.url.rstrip("/") == url.rstrip("/")), None)
    keys = next((target for target in named if target.secrets or target.login), None)
    target = replace(own, url=url) if own else Target(url)
    return replace(target, secrets=keys.secrets, login=keys.login) if keys else target


Way: TypeAlias = "tuple[Endpoint, str, Json]"
"""An endpoint, the URL to ask it at, and the parent's record that fills the URL."""


def ways(url: str, endpoint: Endpoint, rows: Sequence[Json]) -> Iterator[Way]:
    """How the endpoint may be asked: a child with the first record of its parent that fills the path.

    Which field of the record belongs there is a guess, so others that identify it follow.
    """
    if endpoint.parent is None:
        yield endpoint, url, None
        return
    row = next((row for row in rows if _filled(url, endpoint.bindings, row)), None)
    if not isinstance(row, dict) or not endpoint.bindings:
        return
    *_, last = endpoint.bindings
    likely = [name for known in GENERIC for name in row if folded(name) == known]
    for field in dict.fromkeys([endpoint.bindings[last], *likely]):
        bindings = {**endpoint.bindings, last: field}
        if place := _filled(url, bindings, row):
            yield replace(endpoint, bindings=bindings), place, row


def _filled(url: str, bindings: Mapping[str, str], row: Json) -> str | None:
    """The URL with a record's fields in its placeholders; None where the record has no value for one."""
    for placeholder, field in bindings.items():
        value = row.get(field) if isinstance(row, dict) else None
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            return None
        url = url.replace(f"{{{placeholder}}}", quote(str(value), safe=""))
    return url


def carrying(rows: Sequence[Json], endpoint: Endpoint, parent: Json) -> list[Json]:
    """A child's records with the fields that dlt takes over from the parent's."""
    if not isinstance(parent, dict):
        return [*rows]
    fields = {f"_{endpoint.parent}_{field}": parent.get(field) for field in endpoint.bindings.values()}
    return [{**fields, **row} if isinstance(row, dict) else row for row in rows]


def obstacle(aim: Aim, endpoint: Endpoint) -> str:
    """Why an endpoint can't be asked for; "" when it can."""
    if missing := [name for name in aim.missing if name not in endpoint.params]:
        return f"the spec requires a value for {', '.join(missing)}; say it, as in {missing[0]}=…"
    if endpoint.method != "GET" and aim.target.body is None:
        return "the spec reads it by POST; name it together with POST to have it asked"
    path = urlsplit(aim.target.url).path
    open_ends = endpoint.params.values() if endpoint.parent else (path, *endpoint.params.values())
    if not any(map(_PLACEHOLDER.search, open_ends)):
        return ""
    before, _, after = path.rpartition("/{")
    filled = f"; name what fills it too, as in {before}" if before and after else ""
    return f"the URL has a placeholder, so it was not asked for{filled}"
