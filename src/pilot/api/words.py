"""What a person's words name: URLs, paths, how the key is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from pilot.api.auth_words import auth_in_words, given_headers
from pilot.api.naming import propose_name
from pilot.api.post_words import SaidPost, said_post
from pilot.api.profile import Auth, AuthKind, How
from pilot.api.sensitive import is_placeholder, is_sensitive
from pilot.api.sites import host_of
from pilot.api.token_words import is_token_url, token_url_in
from pilot.api.urls import URL, trimmed, urls_in
from pilot.finding import Json

__all__ = ["Named", "Target", "hosts_in", "propose_name", "read_words", "without_secrets"]

_PATH = re.compile(r"(?<![\w:/.>)\]}])/[A-Za-z_{][\w\-./{}%]*(?:\?[^\s<>\"'`|\\^]*)?")


_HEADER = re.compile(
    r"\bheaders?\s{1,3}[`'\"]?(?P<name>[A-Za-z][\w-]{0,40})[`'\"]?\s{0,3}[:=]\s{0,3}"
    r"[`'\"]?(?P<value>[\w*][\w./+;=*-]{0,80}(?<![.;]))",
    re.I,
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
    body: dict[str, Json] | None = field(default=None, repr=False)
    """Where reading is done by POST, as the person or the spec says: what it carries."""


@dataclass(frozen=True)
class Named:
    """Everything that can be read out of a goal."""

    targets: tuple[Target, ...] = ()
    auth: Auth | None = None
    """How the key is sent, where the person said so."""
    notes: tuple[str, ...] = ()
    words: str = field(default="", repr=False)
    """The words themselves, without URLs and bodies."""
    headers: dict[str, str] = field(default_factory=dict)
    """Request headers that the person gave a value for; none that carries a key."""


def read_words(goal: str) -> Named:
    """What the person's words name."""
    post = said_post(goal)
    goal = post.rest
    urls, paths = _places(goal)
    if not urls:
        return Named(auth=auth_in_words(goal), notes=_nothing_named(paths))
    targets = [_target(url) for url in (_resolved(urls[0], paths) if paths else urls)]
    targets = _posted(targets, goal, post)
    notes = ["A parameter is named twice in the URL; the last value is used."] if _repeats(urls) else []
    auth = next((a for t in targets if (a := _auth_in_url(t))), None) or _auth(goal, urls[0])
    different = dict((t.url + repr(t.params), t) for t in targets).values()
    words = URL.sub(" ", goal)
    return Named(tuple(different), auth, tuple(notes), words, _headers(words))


def _headers(words: str) -> dict[str, str]:
    """`with the header X-Version: 2`."""
    found = {match["name"]: match["value"] for match in _HEADER.finditer(words)}
    keys = {"authorization", "cookie", "proxy-authorization", "host", "content-length"}
    keys |= {name.lower() for name in given_headers(words)}
    return {n: v for n, v in found.items() if not is_sensitive(n, v) and n.lower() not in keys}


def _places(goal: str) -> tuple[list[str], list[str]]:
    """The URLs and the paths to look at. Where tokens are given is none of them, if tokens are spoken of."""
    said = auth_in_words(URL.sub(" ", goal))
    if said is None or said.kind is not AuthKind.OAUTH2:
        return urls_in(goal), _paths(goal)
    urls = [url for url in urls_in(goal) if not is_token_url(url)]
    return urls, [path for path in _paths(goal) if not is_token_url(path)]


def _auth(goal: str, base: str) -> Auth | None:
    auth = auth_in_words(URL.sub(" ", goal))
    if auth and auth.kind is AuthKind.OAUTH2:
        scope = re.search(r"\bscopes?\s*(?:is|are|of|:|=)?\s*[\"'`]?([\w:/.-]*\w)", goal, re.I)
        return replace(auth, token_url=token_url_in(goal, base), scope=scope[1] if scope else None)
    return auth


def _posted(targets: Sequence[Target], goal: str, post: SaidPost) -> list[Target]:
    """The targets, with the body at the one that is named next to where POST is spoken of."""
    if post.body is None or not targets:
        return [*targets]

    def distance(target: Target) -> int:
        last = urlsplit(target.url).path.rstrip("/").rpartition("/")[2]
        places = [match.start() for match in re.finditer(re.escape(last), goal)] if last else []
        return min((abs(place - post.place) for place in places), default=len(goal))

    nearest = min(targets, key=distance)
    return [replace(t, body=post.body) if t is nearest else t for t in targets]


def hosts_in(text: str) -> tuple[str, ...]:
    """The hosts that the text names, as the consent gate is asked for them."""
    return tuple(dict.fromkeys(host_of(url) for url in urls_in(text)))


def without_secrets(text: str) -> str:
    """The text with the keys in its URLs masked: what may be kept of a goal."""
    return URL.sub(lambda match: _masked(match.group()), text)


def _masked(url: str) -> str:
    url = re.sub(r"(?<=//)[^/@\s]+@", "***@", url)
    return re.sub(
        r"([?&;#])([^=&;#\s]+)=([^&;#\s]*)",
        lambda m: f"{m[1]}{m[2]}=***" if is_sensitive(unquote(m[2]), m[3]) else m[0],
        url,
    )


def _paths(goal: str) -> list[str]:
    return list(dict.fromkeys(trimmed(m.group()) for m in _PATH.finditer(URL.sub(" ", goal))))


def _resolved(base: str, paths: Sequence[str]) -> list[str]:
    """Each named path under the URL; one that repeats the URL's own path starts at the host."""
    parts = urlsplit(base)
    prefix = parts.path.rstrip("/")
    # a list whose records fill the next path is asked for too
    urls = [base] if any(path.startswith(f"{prefix}/{{") for path in paths if prefix) else []
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
