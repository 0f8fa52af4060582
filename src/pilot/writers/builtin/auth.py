"""How the API wants its key, as dlt's configuration and as an object for its client."""

from __future__ import annotations

from pilot.api.profile import Auth, AuthKind
from pilot.names import ProjectNames
from pilot.writers.builtin.identifiers import snake, source_name
from pilot.writers.builtin.literals import Code, Literal, Noted, Secret, quoted

CLASSES = {
    "bearer": "BearerTokenAuth",
    "api_key": "APIKeyAuth",
    "http_basic": "HttpBasicAuth",
    "oauth2_client_credentials": "OAuth2ClientCredentials",
}
"""dlt's class for each of its configuration types."""

GUESS = "the API wants a key, but not how: a Bearer token is the most common way"


def options(auth: Auth, names: ProjectNames) -> dict[str, Literal]:
    """dlt's own auth configuration; empty when no key is wanted."""
    secrets = f"sources.{source_name(names.name)}"
    if auth.kind in (AuthKind.NONE, AuthKind.SIGNED):
        return {}
    if auth.kind is AuthKind.API_KEY:
        return {
            "type": "api_key",
            "name": auth.name or "X-API-Key",
            "api_key": _prefixed(auth, Secret(f"{secrets}.api_key")),
            "location": auth.location or "header",
        }
    if auth.kind is AuthKind.BASIC and auth.sole:
        return {"type": "http_basic", "username": Secret(f"{secrets}.api_key"), "password": ""}
    if auth.kind is AuthKind.BASIC:
        return {
            "type": "http_basic",
            "username": Secret(f"{secrets}.username"),
            "password": Secret(f"{secrets}.password"),
        }
    if auth.kind is AuthKind.OAUTH2:
        scope: dict[str, Literal] = {"access_token_request_data": {"scope": auth.scope}} if auth.scope else {}
        return {
            "type": "oauth2_client_credentials",
            "access_token_url": auth.token_url or "",
            "client_id": Secret(f"{secrets}.client_id"),
            "client_secret": Secret(f"{secrets}.client_secret"),
            **scope,
        }
    return {"type": "bearer", "token": Secret(f"{secrets}.api_key")}


def _prefixed(auth: Auth, key: Secret) -> Literal:
    """The key with the word that the API wants before it."""
    return Code(f"{quoted(auth.prefix + ' ')} + dlt.secrets[{quoted(key.path)}]") if auth.prefix else key


def beside(auth: Auth, names: ProjectNames, location: str) -> dict[str, Literal]:
    """Further keys that go into the headers or the query, by name; each is a secret of its own."""
    secrets = f"sources.{source_name(names.name)}"
    keys = [(key.name or "", key.location or "header") for key in auth.beside]
    return {name: Secret(f"{secrets}.{snake(name)}") for name, place in keys if place == location}


def noted(auth: Auth, names: ProjectNames) -> Literal:
    """The configuration, with a comment where it is a guess."""
    value = options(auth, names)
    return Noted(value, GUESS) if auth.kind is AuthKind.UNKNOWN else value
