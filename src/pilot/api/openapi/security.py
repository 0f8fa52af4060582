"""How the document says that the key is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pilot.api.openapi.document import Document, objects, plain
from pilot.api.profile import Auth, AuthKind, How
from pilot.api.sites import joined
from pilot.finding import Json

_RANK = (AuthKind.BEARER, AuthKind.API_KEY, AuthKind.BASIC, AuthKind.OAUTH2, AuthKind.UNKNOWN)
"""Of several ways that would do, the simplest one for a pipeline."""


def auth_of(document: Document, operation: dict[str, Json], base: str) -> Auth | None:
    """How one operation wants its key; None where the document does not say."""
    required = operation.get("security", document.root.get("security"))
    schemes = _schemes(document)
    if not isinstance(required, list):
        return None
    if not required or {} in required:
        return Auth(AuthKind.NONE, how=How.SPEC)
    ways = [
        way for requirement in objects(required) if (way := _together(document, schemes, requirement, base))
    ]
    return min(ways, key=lambda auth: _RANK.index(auth.kind), default=None)


def declared_auth(document: Document, base: str) -> Auth | None:
    """The one way that the document declares, without saying where it is required."""
    ways = [_auth(document.resolve(scheme), base) for scheme in _schemes(document).values()]
    known = [way for way in ways if way.kind is not AuthKind.UNKNOWN]
    return known[0] if len(known) == 1 else None


def _schemes(document: Document) -> dict[str, Json]:
    if document.is_swagger:
        return document.at("securityDefinitions")
    return document.at("components", "securitySchemes")


def _together(
    document: Document, schemes: dict[str, Json], requirement: dict[str, Json], base: str
) -> Auth | None:
    """All schemes of one requirement have to be met: the simplest one, and keys beside it."""
    found = [_auth(document.resolve(schemes.get(name)), base) for name in requirement]
    if not found:
        return None
    first = min(found, key=lambda auth: _RANK.index(auth.kind))
    others = [auth for auth in found if auth is not first]
    beside = tuple(auth for auth in others if auth.kind is AuthKind.API_KEY)
    if unknown := ", ".join(_named(auth) for auth in others if auth not in beside):
        first = replace(first, note="; ".join(filter(None, (first.note, f"the spec also wants {unknown}"))))
    return replace(first, beside=beside)


def _named(auth: Auth) -> str:
    return f"the {auth.location} {auth.name}" if auth.name else auth.kind.value


def _auth(scheme: dict[str, Json], base: str) -> Auth:
    kind, name = plain(scheme.get("type")).lower(), plain(scheme.get("name"))
    words = plain(scheme.get("description")).lower()
    if kind == "basic" or (kind == "http" and plain(scheme.get("scheme")).lower() == "basic"):
        return Auth(AuthKind.BASIC, how=How.SPEC)
    if kind == "http" and plain(scheme.get("scheme")).lower() == "bearer":
        return Auth(AuthKind.BEARER, how=How.SPEC)
    if kind == "apikey" and name:
        return _api_key(plain(scheme.get("in")).lower(), name, words)
    if kind == "oauth2":
        return _oauth2(scheme, base)
    if kind == "openidconnect":
        return Auth(AuthKind.BEARER, how=How.SPEC, note="a token of OpenID Connect")
    return Auth(AuthKind.UNKNOWN, how=How.SPEC)


def _api_key(location: str, name: str, words: str) -> Auth:
    if name.lower() == "authorization" and "bearer" in words:
        return Auth(AuthKind.BEARER, how=How.SPEC)
    if location in ("header", "query"):
        return Auth(AuthKind.API_KEY, location, name, How.SPEC)
    return Auth(AuthKind.UNKNOWN, how=How.SPEC, note=f"the spec wants the {location or 'key'} {name}")


def _oauth2(scheme: dict[str, Json], base: str) -> Auth:
    for flow in _client_flows(scheme):
        token_url = plain(flow.get("tokenUrl"))
        place = joined(f"{base}/", token_url) if token_url else None
        if place:
            return Auth(AuthKind.OAUTH2, how=How.SPEC, token_url=place)
    # the other flows need a browser; the token that they end with is sent as any other
    return Auth(AuthKind.BEARER, how=How.SPEC, note="an OAuth2 token")


def _client_flows(scheme: dict[str, Json]) -> Iterator[dict[str, Json]]:
    flows = scheme.get("flows")
    if isinstance(flows, dict):
        flow = flows.get("clientCredentials")
        if isinstance(flow, dict):
            yield flow
    elif scheme.get("flow") == "application":
        yield scheme
