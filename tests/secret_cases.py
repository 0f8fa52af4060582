"""Secrets in every disguise, and texts that must stay as they are: data for every outlet."""

from __future__ import annotations

import base64
import codecs
import html
import json
import textwrap
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

KEY = "pk9-Zx81qLm4Tn7Vb2Rw"
SIGNS = "p@ss/w0rd+9=! \"x'y&z"
LONG = "f3A9c1D7e5B8a2F6d4C0e1B3a5D7f9C2e4A6b8D0"
SHORT = "kQ7-x2Zp"
ACCENTS = "päss-Wörd-91xQ"
PEM = """\
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
-----END PRIVATE KEY-----
"""
_64 = base64.b64encode


def b64(text: str) -> str:
    """A text in base64."""
    return _64(text.encode()).decode()


def _wrapped(text: str, width: int, gutter: str = "") -> str:
    return f"\n{gutter}".join(textwrap.wrap(text, width, break_on_hyphens=False))


@dataclass(frozen=True)
class Case:
    """One text with a secret in it."""

    name: str
    secret: str
    text: str
    pieces: tuple[str, ...] = ()
    """What must not be left over of it, where that is not the secret itself."""


def _written() -> list[Case]:
    cases = []
    for label, value in (("plain", KEY), ("with signs", SIGNS), ("long", LONG)):
        forms = {
            "raw": value,
            "percent": quote(value, safe=""),
            "percent lower": quote(value, safe="").lower() if value == KEY else quote(value, safe=""),
            "percent but slashes": quote(value),
            "plus": quote_plus(value),
            "percent twice": quote(quote(value, safe=""), safe=""),
            "every byte percent": "".join(f"%{byte:02x}" for byte in value.encode()),
            "JSON": json.dumps(value)[1:-1],
            "JSON twice": json.dumps(json.dumps(value)[1:-1])[1:-1],
            "repr": repr(value)[1:-1],
            "bytes": repr(value.encode())[2:-1],
            "HTML": html.escape(value),
            "SQL": value.replace("'", "''"),
            "CSV": value.replace('"', '""'),
            "base64": b64(value),
            "base64 for URLs": base64.urlsafe_b64encode(value.encode()).decode(),
            "base64 with a user": b64(f"somebody:{value}"),
            "base64 at offset 1": b64(f"a{value}zz"),
            "base64 at offset 2": b64(f"ab{value}z"),
            "base64 without padding": b64(f"abcd{value}").rstrip("="),
            "base64 twice": b64(b64(value)),
            "base64 of UTF-16": _64(value.encode("utf-16-le")).decode(),
            "hex": value.encode().hex(),
            "HEX": value.encode().hex().upper(),
            "hex with colons": value.encode().hex(":"),
            "reversed": value[::-1],
            "rot13": codecs.encode(value, "rot13"),
            "character codes": str([ord(c) for c in value]),
            "characters": str(list(value)),
            "spaced": " ".join(value),
            "\\x": "".join(f"\\x{ord(c):02x}" for c in value),
            "\\u": "".join(f"\\u{ord(c):04x}" for c in value),
            "entities": "".join(f"&#{ord(c)};" for c in value),
            "hex, each byte with 0x": ", ".join(hex(byte) for byte in value.encode()),
            "\\u{}": "".join(f"\\u{{{ord(c):x}}}" for c in value),
            "\\U": "".join(f"\\U{ord(c):08x}" for c in value),
            "quoted-printable": value.replace("=", "=3D"),
            "base32": base64.b32encode(value.encode()).decode(),
            "upper case": value.upper(),
            "line by line": "\n".join(value),
            "wrapped at 8": _wrapped(value, 8)
            if " " not in value
            else "\n".join(value[i : i + 8] for i in range(0, len(value), 8)),
            "coloured within": f"{value[:6]}\x1b[31m{value[6:]}\x1b[0m",
            "zero width within": f"{value[:6]}\u200b{value[6:]}",
        }
        cases += [
            Case(f"{label}, {form}", value, f"before <{text}> after", (text,)) for form, text in forms.items()
        ]
    return cases


