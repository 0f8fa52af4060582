"""URLs in plain words: with a scheme or without, in brackets, quotes and Markdown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pilot.api.vocabulary import word_set

_WITH_SCHEME = r"https?://[^\s<>\"'`|\\^]+"
_HOST = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})"
_BARE = rf"(?<![\w@./:$-]){_HOST}(?::\d{{1,5}})?(?![\w@-])(?:[/?][^\s<>\"'`|\\^]*)?"
URL = re.compile(rf"{_WITH_SCHEME}|{_BARE}", re.IGNORECASE)
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


def urls_in(text: str) -> list[str]:
    """Every URL in the text, with a scheme, in order; documentation only where nothing else is named."""
    found: dict[str, bool] = {}
    for match in URL.finditer(text):
        url = trimmed(match.group())
        if not url.lower().startswith(("http://", "https://")):
            if not _is_host(url):
                continue
            url = f"{_scheme_for(url)}://{url}"
        if _is_usable(url):
            found.setdefault(url, _is_documentation(text[: match.start()], url))
    return [url for url, documentation in found.items() if not documentation] or [*found]


def trimmed(url: str) -> str:
    """Without the punctuation of the sentence or the Markdown around it."""
    while url:
        last = url[-1]
        unopened = last in _CLOSING and url.count(last) > url.count(_CLOSING[last])
        if not unopened and last not in ".,;:!?*'\"…»”’":
            break
        if url.endswith("=*"):
            break  # a value, as of a cursor that begins
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
