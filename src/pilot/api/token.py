"""OAuth2 client credentials: a token for the client's id and secret, fetched as dlt fetches it."""

from __future__ import annotations

from pilot.api.auth import Keys
from pilot.api.body import read_body
from pilot.api.error_body import message_in
from pilot.api.fetch import Credentials, Fetcher, Payload
from pilot.api.profile import Auth
from pilot.api.sensitive import scrubbed
from pilot.finding import Json


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