CASES = [
    *_written(),
    Case(
        "URL query in an exception",
        KEY,
        f"401 Client Error: Unauthorized for url: https://a.b/c?api_key={KEY}&p=1",
    ),
    Case(
        "URL query, encoded",
        SIGNS,
        f"for url: https://a.b/c?api_key={quote(SIGNS, safe='')}&page=1",
        (quote(SIGNS, safe=""),),
    ),
    Case("bearer", KEY, f"Authorization: Bearer {KEY}"),
    Case("header dictionary", KEY, f"{{'Authorization': 'Bearer {KEY}', 'Accept': '*/*'}}"),
    Case("basic", KEY, f"Authorization: Basic {b64('me:' + KEY)}", (b64("me:" + KEY),)),
    Case("in a word", KEY, f"xx{KEY}yy"),
    Case("twice in a row", KEY, f"{KEY}{KEY}"),
    Case("cut by a log", LONG, f"token: {LONG[:20]}...", (LONG[:20],)),
    Case("the end of it", LONG, f"…{LONG[-20:]}", (LONG[-20:],)),
    Case("the middle of it", LONG, f"…{LONG[10:26]}…", (LONG[10:26],)),
    Case("wrapped with a gutter", LONG, f"│ {_wrapped(LONG, 14, '│ ')}", (LONG[:14], LONG[14:28], LONG[28:])),
    Case(
        "wrapped with line numbers", LONG, f"  1 | {LONG[:25]}\n  2 | {LONG[25:]}\n", (LONG[:25], LONG[25:])
    ),
    Case("two texts put together", KEY, f'key = "{KEY[:9]}" + "{KEY[9:]}"', (KEY[:9],)),
    Case("two texts side by side", KEY, f'key = ("{KEY[:9]}"\n       "{KEY[9:]}")', (KEY[:9],)),
    Case("two lines in JSON", KEY, json.dumps({"a": f"{KEY[:9]}\n{KEY[9:]}"}), (KEY[:9],)),
    Case("colours in JSON", KEY, json.dumps({"a": f"{KEY[:9]}\x1b[1m{KEY[9:]}"}), (KEY[:9],)),
    Case(
        "base64 in lines",
        LONG,
        base64.encodebytes(f"user:{LONG}:more and more and more".encode()).decode(),
        (b64(LONG)[4:16],),
    ),
    Case("PEM", PEM, PEM, ("MIIEvQIB", "MzEfYyji")),
    Case("PEM in JSON", PEM, json.dumps({"k": PEM}), ("MIIEvQIB", "MzEfYyji")),
    Case("PEM with CRLF", PEM, PEM.replace("\n", "\r\n"), ("MIIEvQIB", "MzEfYyji")),
    Case("PEM in one line", PEM, PEM.replace("\n", ""), ("MIIEvQIB", "MzEfYyji")),
    Case("PEM, one line of it", PEM, PEM.splitlines()[1], ("MIIEvQIB",)),
    Case("PEM, indented", PEM, textwrap.indent(PEM, "    "), ("MIIEvQIB", "MzEfYyji")),
    Case("PEM in base64", PEM, _64(PEM.encode()).decode(), (_64(PEM.encode()).decode()[20:60],)),
    Case("short, raw", SHORT, f"the key {SHORT} was refused"),
    Case("short, coloured within", SHORT, f"{SHORT[:4]}\x1b[31m{SHORT[4:]}", (SHORT[4:],)),
    Case("short, over two lines", SHORT, f"{SHORT[:4]}\n{SHORT[4:]}", (SHORT[4:],)),
    Case("short, line by line", SHORT, "\n".join(SHORT), ("\n".join(SHORT),)),
    Case("short, in base64 with a user", SHORT, b64(f"me:{SHORT}"), (b64(f"me:{SHORT}"),)),
    Case("weak, as a parameter", "1234", "https://a.b/c?pin=1234&x=1", ("1234",)),
    Case("weak, in JSON", "test", '{"token": "test", "n": 1}', (': "test"',)),
    Case("weak, in a URL", "weather", "postgresql://me:weather@host/db", (":weather@",)),
    Case("weak, in a keyword", "demo", "connect(password='demo')", ("'demo'",)),
    Case("weak, as a constant", "abc", 'API_KEY = "abc"', ('"abc"',)),
    Case("weak, bearer", "letmein", "Authorization: Bearer letmein", ("letmein",)),
    Case(
        "connection string, its password",
        "postgresql://me:p%40ssW0rd-77@host:5432/db",
        "FATAL: p@ssW0rd-77 is wrong",
        ("p@ssW0rd-77",),
    ),
    Case(
        "connection string, as written",
        "postgresql://me:p%40ssW0rd-77@host:5432/db",
        "p%40ssW0rd-77",
        ("p%40ssW0rd-77",),
    ),
    Case(
        "connection string, whole",
        "postgresql://me:p%40ssW0rd-77@host:5432/db",
        "to postgresql://me:p%40ssW0rd-77@host:5432/db",
    ),
    Case(
        "ODBC string, its password",
        "Server=tcp:x;Uid=me;Pwd={q8-Trf55!z};Encrypt=yes",
        "login with q8-Trf55!z failed",
        ("q8-Trf55!z",),
    ),
    Case(
        "libpq string, its password",
        "host=h user=me password=q8-Trf55 dbname=d",
        "login with q8-Trf55 failed",
        ("q8-Trf55",),
    ),
    Case(
        "address with a key in it",
        "https://a.b/c?api_key=q8Trf55zzK&x=1",
        "refused: q8Trf55zzK",
        ("q8Trf55zzK",),
    ),
    Case(
        "JSON with a key in it",
        json.dumps({"type": "service_account", "private_key": PEM}),
        PEM,
        ("MIIEvQIB",),
    ),
    Case("a number", "482910573648", "sent 482910573648 as id"),
    Case("letters of other alphabets", "ключ-от-всех-дверей-9", "ключ-от-всех-дверей-9!"),
    Case("accents, taken apart", ACCENTS, unicodedata.normalize("NFD", ACCENTS), ("rd-91xQ",)),
    Case("accents, read as Latin-1", ACCENTS, ACCENTS.encode().decode("latin-1"), ("rd-91xQ",)),
    Case("accents, sent as Latin-1", ACCENTS, quote(ACCENTS.encode("latin-1")), ("rd-91xQ",)),
    Case("accents, bytes of Latin-1", ACCENTS, repr(ACCENTS.encode("latin-1")), ("rd-91xQ",)),
    Case("emoji in JSON", "🔑pa55🔒wort9", json.dumps("🔑pa55🔒wort9"), ("pa55", "wort9")),
    Case("a number of nine digits", "908172635", "sent 908172635 as id"),
    Case("a short number, as a parameter", "90817", "https://a.b/c?pin=90817", ("90817",)),
    Case("weak, a header as a pair", "test", "[('X-Api-Key', 'test'), ('Accept', 'a')]", ("'test'",)),
    Case("weak, an element", "test", "<password>test</password>", ("test<",)),
    Case("weak, a login in base64", "hello", f"Authorization: Basic {b64('me:hello')}", (b64("me:hello"),)),
    Case("percent signs of its own", "a%41b%2Fc9-Zq", "a%41b%2Fc9-Zq"),
    Case("signs of expressions", "a.b*c(d[9]+$1", "x a.b*c(d[9]+$1 y"),
]
"""The secret is at `sources.weather.api_key` in each of them."""

