"""Where tokens are given, as people and refusals say it."""

from __future__ import annotations

import re

from pilot.api.sites import joined
from pilot.api.urls import URL, trimmed

_TOKEN_PATH = re.compile(r"(?<![\w:/.])/[\w\-./]*(?:token|oauth2?)\b[\w\-./]*", re.I)
_TOKEN_URL = re.compile(r"/[\w\-./]*\btokens?\b[\w\-./]*\Z|/(oauth2?|connect)/\w*token", re.I)


def token_url_in(text: str, base: str) -> str | None:
    """The address that gives tokens, when the text names one; a path is taken as the base's."""
    for match in URL.finditer(text):
        url = trimmed(match.group())
        if is_token_url(url):
            return joined(base, url if "://" in url else f"https://{url}")
    path = _TOKEN_PATH.search(URL.sub(" ", text))
    return joined(base, trimmed(path.group())) if path and base else None


def is_token_url(url: str) -> bool:
    """Whether an address is one that gives tokens, by its path."""
    return _TOKEN_URL.search(url.split("?")[0]) is not None
