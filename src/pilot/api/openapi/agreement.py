"""What was seen beside what the spec says: the sight wins, and where they differ it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, How, Paging, PagingKind, Shape
from pilot.api.survey import Offer, Survey

_STANDS = (None, 401, 403, 407, 408, 429)
"""Statuses that say nothing against the spec; as do those of a server that is down."""


def agreed(seen: Endpoint, offer: Offer) -> tuple[Endpoint, tuple[str, ...]]:
    """One endpoint as it is known in the end, and what the API does otherwise than its spec says."""
    said = offer.endpoint
    if any(name not in seen.params for name in offer.missing):
        return seen, ()  # nobody can ask for it, so what it would answer helps nobody
    if seen.records.shape is Shape.UNKNOWN:
        if seen.status not in _STANDS and not (seen.status or 0) >= 500:
            return seen, ()
        return replace(seen, records=said.records, paging=said.paging, primary_key=said.primary_key), ()
    known_here = seen.paging.proven or seen.paging.like
    paging = seen.paging if known_here else _unproven(seen.paging, said.paging)
    known = replace(seen, paging=paging)
    if not seen.records.count:
        fields = seen.records.fields or said.records.fields
        known = replace(known, records=replace(seen.records, fields=fields), primary_key=said.primary_key)
    return known, tuple(f"{seen.name}: {line}" for line in _differences(seen, said))


def _unproven(seen: Paging, said: Paging) -> Paging:
    """What the spec says of paging, where the sight did not settle it."""
    if said.kind in (PagingKind.UNKNOWN, PagingKind.NONE):
        return seen
    note = "; ".join(filter(None, (said.note, seen.note)))
    return replace(said, proven=False, page_size=seen.page_size, note=note)


def _differences(seen: Endpoint, said: Endpoint) -> Iterator[str]:
    spec, sight = said.records, seen.records
    if spec.shape is not Shape.UNKNOWN and (spec.shape, spec.selector) != (sight.shape, sight.selector):
        yield (
            f"the spec says {spec.shape.value} at {spec.selector}, "
            f"seen was {sight.shape.value} at {sight.selector}"
        )
    lists = (PagingKind.UNKNOWN, PagingKind.NONE)
    if seen.paging.proven and said.paging.kind not in lists and seen.paging.kind is not said.paging.kind:
        yield f"{said.paging.note}, seen was {seen.paging.kind.value.replace('_', ' ')}"


def settled(profile: ApiProfile, survey: Survey) -> ApiProfile:
    """The whole profile: base URL, auth and notes as known from the spec and the sight together."""
    if not survey.offers:
        return replace(profile, docs=survey.prose, notes=(*profile.notes, *survey.notes))
    notes = [*profile.notes, *survey.notes]
    auth = profile.auth
    said = survey.auth
    if said is not None and auth.kind in (AuthKind.NONE, AuthKind.UNKNOWN) and auth.how is not How.SEEN:
        auth = said
    if said is not None and _differ(auth, said):
        notes.append(f"Auth: the spec says {_named(said)}, seen was {_named(auth)}")
    docs = _words(profile, survey)
    return _rebased(
        replace(profile, auth=auth, docs=docs, notes=tuple(dict.fromkeys(notes))), survey.base_url
    )


def _words(profile: ApiProfile, survey: Survey) -> str:
    """What the spec says in words of the endpoints that were picked, for a model."""
    picked = {endpoint.name for endpoint in profile.endpoints}
    lines = [survey.prose] if survey.prose else []
    for offer in survey.offers:
        if offer.endpoint.name in picked:
            lines += [f"{offer.key}: {offer.summary}", *(f"  {line}" for line in offer.parameters)]
    return "\n".join(lines)


def _differ(seen: Auth, said: Auth) -> bool:
    if seen.how is not How.SEEN or AuthKind.UNKNOWN in (seen.kind, said.kind):
        return False
    return (seen.kind, (seen.name or "").lower()) != (said.kind, (said.name or "").lower())


def _named(auth: Auth) -> str:
    if auth.kind is AuthKind.NONE:
        return "that no key is wanted"
    return f"a key in the {auth.location} {auth.name}" if auth.name else auth.kind.value.replace("_", " ")


def _rebased(profile: ApiProfile, base: str) -> ApiProfile:
    """The base URL of the spec, where all paths lie under it."""
    inner = f"{urlsplit(base).path.strip('/')}/"
    same_host = re.sub(r"\A(https?://[^/]+).*", r"\1", base).lower() == profile.base_url.lower()
    if inner == "/" or not same_host or not all(e.path.startswith(inner) for e in profile.endpoints):
        return profile
    endpoints = tuple(replace(e, path=e.path[len(inner) :]) for e in profile.endpoints)
    return replace(profile, base_url=base.rstrip("/"), endpoints=endpoints)