WITHOUT_A_FILE = {
    "OpenAI": "use sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12 please",
    "Anthropic": "sk-ant-api03-Ab12Cd34Ef56Gh78Ij90Kl12",
    "GitHub": "ghp_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78",
    "GitHub, fine": "github_pat_11ABCDEFG0abcdefghijkl_Ab12Cd34Ef56Gh78Ij90",
    "GitLab": "glpat-Ab12Cd34Ef56Gh78Ij90",
    "Slack": "xoxb-1234567890-abcdefABCDEF",
    "AWS": "AKIAIOSFODNN7ABCDEFG",
    "Google": "AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "Stripe": "sk_live_Ab12Cd34Ef56Gh78Ij90Kl12",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "PEM": PEM,
    "URL": "postgresql://me:Tr0ub4dor@db.example.com/x",
    "SendGrid": "SG.Ab12Cd34Ef56Gh78.Ab12Cd34Ef56Gh78Ij90Kl12",
    "a login": f"Authorization: Basic {b64('somebody:Tr0ub4dor')}",
    "Hugging Face": "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh",
}
"""Keys that are in no file, in texts that may be shown."""

LIKELY = {
    "assignment": 'api_key = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"',
    "JSON": '{"access_token": "Zm9vYmFyMTIzNDU2Nzg5MA"}',
    "query": "https://a.b/c?apikey=Ab12Cd34Ef56Gh78",
    "bearer": "-H 'Authorization: Bearer Ab12Cd34Ef56Gh78Ij90'",
    "header": "X-Api-Key: Ab12Cd34Ef56Gh78",
}
"""What stands like a key and looks like one: no model gets to see it."""

