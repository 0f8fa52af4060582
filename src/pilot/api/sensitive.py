"""What must not be kept of a URL: keys, tokens and passwords."""

from __future__ import annotations

import re

from pilot.api.trails import folded
from pilot.api.vocabulary import word_set

_NAMES = word_set(
    "accesskey accesstoken apikey apitoken appid appkey auth authkey authtoken authorization bearer "
    "clientsecret code credential credentials hmac jwt key licensekey passwd password passphrase pwd secret "
    "secretkey servicekey session sessionid sessiontoken sid sig signature subscriptionkey token userkey "
    "usertoken xapikey"
)
_PARTS = ("apikey", "accesskey", "secret", "password", "authtoken", "accesstoken", "apitoken", "privatekey")
# These end in `token` or are called `key` in lists, but say where a page starts.
_PAGING = word_set("pagetoken nextpagetoken nexttoken continuationtoken starttoken synctoken")
# Short codes are what people look up: a country, an airport. Only a long one can be a key.
_OFTEN_HARMLESS = word_set("code key session sid")
_LONG = 16

_PLACEHOLDER = re.compile(
    r"""[<{\[$%].*|.*[>}\]]|x{3,}|\.{3}|\*+|
        (your|my|the|insert|enter|put)?[-_ ]?(own|api|app|secret|access)?[-_ ]?
        (key|token|id|secret|password)[-_ ]?(here)?|demo|changeme""",
    re.IGNORECASE | re.VERBOSE,
)


def is_sensitive(name: str, value: str = "") -> bool:
    """Whether a query parameter of this name carries a key."""
    plain = folded(name)
    if plain in _PAGING:
        return False
    if plain in _OFTEN_HARMLESS:
        return len(value) >= _LONG or (plain == "key" and len(value) >= 8 and any(c.isdigit() for c in value))
    return plain in _NAMES or any(part in plain for part in _PARTS)


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for a key: `YOUR_API_KEY`, `<token>`, `$KEY`."""
    return not value or _PLACEHOLDER.fullmatch(value) is not None


def printable(text: str) -> str:
    """One line without control characters: what comes from outside must not steer a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def scrubbed(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret value masked."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, "***")
    return text
