"""What an answer announces: how many records it holds, how many there are, and whether there are more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from pilot.api.envelope import Envelope, Sign
from pilot.api.error_body import error_in, message_in
from pilot.api.sensitive import is_sensitive
from pilot.api.trails import folded, json_path
from pilot.api.vocabulary import ASIDE, ENVELOPE, IS_LAST, LISTS, OFFSET, PAGE, SIZE, SIZE_PARAMS
from pilot.finding import Json
from pilot.run.harness.record import retry_after
from pilot.run.records import is_error_shape
from pilot.run.traffic import Exchange

_LONGEST_URL = 2000
_NEXT_IN_LINK = re.compile(r"""rel\s*=\s*["']?[^"';,]*\bnext\b""", re.I)
_LARGEST_NUMBER = 10**12
_SIZES = frozenset(map(folded, SIZE_PARAMS))

_MOST_FIELDS = 30
_KINDS = {
    "dict": "a JSON object",
    "list": "a JSON list",
    "str": "a JSON text",
    "int": "a JSON number",
    "float": "a JSON number",
    "bool": "a JSON true or false",
    "NoneType": "a JSON null",
}

More = tuple[bool | None, str]
"""Whether there is more, and what says so."""


class Fields(NamedTuple):
    """The fields of records."""

    filled: list[str] = []
    nested: dict[str, int] = {}


class Listed(NamedTuple):
    """A list in an answer."""

    trail: list[str]
    length: int
    objects: bool
    fields: Fields | None = None


class Told(msgspec.Struct):
    """What the child said of an exchange, its parts laid over each other."""

    method: str = ""
    url: str = ""
    status: int | None = None
    at: float = 0.0
    seconds: float = 0.0
    size: int = 0
    headers: dict[str, str] = {}
    lists: list[Listed] | None = None
    signs: list[tuple[list[str], Json]] = []
    """Where a plain value lies, and the value."""
    alone: Fields | None = None
    """The document's own fields, where it is one object that holds no list of objects."""
    kind: str = ""
    """The document's type in Python."""
    edges: str = ""
    resource: str = ""
    digest: str = ""
    cached: bool = False
    error: str = ""


def exchange_of(parts: Mapping[str, Json], clean: Callable[[str], str]) -> Exchange | None:
    """The exchange that these parts make, None where they make none; `clean` takes secrets out of a text."""
    try:
        whole = msgspec.convert(parts, Told)
    except msgspec.ValidationError:
        return None
    found = _records(whole)
    records, fields = (found.length, found.fields or Fields()) if found else (None, Fields())
    signs = tuple(_sign(trail, value) for trail, value in whole.signs)
    envelope = Envelope(whole.url, signs, whole.headers)
    total = envelope.total(records) if records is not None else None
    more, by = _more(whole, envelope, records, total[0] if total else None)
    return Exchange(
        method=clean(whole.method)[:20],
        url=clean(public_url(whole.url)),
        status=whole.status,
        at=whole.at,
        seconds=whole.seconds,
        size=whole.size,
        content_type=clean(whole.headers.get("content-type", ""))[:100],
        records=records,
        more=more,
        more_by=clean(by)[:200],
        leads_to=clean(public_url(_next_address(whole, envelope))) if more else "",
        total=total[0] if total and total[0] < _LARGEST_NUMBER else None,
        page_size=_asked(whole.url, _SIZES),
        retry_after=retry_after({"Retry-After": whole.headers.get("retry-after")}),
        cached=whole.cached,
        error=clean(whole.error)[:100],
        resource=clean(whole.resource)[:200],
        digest=whole.digest[:32],
        edges=whole.edges[:32],
        filled=tuple(clean(name)[:100] for name in fields.filled),
        nested={clean(name)[:100]: length for name, length in fields.nested.items()},
        looks=_looks(whole),
        fields=tuple(clean(name)[:100] for name in _own_fields(whole)),
        says=clean(_error_said(whole))[:300],
    )


def _looks(whole: Told) -> str:
    """What came, in words."""
    if whole.kind in _KINDS:
        return _KINDS[whole.kind]
    if "html" in whole.headers.get("content-type", ""):
        return "HTML"
    return "an empty answer" if whole.status is not None and whole.digest == "" and not whole.size else ""


def _own_fields(whole: Told) -> list[str]:
    """The fields of the object that an answer is, those that hold something or nothing alike."""
    trails = [trail for trail, _ in whole.signs] + [found.trail for found in whole.lists or ()]
    return list(dict.fromkeys(trail[0] for trail in trails if trail))[:_MOST_FIELDS]


def _error_said(whole: Told) -> str:
    """The error that an answer is, from its plain values alone; "" for one that is none."""
    if whole.kind != "dict" or whole.status is None:
        return ""
    body: dict[str, Json] = {}
    for found in whole.lists or ():
        _put(body, found.trail, [{}] * bool(found.length))
    for trail, value in whole.signs:
        _put(body, trail, value)
    return message_in(body) if whole.status >= 400 else error_in(body)


def _put(body: dict[str, Json], trail: Sequence[str], value: Json) -> None:
    """Lay a value where it was."""
    for name in trail[:-1]:
        inner = body.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        body = inner
    if trail:
        body[trail[-1]] = value


def public_url(url: str) -> str:
    """A URL without user, password and fragment; values that may be keys are left out."""
    if not url:
        return ""
    try:
        parts = urlsplit(url[:_LONGEST_URL])
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""
    shown = "&".join(f"{quote(name, safe='[]$')}={_shown(name, value)}" for name, value in query)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{'?' + shown if shown else ''}"


def _shown(name: str, value: str) -> str:
    return "…" if is_sensitive(name, value) else quote(value, safe=":/,[]$")


def _records(whole: Told) -> Listed | None:
    """The list of records that an answer holds; a single object is a list of one."""
    if whole.status is None or not 200 <= whole.status < 300 or whole.lists is None:
        return None
    lists = [found for found in whole.lists if not _aside(found.trail)]
    if lists and (not _is_record(whole) or any(found.objects or _called(found) for found in lists)):
        return max(lists, key=_likelihood)
    if whole.alone is None or is_error_shape(trail[0] for trail, _ in whole.signs if trail):
        return None
    return Listed([], 1, True, whole.alone)


def _is_record(whole: Told) -> bool:
    """Whether an answer is a record itself: it says something that is not about the answer."""
    own = (folded(trail[0]) for trail, _ in whole.signs if len(trail) == 1)
    return whole.alone is not None and any(name not in ENVELOPE for name in own)


def _called(found: Listed) -> bool:
    """Whether a list is called as lists of records are."""
    return not found.trail or folded(found.trail[-1]) in LISTS


def _aside(trail: Sequence[str]) -> bool:
    return any(folded(part) in ASIDE for part in trail)


def _likelihood(found: Listed) -> tuple[bool, bool, bool, int]:
    """Of several lists: the document itself, one of objects, one that is called so, one that lies outside."""
    called = bool(found.trail) and _called(found)
    objects = found.objects or (called and not found.length)
    return not found.trail, objects, called, found.length - 1000 * len(found.trail)


def _sign(trail: Sequence[str], value: Json) -> Sign:
    names = tuple(folded(part) for part in trail) or ("",)
    return Sign(json_path(tuple(trail)), names, trail[-1] if trail else "", value)


def _more(whole: Told, envelope: Envelope, records: int | None, total: int | None) -> More:
    """Whether an answer announces more; what says it plainest comes first."""
    if whole.status is None or not 200 <= whole.status < 300:
        return None, ""
    if link := whole.headers.get("link"):
        if _NEXT_IN_LINK.search(link):
            return True, "Link"
        if "rel" in link and re.search(r"\b(prev|first|last)\b", link):
            return False, "Link"
    if leads := next(envelope.next_links(), None):
        return True, leads[0].path
    if said := envelope.has_more():
        return bool(said.value), said.path
    # an empty next link ends a list, whatever a total counts
    found = _by_cursor(envelope) or _by_end(envelope)
    return found or _by_numbers(whole.url, envelope, records, total) or (None, "")


def _next_address(whole: Told, envelope: Envelope) -> str:
    """The address that the answer gives for the next page."""
    header = envelope.header_link() if "link" in whole.headers else None
    return header or next((link for _, link in envelope.next_links()), "")


def _by_cursor(envelope: Envelope) -> More | None:
    """A cursor that is called the next one."""
    sign = next((sign for sign in envelope.cursors() if "next" in "".join(sign.names)), None)
    return (True, sign.path) if sign else None


def _by_numbers(url: str, envelope: Envelope, records: int | None, total: int | None) -> More | None:
    """The page among all pages, or the rows so far among all rows."""
    pages, page = envelope.pages(), envelope.echo(PAGE)
    number = page.number if page else _asked(url, PAGE)
    if pages and pages.number is not None and number is not None and number >= 1:
        return number < pages.number, pages.path
    if total is None or records is None:
        return None
    echo = envelope.echo(OFFSET)
    start = echo.number if echo else _asked(url, OFFSET)
    size = _asked(url, SIZE) or records
    if start is None and number is not None and number >= 1:
        start = (number - 1) * size
    if start is None and number is None:
        start = 0
    return None if start is None else (start + records < total and records > 0, "total")


def _by_end(envelope: Envelope) -> More | None:
    """A next link or cursor that is empty, or a word that this is the last page."""
    last = next((s for s in envelope.signs if s.name in IS_LAST and isinstance(s.value, bool)), None)
    if last:
        return not last.value, last.path
    leading = (s for s in envelope.signs if envelope.leads_on(s) or "next" in s.names[-1])
    empty = next((sign for sign in leading if sign.value in (None, "")), None)
    return (False, empty.path) if empty else None


def _asked(url: str, names: frozenset[str]) -> int | None:
    """The number that a query parameter of one of these names asks for."""
    found = (value for name, value in _numbers(url) if name in names)
    return next(found, None)


@lru_cache(maxsize=8)
def _numbers(url: str) -> tuple[tuple[str, int], ...]:
    """The numbers in a query, by their folded names."""
    try:
        query = parse_qsl(urlsplit(url).query)
    except ValueError:
        return ()
    return tuple((folded(name), int(value)) for name, value in query if value.isdecimal() and len(value) < 12)
