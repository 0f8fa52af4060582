"""What one probe looks at: the URLs that the person named, and the endpoints picked from a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from pilot.api.naming import says_nothing, table_name
from pilot.api.openapi.families import family
from pilot.api.openapi.matching import by_words
from pilot.api.profile import Endpoint
from pilot.api.survey import Offer, Survey
from pilot.api.words import Named, Target
from pilot.finding import Json


@dataclass(frozen=True)
class Aim:
    """One endpoint to look at."""

    target: Target
    offer: Offer | None = None
    """What a spec says of it."""

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
        return tuple(Aim(target) for target in named.targets)
    offered = family(survey.offers, chosen)
    urls = {_url(survey, offer) for offer in offered}
    aims = [Aim(_target(survey, offer, named.targets), offer) for offer in offered]
    others = (t for t in named.targets if t.url.rstrip("/") not in urls and not says_nothing(t.url))
    return (*aims, *(Aim(target) for target in others if not survey.base_url.startswith(target.url)))


def _url(survey: Survey, offer: Offer) -> str:
    return f"{survey.base_url.rstrip('/')}/{offer.endpoint.path.lstrip('/')}".rstrip("/")


def _target(survey: Survey, offer: Offer, named: Sequence[Target]) -> Target:
    """The offer's URL, with what the person gave for this very URL; keys belong to the whole host."""
    url = _url(survey, offer) + ("/" if offer.endpoint.path.endswith("/") else "")
    own = next((target for target in named if target.url.rstrip("/") == url.rstrip("/")), None)
    keys = next((target for target in named if target.secrets or target.login), None)
    target = replace(own, url=url) if own else Target(url)
    return replace(target, secrets=keys.secrets, login=keys.login) if keys else target


def filled(url: str, bindings: Mapping[str, str], row: Json) -> str | None:
    """The URL with a parent's record in its placeholders; None where the record has no value for one."""
    for placeholder, field in bindings.items():
        value = row.get(field) if isinstance(row, dict) else None
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            return None
        url = url.replace(f"{{{placeholder}}}", quote(str(value), safe=""))
    return url


def carrying(rows: Sequence[Json], endpoint: Endpoint, parent: Json) -> list[Json]:
    """A child's records with the fields that dlt takes over from the parent's."""
    fields = (
        {f"_{endpoint.parent}_{f}": parent.get(f) for f in endpoint.bindings.values()}
        if isinstance(parent, dict)
        else {}
    )
    return [{**fields, **row} if isinstance(row, dict) else row for row in rows]
