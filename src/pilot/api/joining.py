"""One profile from two looks at the same API: what was known, and what a later look saw besides."""

from __future__ import annotations

import re
from dataclasses import replace

from pilot.api.profile import ApiProfile, Endpoint, Shape


def joined_profiles(known: ApiProfile, seen: ApiProfile) -> ApiProfile:
    """What is known with the endpoints that are new; a look at another API changes nothing."""
    if not known.endpoints:
        return seen
    if seen.base_url != known.base_url:
        return known
    paths = {endpoint.path for endpoint in known.endpoints}
    new = tuple(endpoint for endpoint in seen.endpoints if endpoint.path not in paths)
    return replace(known, endpoints=(*known.endpoints, *new), requests=known.requests + seen.requests)


def paging_open(profile: ApiProfile) -> bool:
    """Whether how some list pages was not proven: more may be behind its first page."""
    return any(_is_open(endpoint) for endpoint in profile.endpoints)


def with_paging_of(known: ApiProfile, seen: ApiProfile) -> ApiProfile:
    """What is known, with the paging that a later look has proven where it was not."""
    proven = {endpoint.path: endpoint.paging for endpoint in seen.endpoints if not _is_open(endpoint)}
    endpoints = tuple(
        replace(endpoint, paging=proven[endpoint.path])
        if _is_open(endpoint) and endpoint.path in proven
        else endpoint
        for endpoint in known.endpoints
    )
    return replace(known, endpoints=endpoints, requests=known.requests + seen.requests)


def _is_open(endpoint: Endpoint) -> bool:
    listed = endpoint.records.shape not in (Shape.UNKNOWN, Shape.SINGLE)
    return listed and not endpoint.paging.proven and not endpoint.paging.like


def by_name(request: str, profile: ApiProfile) -> str:
    """The request with endpoints by their names in place of their URLs, as scripts have them."""
    for endpoint in sorted(profile.endpoints, key=lambda endpoint: -len(endpoint.path)):
        url = re.compile(rf"(?:https?://)?[\w.:-]+/{re.escape(endpoint.path.strip('/'))}(?![\w/])\S*")
        request = url.sub(endpoint.name, request)
    return request
