"""Names for pipelines and tables out of words, hosts and paths."""

from __future__ import annotations

import keyword
import re
import unicodedata
from urllib.parse import urlsplit

from pilot.api.urls import urls_in
from pilot.api.vocabulary import word_set

LONGEST = 64
_FALLBACK = "my_api"
_NOT_TELLING_HOST = word_set(
    """www www2 api apis rest data open public dev developer developers docs services service gateway
    gw sandbox staging test prod app web v1 v2 v3"""
)
_SECOND_LEVEL = word_set("co com org net gov edu ac")
_NOT_TELLING_PATH = word_set("""api apis rest public data json v latest query search""")
_BASE_PATH = word_set("api apis rest odata")
_NOT_TELLING_WORD = word_set(
    """a about all also an and any api apis are as at be by called can current daily data dataset day
    days download each every fetch for free from get give given has have hourly i in into is it its
    json last latest list load make me my new of on one open or our please public pull records rest
    see some that the their them there these this those to today url use using want was we web week
    what when where which with would year you your add build create import need should show take
    like dlt duckdb pipeline table tables http https endpoint endpoints key header token without key
    keys page pages der die das den dem von und mit aus ich will möchte lade laden alle bitte eine
    einen ein für"""
)


def propose_name(goal: str) -> str:
    """A pipeline name for what the person wants: a lower-case Python identifier."""
    for url in urls_in(goal):
        if name := _from_url(url):
            return name
    return next((name for word in plain_words(goal) if (name := identifier(word))), _FALLBACK)


def plain_words(text: str) -> list[str]:
    """The words that tell what a person wants."""
    words = re.findall(r"[^\W\d_][\w-]*", text)
    return [word for word in words if word.lower() not in _NOT_TELLING_WORD and not _is_version(word)]


def table_name(path: str, taken: frozenset[str] = frozenset()) -> str:
    """A name for what lies at a path: its last telling segment; unlike those that are taken."""
    segments = [s for s in path.split("/") if s and not s.startswith((":", "{", "<"))]
    telling = [s for s in segments if not _is_version(s) and s.lower() not in _NOT_TELLING_PATH]
    stem = re.sub(r"\.(json|csv|ndjson|jsonl|php|aspx?)\Z", "", (telling or segments or ["records"])[-1])
    name = identifier(stem) or identifier("_".join(telling)) or "records"
    number, proposal = 2, name
    while proposal in taken:
        number, proposal = number + 1, f"{name}_{number}"
    return proposal


def identifier(text: str) -> str:
    """The text as a lower-case identifier that is no keyword; "" when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    name = re.sub(r"[^a-z0-9]+", "_", snake).strip("_")[:LONGEST].rstrip("_")
    if not name:
        return ""
    if name[0].isdigit():
        name = f"api_{name}"[:LONGEST].rstrip("_")
    return f"{name}_api"[:LONGEST] if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name


def _from_url(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    labels = host.split(".")
    if "." not in host or all(label.isdigit() for label in labels) or ":" in host:
        return table_name(parts.path) if parts.path.strip("/") else ""
    labels = labels[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels = labels[:-1]
    telling = [label for label in labels if label not in _NOT_TELLING_HOST]
    return identifier((telling or labels)[-1])


def _is_version(segment: str) -> bool:
    return re.fullmatch(r"v?\d+(\.\d+)*(-?(alpha|beta)\d*)?", segment.lower()) is not None


def says_nothing(url: str) -> bool:
    """Whether a URL names a host, or a base path at most: `https://api.example.com/api/v2`."""
    segments = [segment.lower() for segment in urlsplit(url).path.split("/") if segment]
    return all(_is_version(segment) or segment in _BASE_PATH for segment in segments)
