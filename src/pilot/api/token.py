"""OAuth2 client credentials: a token for the client's id and secret, fetched as dlt fetches it."""

from __future__ import annotations

import re

from pilot.api.auth import Keys
from pilot.api.body import read_body
from pilot.api.error_body import message_in
from pilot.api.fetch import Credentials, Fetcher, Payload
from pilot.api.profile import Auth
from pilot.api.sensitive import scrubbed
from pilot.api.sites import joined
from pilot.api.urls import URL, trimmed
from pilot.finding import Json

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


def fetch_token(fetch: Fetcher, auth: Auth, keys: Keys, site: str) -> tuple[Credentials | None, str]:
    """What opens the site, or why there is no token. The secret goes to the token's address only."""
    if not auth.token_url:
        return None, "where tokens are fetched is not known: name the token URL"
    if not (keys.user and keys.password):
        return None, "the client's id and secret are needed for a token"
    data: dict[str, Json] = {"client_id": keys.user, "client_secret": keys.password}
    data["grant_type"] = "client_credentials"
    if auth.scope:
        data["scope"] = auth.scope
    answer = fetch.post(auth.token_url, Payload(data, form=True), why="fetch a token")
    body = read_body(answer)
    if not answer.ok or body.problem or not isinstance(body.data, dict):
        said = "" if body.problem else message_in(body.data)
        reason = answer.problem or f"HTTP {answer.status}" + (f": {said}" if said else "")
        return None, scrubbed(f"no token was given ({reason})", (keys.user, keys.password))
    token = body.data.get("access_token")
    if not isinstance(token, str) or not token.isprintable():
        return None, "the token's address answers, but with no access_token"
    return Credentials(site, {"Authorization": f"Bearer {token}"}), ""
