"""The second net: keys that are in no file, known by their shape.

Own rules, not a library's: detect-secrets finds about half of these shapes by name, takes everyday words
for keys once its entropy rules are on, and costs a quarter of a second at import.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from collections.abc import Iterator

from pilot.project.placeholders import is_placeholder
from pilot.project.secret_values import is_secret_name
from pilot.secrecy.traces import Place

_SHAPES = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]{16,8000}?(?:-----END [A-Z ]*KEY-----|\Z)",
    "Anthropic key": r"\bsk-ant-[\w-]{20,}",
    "OpenAI key": r"\bsk-(?:proj-|svcacct-|admin-)?(?=[\w-]*\d)[A-Za-z0-9_-]{20,}",
    "Stripe key": r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{24,}",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}",
    "GitLab token": r"\bgl(?:pat|dt|cbt|ptt|rt)-[\w-]{20,}",
    "Slack token": r"\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}|hooks\.slack\.com/services/[\w/]{20,}",
    "AWS key": r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z2-7]{16}\b",
    "Google key": r"\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}",
    "Hugging Face token": r"\bhf_[A-Za-z]{30,}",
    "npm token": r"\bnpm_[A-Za-z0-9]{30,}",
    "PyPI token": r"\bpypi-[\w-]{50,}",
    "SendGrid key": r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    "Notion token": r"\b(?:ntn|secret)_[A-Za-z0-9]{40,}",
    "Airtable token": r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{40,}",
    "Shopify token": r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "DigitalOcean token": r"\bdo[opr]_v1_[a-f0-9]{64}",
    "Databricks token": r"\bdapi[a-f0-9]{32}",
    "JSON web token": r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
}
_BEGINNINGS = """
    -----BEGIN sk- k_live_ k_test_ whsec_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glcbt- glptt-
    glrt- xox xapp- hooks.slack AKIA ASIA AROA AIDA AIza ya29. GOCSPX hf_ npm_ pypi- SG. ntn_ secret_ pat
    shp _v1_ dapi eyJ
"""
_HINTS = _BEGINNINGS.split()
_ANY_SHAPE = re.compile("|".join(f"(?P<_{number}>{shape})" for number, shape in enumerate(_SHAPES.values())))
_KINDS = tuple(_SHAPES)
_URL_PASSWORD = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://([^/@\s:\"'<>{}]*):([^@\s/\"'<>{}$%\[]{3,}|[^@\s\"'<>{}\[]{8,})@"
)
_BASIC = re.compile(r"\bbasic\s+([A-Za-z0-9+/_-]{6,400}={0,2})", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"\b(?:bearer|basic)\s+([A-Za-z0-9+/_.~-]{16,}={0,2})", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"(?P<name>[A-Za-z_][\w-]*)[\"'\]\\]{0,4}\s*(?:=>|:=|[:=]|%3[dD])\s*(?:(?:bearer|basic|token)\s+)?\\*[\"']?"
    r"(?P<value>[A-Za-z0-9+/_.~!#$%^*-]{12,}={0,2})",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?<![\w./:-])[A-Za-z0-9_+/-]{20,}={0,2}(?![\w/-])(?!\.\w)")
_ALONE_IN_ONE_CASE = 32
"""From so many characters on a word is noticed whose letters are all large or all small."""
_FEWEST_DIGITS = 3
_UUID = re.compile(r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:dlt|os|self|config|settings|env|environ|getenv|secrets)\b[.\[(]|.*[\[({]|[A-Z_]+$|[a-z_.]+$"
    r"|(?:[A-Z]?[a-z]+[_.-])*[A-Z]?[a-z]+[_-]?\d{0,3}$"
    r"|(?:[A-Z]{1,3}[a-z]{3,}\d?)+$|(?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*$"
)
"""Names in code, and words put together."""
UNSURE = "that looks like a key"
"""What is called so may be something else, and only the person knows."""
_LEAST_ENTROPY = 3.0
"""Bits a character: words and names have less."""


def sure_secrets(text: str) -> Iterator[Place]:
    """Keys whose shape nothing else has, and passwords in URLs."""
    if any(hint in text for hint in _HINTS):
        for found in _ANY_SHAPE.finditer(text):
            yield Place(found.start(), found.end(), f"that looks like a {_KINDS[(found.lastindex or 1) - 1]}")
    if "://" in text and "@" in text:
        for found in _URL_PASSWORD.finditer(text):
            user, password = found.groups()
            if not is_placeholder(password) and password not in ("password", "pass", "pw", "***", user):
                yield Place(*found.span(2), "that looks like a password")
    for found in _BASIC.finditer(text):
        if _is_login(found[1]):
            yield Place(*found.span(1), "that looks like a login")


def likely_secrets(text: str) -> Iterator[Place]:
    """What stands where a credential stands and looks random; references to one are none."""
    for found in _AUTHORIZATION.finditer(text):
        if is_random(found[1]):
            yield Place(*found.span(1), UNSURE)
    for found in _ASSIGNED.finditer(text):
        if is_secret_name(found["name"]) and is_random(found["value"]):
            yield Place(*found.span("value"), UNSURE)


def _is_login(encoded: str) -> bool:
    """Whether base64 holds a user and a password."""
    data = encoded.rstrip("=")
    try:
        login = base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"-_" if "-" in data else None)
        return ":" in login.decode() and login.decode().isprintable()
    except ValueError:
        return False


def typed_secrets(text: str) -> Iterator[Place]:
    """What a person may have pasted by mistake: long random words count on their own."""
    yield from sure_secrets(text)
    yield from likely_secrets(text)
    for found in _ALONE.finditer(text):
        if not _UUID.fullmatch(found[0]) and _stands_out(found[0]) and is_random(found[0]):
            yield Place(*found.span(), UNSURE)


def _stands_out(word: str) -> bool:
    """Whether a word that nothing announces is mixed as keys are."""
    cases, digits = (1, 1) if len(word) >= _ALONE_IN_ONE_CASE else (2, _FEWEST_DIGITS)
    found = sum(any(map(kind, word)) for kind in (str.isupper, str.islower))
    return found >= cases and sum(map(str.isdigit, word)) >= digits


def is_random(value: str) -> bool:
    """Whether a text looks drawn by lot: no placeholder, no name, no reference to something else."""
    if is_placeholder(value) or _REFERENCE.match(value) or not re.search(r"\d", value):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return bits >= _LEAST_ENTROPY
