"""How a key is sent, as people and error messages say it in words."""

from __future__ import annotations

import re

from pilot.api.profile import Auth, AuthKind, How
from pilot.api.trails import folded

_QUOTE = r"[\"'`“”*]{0,3}"
# begins where a word begins: a try at every letter of a long one takes minutes
_NAME = rf"{_QUOTE}(?<![\w$-])([A-Za-z_$][\w$-]*[A-Za-z0-9]){_QUOTE}"
_CALLED = r"(?:\s{1,9}(?:called|named|name|field))?\s{0,9}[:=]?\s{0,9}"
_IN_HEADER = (
    re.compile(rf"\bheaders?{_CALLED}{_NAME}", re.I),
    re.compile(rf"{_NAME}\s+(?:(?:http|request)\s+)?header\b", re.I),
    re.compile(
        rf"\b{_QUOTE}(?<![\w-])((?:X-[\w-]*(?:key|token|auth)[\w-]*)|[\w-]+-(?:api-)?(?:key|token)){_QUOTE}",
        re.I,
    ),
)
_IN_QUERY = (
    re.compile(rf"\b(?:query|url|get)(?:[- ]?string)?(?:\s+param(?:eter)?s?)?{_CALLED}{_NAME}", re.I),
    re.compile(rf"\bparam(?:eter)?s?{_CALLED}{_NAME}", re.I),
    re.compile(rf"{_NAME}\s+(?:as\s+a\s+|in\s+the\s+)?(?:query|url)\b", re.I),
    re.compile(rf"{_NAME}\s+(?:query\s+)?param(?:eter)?\b", re.I),
    re.compile(r"[?&](\w*(?:key|token|appid)\w*)=", re.I),
)
# `Authorization: Token <key>`: a word of the API's own before the key
_PREFIX = re.compile(
    r"\bauthorization\b[\s\"'`:=]{1,5}(?!bearer|basic|digest|header)([A-Za-z][\w-]{1,30})"
    r"\s{1,3}[<\[{$]",
    re.I,
)
_LEFT_OUT = re.compile(r"\*{3}|\[secret [^\[\]\s]+\]")
"""What stands for a key that was said, once it is taken out of the words."""
_HANDING_WORDS = """
    a an the my our its this that it here there is are be now new other another right correct valid please
    use take set try have with for of to as from on and instead change replace update put in by api app
    access auth client secret secrets private key keys token apikey api_key password passwd pwd passphrase
    bearer credential credentials value one thanks thank you i next time then load again
"""
_HANDING = frozenset(_HANDING_WORDS.split())
_IS = r"\s{0,3}(?:[:=]|\b(?:is|of|set to|with(?: the)? value)\b)\s{0,3}[\"'`]?"
_GIVEN = re.compile(
    r"(?P<said>\bheaders?\s{1,3}(?:called\s|named\s)?)?"
    rf"(?<![\w-])[\"'`]?(?P<name>[A-Za-z][\w-]{{1,60}})[\"'`]?{_IS}"
    rf"(?:(?P<scheme>[A-Za-z]\w{{1,30}})\s{{1,3}})?[\"'`]?(?:{_LEFT_OUT.pattern})",
    re.I,
)
_KEY_LIKE = re.compile(r"key|token|auth|appid|secret|sid\Z", re.I)
_KEYS = re.compile(
    r"api[ _-]?key|access[ _-]?key|subscription[ _-]?key|app[ _-]?id\b|\btoken\b|credential|unauthori[sz]ed"
    r"|authenticat|[ _]auth(?:ed)?\b|authori[sz]ation|forbidden|not authori[sz]ed|permission|log ?in",
    re.I,
)
_COMMON_IN_QUERY = re.compile(r"\b(appid|api_key|apikey|apiKey|app_key|access_key|access_token)\b")
_COMMON_IN_HEADER = re.compile(r"\b(apikey|Api-Key|X-Auth-Token)\b")


