"""The forms in which a secret value turns up in a text, and which values can't be hidden everywhere."""

from __future__ import annotations

import html
import json
import quopri
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from pilot.secrecy.traces import Place, cores

SHORTEST_STRONG = 6
SHORTEST_LINE = 16
SHORTEST_BASE64 = 8

_COMMON = """
    abc123 access admin administrator api apikey client changeme credentials data database default demo
    dev development duckdb example false guest hello key letmein local localhost login master null none
    pass passwd password password1 postgres private prod production public python qwerty read root sample
    secret server source staging string system table temp test test123 tester testing testpassword token
    true user username value weather welcome write
"""
COMMON = frozenset(_COMMON.split())
NUMBER = re.compile(r"\d{1,8}|(?=\d*[.,:/ +-])[\d.,:/ +-]{1,11}")
"""What may be a number, a date or a time of something else."""
_AFTER = [
    "api",
    "app",
    "access",
    "secret",
    "license",
    "private",
    "client",
    "account",
    "service",
    "user",
    "db",
    "pg",
    "my",
]
CREDENTIAL_NAME = (
    r"(?:(?:token|secret|passw(?:or)?d|passwd|passphrase|credential|authorization|appid)s?"
    rf"|(?:(?<![a-z])|{'|'.join(f'(?<={word})' for word in _AFTER)})"
    r"(?:key|pass|pwd|pat|pin|auth|sig|signature))"
    r"(?:_?\d+|_[a-z0-9]{1,8})?"
)
"""What a credential is called, as the end of a name: `api_key`, not `monkey`, `pattern` or `author`."""
CREDENTIAL = re.compile(
    rf"""(?:
        {CREDENTIAL_NAME}
            ["'\]\\]{{0,4}} \s* (?:=>|:=|[:=>]|%3[dD]|(?<=["'\\]),) \s*
            (?:(?:bearer|basic|token)\s+)? \\*["']?
        | \b(?:bearer|basic|token)\s+
        | ://[^/@\s:]*:
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands right before a credential."""
DSN_PASSWORD = re.compile(
    r"(?:^|[;\s])(?:password|pwd|accountkey|sharedaccesskey|secret)\s*=\s*(?:\{([^}]+)\}|'([^']+)'|([^;\s]+))",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")
_REST_OF_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")


class Form(NamedTuple):
    """One form of one value, written out."""

    path: str
    literal: str
    encoded: bool = False
    """In base64, with other things around it: all that was encoded is hidden."""

    def places(self, text: str) -> Iterator[Place]:
        """Every occurrence."""
        start = text.find(self.literal)
        while start >= 0:
            end = start + len(self.literal)
            yield Place(*(_whole_base64(text, start, end) if self.encoded else (start, end)), self.path)
            start = text.find(self.literal, start + 1)


def is_weak(value: str, path: str = "", words: Collection[str] = ()) -> bool:
    """Whether a value is too short or too ordinary to be hidden wherever it turns up.

    `words` are names that the project's own code uses, in lower case; what looks drawn by lot is no name.
    """
    from pilot.secrecy.patterns import is_random

    plain = value.casefold()
    return (
        len(value) < SHORTEST_STRONG
        or plain in COMMON
        or (plain in words and not is_random(value))
        or plain in path.casefold().split(".")
        or (value.isascii() and len(set(value)) < 3)
        or NUMBER.fullmatch(value) is not None
        or (value.isalpha() and len(value) < 8 and value[1:].islower())
    )


def credential_places(text: str, weak: Collection[tuple[str, str]]) -> Iterator[Place]:
    """Where a weak value stands as a credential: `api_key=1234`, `"token": "test"`, `user:test@host`."""
    if not weak or not any(value in text for _, value in weak):
        return
    for found in CREDENTIAL.finditer(text):
        for path, value in weak:
            end = found.end() + len(value)
            if text.startswith(value, found.end()) and not text[end : end + 1].isalnum():
                yield Place(found.end(), end, path)


def parts_of(value: str) -> Iterator[str]:
    """The secrets inside a value that is more than one: a URL, a connection string, JSON."""
    if "://" in value:
        yield from _in_url(value)
    elif value.startswith("{"):
        yield from _in_json(value)
    else:
        for groups in DSN_PASSWORD.findall(value):
            yield "".join(groups)


def written_forms(path: str, value: str) -> Iterator[Form]:
    """Every form of a strong value that is written out in one piece."""
    yield from (Form(path, literal) for literal in dict.fromkeys(_written(value)))
    yield from (Form(path, core, encoded=True) for core in dict.fromkeys(_cores(value)))


def _whole_base64(text: str, start: int, end: int) -> tuple[int, int]:
    while start and _BASE64.fullmatch(text[start - 1]):
        start -= 1
    after = _REST_OF_BASE64.match(text, end)
    return start, after.end() if after else end


def _in_url(value: str) -> Iterator[str]:
    try:
        parts = urlsplit(value)
    except ValueError:
        return
    login, at, _ = parts.netloc.rpartition("@")
    _, colon, password = login.partition(":")
    if at:
        secret = password if colon else login
        yield from dict.fromkeys((secret, unquote(secret)))
    for name, given in parse_qsl(parts.query):
        if re.fullmatch(rf"[\w.-]*?{CREDENTIAL_NAME}", name, re.IGNORECASE):
            yield given


def _in_json(value: str) -> Iterator[str]:
    from pilot.project.secret_values import is_setting
    from pilot.project.toml_file import leaves

    try:
        content = json.loads(value)
    except ValueError:
        return
    for names, found in leaves(content):
        if found is not None and not isinstance(found, bool) and not is_setting(".".join(names)):
            yield str(found)


def _written(value: str) -> Iterator[str]:
    yield value
    for plain in (json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value), ascii(value)):
        yield plain[1:-1]
        yield json.dumps(plain[1:-1])[1:-1]
    yield json.dumps(value)[1:-1].replace("/", "\\/")
    yield repr(value.encode())[2:-1]
    yield html.escape(value)
    yield html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield value.replace("'", "''")
    yield value.replace('"', '""')
    yield value.replace("'", "'\\''")
    yield value.replace("'", "'\"'\"'")
    yield re.escape(value)
    yield quopri.encodestring(value.encode()).decode()
    for coded in (
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        quote(value, safe="!#$%&'()*+,/:;=?@[]~"),
        quote(value, safe="!$&'()*+,;=:@/?"),
        "".join(f"%{byte:02X}" for byte in value.encode()),
    ):
        yield coded
        yield re.sub(r"%[0-9A-F]{2}", lambda code: code.group().lower(), coded)
        yield quote(coded, safe="")
    if not value.isascii():
        yield from _in_other_alphabets(value)
    if "\n" in value:
        lines = [line.strip() for line in value.splitlines()]
        yield from ("\r\n".join(lines), " ".join(lines), "".join(lines))
        yield from (line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("-----"))


def _in_other_alphabets(value: str) -> Iterator[str]:
    """What becomes of letters beyond ASCII: taken apart, sent as Latin-1, or read as it."""
    for form in ("NFC", "NFD", "NFKC"):
        yield unicodedata.normalize(form, value)
    yield value.encode().decode("latin-1")
    yield value.encode().decode("cp1252", "replace")
    if latin := value.encode("latin-1", "ignore"):
        yield from (quote(latin, safe=""), repr(latin)[2:-1])


def _cores(value: str) -> Iterator[str]:
    """What of the value's base64 is the same wherever it stands, in both alphabets."""
    for core in cores(value.encode()):
        if len(core) >= SHORTEST_BASE64:
            yield from (core, core.replace("+", "-").replace("/", "_"))