CLEAN = [
    'token = dlt.secrets["sources.weather.api_key"]',
    "def source(api_key: str = dlt.secrets.value) -> None:",
    'auth = {"type": "bearer", "token": dlt.secrets["sources.weather.api_key"]}',
    'KEY = os.environ["WEATHER_API_KEY"]',
    'api_key = "<configure me>"  # fill in your api_key',
    "api_key=YOUR_API_KEY and token={token} and Bearer {access_token}",
    "key = settings.api_key_2 or get_token(42)",
    'primary_key = "id"; write_disposition = "merge"; "primary_key": ["station_id", "time"]',
    "weather data of 1234 stations: test, demo, abc and letmein are words",
    "https://api.example.com/v1/stations?page=2&limit=100&appid=***",
    "http://127.0.0.1:40755/v1/people and https://api.example.com:8443/v2/customers?limit=100",
    "Traceback (most recent call last):\n  File 'w.py', line 12, in <module>\nKeyError: 'humidity'",
    "2026-11-21 01:02:03,123|[INFO]|4321|1402|dlt|pipeline.py|run:12|1 load package(s) were loaded",
    "commit 643a2a9d8f0b1c2e3f4a5b6c7d8e9f0a1b2c3d4e",
    "id 550e8400-e29b-41d4-a716-446655440000, checksum 9e107d9d372bb6826bd81d3542a4d6f0",
    "next_page_token, continuationToken, tokenizer, keyboard, passenger, secretary, authority, pinned",
    "SELECT key, token FROM weather_data.secrets WHERE pin = 5",
    "[secret sources.weather.api_key] stays as it is",
    '"path": "api/v2/item3/list9", "pattern": "weather_2024_x9y8", author="anna-b7c8d9e0f1"',
    "Basic authentication, Basic auth/login and BASIC YWJjZGVm are words, and basic 12345678 too",
    "1763700000 seconds, 2026-11-21, 10.0.12.255 and 127.0.0.1:40755",
    "path=test, monkey=abc, keyboard: demo, passenger=test, signal=1234, spin=1234, ping: 1234",
    '"keywords": "weather-2024-oslo-b7", tokenizer="gpt2-b7c8d9e0f1", "sort_key": "created-at-9f8e7d6c"',
    "Any language: ключ, 鍵, Schlüssel, مفتاح 🔑",
    "Contact https://user@example.com/path and git@github.com:me/it.git, a:b@c",
    "postgresql://user:password@localhost/db and https://me:<password>@host and //{user}:{password}@h",
]
"""Nothing in these is a secret, whichever secrets are known."""