def auth_in_words(text: str, how: How = How.SAID) -> Auth | None:
    """How the key is sent, when the words say so."""
    if given := given_headers(text):
        return _of_headers(given, how)
    if re.search(r"\bclient[ _-]credentials?\b|\boauth ?2?\b.*\bclient\b", text, re.I):
        return Auth(AuthKind.OAUTH2, how=how)
    if name := _first(_IN_HEADER, text):
        if folded(name) == "authorization":
            if prefix := _PREFIX.search(text):
                return Auth(AuthKind.API_KEY, "header", "Authorization", how, prefix=prefix[1])
            return _scheme(text, how) or Auth(AuthKind.BEARER, how=how)
        return Auth(AuthKind.API_KEY, "header", name, how)
    if prefix := _PREFIX.search(text):
        return Auth(AuthKind.API_KEY, "header", "Authorization", how, prefix=prefix[1])
    if scheme := _scheme(text, how):
        return scheme
    if name := _first(_IN_QUERY, text):
        return Auth(AuthKind.API_KEY, "query", name, how)
    return None


def given_headers(text: str) -> dict[str, str]:
    """Headers that the words gave a key for, with the scheme that stood before it."""
    found = {}
    for match in _GIVEN.finditer(text):
        name = match["name"]
        if match["said"] or "-" in name or folded(name) == "authorization":
            found[name] = match["scheme"] or ""
    return found


def hands_over_a_key(words: str) -> bool:
    """Whether words do nothing but give a key: `my new key is ***, please use it`."""
    if not _LEFT_OUT.search(words) or given_headers(words):
        return False
    return not set(re.findall(r"[\w-]+", _LEFT_OUT.sub(" ", words).lower())) - _HANDING


def _of_headers(given: dict[str, str], how: How) -> Auth:
    """The key in the header Authorization, else in the first; the others go beside it."""
    main = next((name for name in given if folded(name) == "authorization"), next(iter(given)))
    beside = tuple(Auth(AuthKind.API_KEY, "header", name, how) for name in given if name != main)
    if given[main].lower() == "bearer":
        return Auth(AuthKind.BEARER, how=how, beside=beside)
    return Auth(AuthKind.API_KEY, "header", main, how, prefix=given[main], beside=beside)


def common_key_name(text: str) -> Auth | None:
    """The well-known name of a key's parameter or header, when an error message mentions one."""
    if match := _COMMON_IN_HEADER.search(text):
        return Auth(AuthKind.API_KEY, "header", match[1], How.GUESSED)
    if match := _COMMON_IN_QUERY.search(text):
        return Auth(AuthKind.API_KEY, "query", match[1], How.GUESSED)
    return None


def speaks_of_keys(text: str) -> bool:
    """Whether an error message is about a key that is missing or wrong."""
    return _KEYS.search(text) is not None


def may_concern_keys(words: str) -> bool:
    """Whether a request may be about what the API is opened with."""
    return speaks_of_keys(words) or re.search(r"\b(key|token|secret|password|auth)", words, re.I) is not None


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> str | None:
    names = (match[1] for pattern in patterns for match in pattern.finditer(text))
    return next((name for name in names if _is_name(name)), None)


def _is_name(name: str) -> bool:
    """A key's name, not just a word of the sentence: `X-Api-Key`, not `key`."""
    plain = folded(name)
    if plain in ("key", "keys", "token", "auth", "authentication", "api", "secret", "bearer", "author"):
        return False
    return _KEY_LIKE.search(name) is not None


def _scheme(text: str, how: How) -> Auth | None:
    if re.search(r"\bbearer\b", text, re.I):
        return Auth(AuthKind.BEARER, how=how)
    if re.search(
        r"\b(http )?basic[ _-]?auth|\bbasic authentication|\buser ?name and (a )?password", text, re.I
    ):
        return Auth(AuthKind.BASIC, how=how)
    return None
