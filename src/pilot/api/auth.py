"""How an API wants its key: from its refusal, and by trying the key that is there."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pilot.api.auth_words import auth_in_words, common_key_name, speaks_of_keys
from pilot.api.body import read_body
from pilot.api.error_body import message_in
from pilot.api.fetch import Answer, Credentials
from pilot.api.profile import Auth, AuthKind, How
from pilot.api.token_words import token_url_in
from pilot.api.trails import folded

_CHALLENGE = re.compile(r"(?:^|,)\s*(bearer|basic|api-?key|apikey|token|digest|negotiate)\b(?!=)", re.I)
_CHALLENGE_NAME = re.compile(r"\b(?:name|header|in)=\"?(x-[\w-]+|[\w-]*key[\w-]*)", re.I)
_USER = re.compile(r"(\A|_)(user|username|login|email|account_sid|client_id)\Z", re.I)
_PASSWORD = re.compile(r"(password|passwd|pwd|client_secret|auth_token)\Z", re.I)
_NOT_FOR_APIS = ("destination.", "runtime.", "credentials.")
_GUESSES = (
    Auth(AuthKind.BEARER),
    Auth(AuthKind.API_KEY, "header", "X-API-Key"),
    Auth(AuthKind.API_KEY, "query", "api_key"),
)


_SIGNED = re.compile(r"\bhmac\b|\bsigned\b(?! in)|\bsignature\b", re.I)
_TOKEN = Auth(AuthKind.API_KEY, "header", "Authorization", prefix="Token")


@dataclass(frozen=True)
class Keys:
    """The values that may open the API. Never shown."""

    token: str | None = field(default=None, repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    named: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Everything by its folded name: keys that are wanted beside another are known by theirs."""

    def __bool__(self) -> bool:
        return bool(self.token or (self.user and self.password))


def keys_from(secrets: Mapping[str, str]) -> Keys:
    """The API's keys among the project's secrets; a destination's credentials are none of its business."""
    own = {path: value for path, value in secrets.items() if value and not path.startswith(_NOT_FOR_APIS)}
    last = {path.rsplit(".", 1)[-1]: value for path, value in own.items()}
    user = next((value for name, value in last.items() if _USER.search(name)), None)
    password = next((value for name, value in last.items() if _PASSWORD.search(name)), None)
    tokens = [v for name, v in last.items() if re.search(r"key|token|appid|secret|bearer", name, re.I)]
    tokens = [*filter(None, (last.get("api_key"),)), *tokens]  # what scripts call the one key that there is
    rest = [v for v in last.values() if v not in (user, password)]
    named = {folded(name): value for name, value in last.items()}
    return Keys(next(iter(tokens or rest), None), user, password, named)


def refusal(answer: Answer, said: Auth | None) -> Auth | None:
    """How the key is wanted when the answer is a refusal for lack of one; None when it is not.

    Some APIs say 400, or even 200, and mean that the key is missing.
    """
    refused = answer.status in (401, 403, 407)
    may_mean_it = answer.status in (400, 422) or (answer.ok and b"error" in answer.body[:500].lower())
    if not refused and not may_mean_it:
        return None
    body = read_body(answer)
    message = answer.body[:2000].decode("utf-8", "replace") if body.problem else message_in(body.data)
    if not refused and not (speaks_of_keys(message) and len(message) < 500):
        return None
    said_so = auth_in_words(message, How.SEEN)
    if said_so is None or said_so.kind is not AuthKind.OAUTH2:  # whose tokens are Bearer tokens too
        said_so = _challenge(answer) or said_so
    wanted = said_so or common_key_name(message)
    if refused and _SIGNED.search(message) and not re.search(r"token|jwt|bearer", message, re.I):
        wanted = Auth(AuthKind.SIGNED, how=How.SEEN)
    if wanted and wanted.kind is AuthKind.OAUTH2:
        told = f"{answer.headers.get('www-authenticate', '')} {message}"
        wanted = replace(wanted, token_url=token_url_in(told, answer.url))
    note = f"HTTP {answer.status} without a key" if refused else "the answer asks for a key"
    if said:
        return said
    return replace(wanted or Auth(AuthKind.UNKNOWN, how=How.SEEN), note=note)


def ways(wanted: Auth, keys: Keys, site: str) -> Iterator[tuple[Auth, Credentials]]:
    """Ways to send the keys: the wanted one; where that is not known, the usual ones."""
    kinds = [wanted] if wanted.kind not in (AuthKind.UNKNOWN, AuthKind.NONE) else [*_GUESSES]
    if wanted.kind is AuthKind.UNKNOWN and keys.user and keys.password:
        kinds.insert(0, Auth(AuthKind.BASIC))
    if wanted.prefix:
        kinds.append(Auth(AuthKind.BEARER, how=wanted.how))  # some say Token, and mean a Bearer token
    if wanted.kind is AuthKind.BASIC and keys.token:
        kinds.append(replace(wanted, sole=True))
    for auth in kinds:
        if credentials := credentials_for(auth, keys, site):
            yield auth, credentials


def credentials_for(auth: Auth, keys: Keys, site: str) -> Credentials | None:
    """The keys as this kind of auth sends them; None where they don't fit it."""
    first = _one_of(auth, keys, site)
    beside = [_one_of(a, Keys(keys.named.get(folded(a.name or ""))), site) for a in auth.beside]
    if first is None or None in beside:
        return None
    headers, params = dict(first.headers), dict(first.params)
    for credentials in filter(None, beside):
        headers.update(credentials.headers)
        params.update(credentials.params)
    return Credentials(site, headers, params)


def _one_of(auth: Auth, keys: Keys, site: str) -> Credentials | None:
    if auth.kind is AuthKind.BASIC:
        user, password = (keys.token, "") if auth.sole else (keys.user, keys.password)
        if not user or (not password and not auth.sole):
            return None
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return Credentials(site, {"Authorization": f"Basic {pair}"})
    if not keys.token or not keys.token.isprintable():
        return None
    if auth.kind is AuthKind.BEARER:
        return Credentials(site, {"Authorization": f"Bearer {keys.token}"})
    if auth.kind is AuthKind.API_KEY and auth.name:
        if auth.location == "query":
            return Credentials(site, params={auth.name: keys.token})
        return Credentials(site, {auth.name: f"{auth.prefix} {keys.token}".strip()})
    return None


def _challenge(answer: Answer) -> Auth | None:
    header = answer.headers.get("www-authenticate", "")
    match = _CHALLENGE.search(header)
    if not match:
        return None
    scheme = match[1].lower()
    if scheme == "basic":
        return Auth(AuthKind.BASIC, how=How.SEEN)
    if scheme == "token":
        return replace(_TOKEN, how=How.SEEN)
    if scheme == "bearer":
        return Auth(AuthKind.BEARER, how=How.SEEN)
    if scheme in ("apikey", "api-key"):
        name = _CHALLENGE_NAME.search(header)
        return Auth(AuthKind.API_KEY, "header", name[1] if name else "X-API-Key", How.SEEN)
    return None
