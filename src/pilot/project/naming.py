"""Which names a pipeline can have."""

from __future__ import annotations

import keyword
import re
import unicodedata
from pathlib import PurePath

from pilot.errors import UsageError

LONGEST = 50
"""dlt takes 64 characters; `_pipeline` and `_data` are added to a name."""

EXAMPLE = "weather"


def check_name(text: str) -> str:
    """The name, unchanged, when dlt and Python can use it. Raises UsageError that suggests a better one."""
    if (wrong := _what_is_wrong(text)) is None:
        return text
    shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    raise UsageError(
        f"The name {shown!r} can't be used: {wrong}.",
        f"Use lowercase letters, digits and underscores, for example {suggest_name(text)}.",
    )


URL = re.compile(r"\b[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?(?P<host>[^/:?#\s]+)(?P<path>[^?#\s]*)", re.IGNORECASE)


def suggest_name(text: str) -> str:
    """A usable name that is close to the text: a spelling, a path's last part, the host of a URL in it."""
    plain = unicodedata.normalize("NFKD", _telling_part(text)).encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    name = _cut(re.sub(r"[^a-z0-9]+", "_", words.lower()))
    if not name:
        return EXAMPLE
    return _cut(f"api_{name}") if name[0].isdigit() or _is_word_of_python(name) else name


def _telling_part(text: str) -> str:
    """Of a URL its host without the usual prefixes and suffix; of a path its last part."""
    if (url := URL.search(text)) is None:
        return PurePath(text.replace("\\", "/")).name
    labels = [label for label in url["host"].lower().split(".") if label not in ("www", "api", "data")]
    if len(labels) > 1 and not labels[-1].isdigit():
        return labels[-2]
    parts = [part for part in url["path"].split("/")[1:] if not re.fullmatch(r"v?\d*|api|.*:\d+", part)]
    return parts[-1] if parts else EXAMPLE


def _cut(name: str) -> str:
    return name[:LONGEST].strip("_")


def _what_is_wrong(text: str) -> str | None:
    """What is wrong with a name, in words; None when nothing is."""
    complaints = (
        (not text.strip(), "it is empty"),
        ("/" in text or "\\" in text or text in (".", ".."), "it is a path, not a name"),
        (re.search(r"\s", text), "it has a space in it"),
        ("-" in text, "it has a dash in it"),
        (not text.isascii(), "it has letters beyond a to z"),
        (re.search(r"[^A-Za-z0-9_]", text), "it has signs in it"),
        (text[:1].isdigit(), "it starts with a digit"),
        (text != text.lower(), "it has uppercase letters"),
        (_is_word_of_python(text), "it is a word of Python's own"),
        (text.startswith("_") or text.endswith("_"), "it starts or ends with an underscore"),
        ("__" in text, "it has two underscores in a row, which dlt keeps for itself"),
        (len(text) > LONGEST, f"it has {len(text)} characters, more than {LONGEST}"),
    )
    return next((words for wrong, words in complaints if wrong), None)


def _is_word_of_python(name: str) -> bool:
    return keyword.iskeyword(name) or name in ("none", "true", "false")
