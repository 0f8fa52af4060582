"""What a person's words name: URLs, paths, how the key is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from pilot.api.auth_words import auth_in_words
from pilot.api.profile import Auth, AuthKind, How
from pilot.api.sensitive import is_placeholder, is_sensitive
from pilot.api.vocabulary import word_set

_WITH_SCHEME = r"https?://[^\s<>\"'`|\\^]+"
_HOST = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})"
_BARE = rf"(?<![\w@./:$-]){_HOST}(?::\d{{1,5}})?(?![\w@-])(?:[/?][^\s<>\"'`|\\^]*)?"
_URL = re.compile(rf"{_WITH_SCHEME}|{_BARE}", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w:/.>)\]}])/[A-Za-z_{][\w\-./{}%]*(?:\?[^\s<>\"'`|\\^]*)?")
_CLOSING = {")": "(", "]": "[", "}": "{"}
# What looks like a host but is the name of a file or of a technology: `script.py`, `Node.js`.
_NOT_DOMAINS = word_set(
    """asp bat cfg conf css csv doc docx env exe gif gz htm html ini ipynb jar java jpeg jpg js json
    jsonl lock log md ndjson parquet pdf php png pyc py rb rs sh sql svg toml ts tsv txt xls xlsx
    xml yaml yml zip duckdb db"""
)
_COMMON_DOMAINS = word_set(
    """com org net io dev app ai co gov edu info me eu uk de fr ch at nl es it pl se no dk fi be us ca
    au nz jp br in cloud online site tech xyz world test example local internal"""
)
_DOCUMENTATION = re.compile(
    r"(docs?|documentation|manual|reference|described|see)\W{0,3}(\w+\W{1,3}){0,2}\Z", re.I
)


@dataclass(frozen=True)
class Target:
    """One URL that a person named, its keys put aside."""

    url: str
    """Without query, fragment and user information."""
    params: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Query parameters that carry a key. Sent to this host when probing, kept nowhere."""
    login: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Named:
    """Everything that can be read out of a goal."""

    targets: tuple[Target, ...] = ()
    auth: Auth | None = None
    """How the key is sent, where the person said so."""
    notes: tuple[str, ...] = ()


def read_words(goal: str) -> Named:
    """What the person's words name. Documentation pages come last."""
    urls, paths = _urls(goal), _paths(goal)
    if not urls:
        return Named(auth=auth_in_words(goal), notes=_nothing_named(paths))
    targets = [_target(url) for url in (_resolved(urls[0], paths) if paths else urls)]
    notes = ["A parameter is named twice in the URL; the last value is used."] if _repeats(urls) else []
    auth = next((a for t in targets if (a := _auth_in_url(t))), None) or auth_in_words(_URL.sub(" ", goal))
    return Named(tuple(dict((t.url + repr(t.params), t) for t in targets).values()), auth, tuple(notes))


def urls_in(text: str) -> list[str]:
    """Every URL in the text, with a scheme, in order; documentation pages last."""
    return _urls(text)


def without_secrets(text: str) -> str:
    """The text with the keys in its URLs masked: what may be kept of a goal."""
    return _URL.sub(lambda match: _masked(match.group()), text)


def _masked(url: str) -> str:
    url = re.sub(r"(?<=//)[^/@\s]+@", "***@", url)
    return re.sub(
        r"([?&;#])([^=&;#\s]+)=([^&;#\s]*)",
        lambda m: f"{m[1]}{m[2]}=***" if is_sensitive(unquote(m[2]), m[3]) else m[0],
        url,
    )


def _urls(text: str) -> list[str]:
    found: list[tuple[bool, str]] = []
    for match in _URL.finditer(text):
        url = _trimmed(match.group())
        if not url.lower().startswith(("http://", "https://")):
            if not _is_host(url):
                continue
            url = f"{_scheme_for(url)}://{url}"
        if _is_usable(url) and url not in (seen for _, seen in found):
            found.append((_is_documentation(text[: match.start()], url), url))
    return [url for _, url in sorted(found, key=lambda item: item[0])]


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence or the Markdown around it."""
    while url:
        last = url[-1]
        unopened = last in _CLOSING and url.count(last) > url.count(_CLOSING[last])
        if not unopened and last not in ".,;:!?*'\"…»”’":
            break
        url = url[:-1]
    return url.split("](")[0]


def _is_host(text: str) -> bool:
    host = re.split(r"[/:?]", text, maxsplit=1)[0].lower()
    labels = host.split(".")
    if host == "localhost" or all(label.isdigit() for label in labels):
        return True
    if labels[-1] in _NOT_DOMAINS:
        return False
    return len(labels) > 2 or text.lower() != host or labels[-1] in _COMMON_DOMAINS


def _scheme_for(text: str) -> str:
    host = re.split(r"[/:?]", text, maxsplit=1)[0]
    return "http" if host == "localhost" or re.fullmatch(r"[\d.]+", host) else "https"


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _is_documentation(before: str, url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").split(".")[0]
    return (
        host in ("docs", "doc", "developer", "developers", "wiki")
        or re.search(r"/(docs?|documentation|reference|wiki)(/|\Z)", parts.path) is not None
        or _DOCUMENTATION.search(before[-40:]) is not None
    )


def _paths(goal: str) -> list[str]:
    return list(dict.fromkeys(_trimmed(m.group()) for m in _PATH.finditer(_URL.sub(" ", goal))))


def _resolved(base: str, paths: Sequence[str]) -> list[str]:
    """Each named path under the URL; one that repeats the URL's own path starts at the host."""
    parts = urlsplit(base)
    prefix = parts.path.rstrip("/")
    urls = []
    for path in paths:
        plain, _, query = path.partition("?")
        if plain == prefix or (prefix and plain.startswith(f"{prefix}/")):
            whole = plain
        else:
            whole = prefix if prefix.endswith(plain) else prefix + plain
        urls.append(urlunsplit((parts.scheme, parts.netloc, whole, query or parts.query, "")))
    return urls


def _target(url: str) -> Target:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    login = None
    if parts.username or parts.password:
        login = (unquote(parts.username or ""), unquote(parts.password or ""))
    return Target(
        url=urlunsplit((parts.scheme.lower(), _netloc(parts), parts.path, "", "")),
        params={k: v for k, v in pairs if not is_sensitive(k, v)},
        secrets={k: v for k, v in pairs if is_sensitive(k, v)},
        login=None if login and is_placeholder(login[1]) and is_placeholder(login[0]) else login,
    )


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def _auth_in_url(target: Target) -> Auth | None:
    if target.secrets:
        return Auth(AuthKind.API_KEY, "query", next(iter(target.secrets)), How.SAID, "it was in the URL")
    return Auth(AuthKind.BASIC, how=How.SAID, note="it was in the URL") if target.login else None


def _repeats(urls: Sequence[str]) -> bool:
    names = [[k for k, _ in parse_qsl(urlsplit(url).query)] for url in urls]
    return any(len(n) != len(set(n)) for n in names)


def _nothing_named(paths: Sequence[str]) -> tuple[str, ...]:
    if paths:
        return (f"Only a path was named ({paths[0]}), no host: nothing was probed.",)
    return ("No URL was named: nothing was probed.",)
