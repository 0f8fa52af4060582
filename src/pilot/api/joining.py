"""One profile from two looks at the same API: what was known, and what a request named besides."""

from __future__ import annotations

import re
from dataclasses import replace

from pilot.api.profile import ApiProfile


def joined_profiles(known: ApiProfile, seen: ApiProfile) -> ApiProfile:
    """What is known with the endpoints that are new; a look at another API changes nothing."""
    if not known.endpoints:
        return seen
    if seen.base_url != known.base_url:
        return known
    paths = {endpoint.path for endpoint in known.endpoints}
    new = tuple(endpoint for endpoint in seen.endpoints if endpoint.path not in paths)
    return replace(known, endpoints=(*known.endpoints, *new), requests=known.requests + seen.requests)


def by_name(request: str, profile: ApiProfile) -> str:
    """The request with endpoints by their names in place of their URLs, as scripts have them."""
    for endpoint in sorted(profile.endpoints, key=lambda endpoint: -len(endpoint.path)):
        url = re.compile(rf"(?:https?://)?[\w.:-]+/{re.escape(endpoint.path.strip('/'))}(?![\w/])\S*")
        request = url.sub(endpoint.name, request)
    return request
