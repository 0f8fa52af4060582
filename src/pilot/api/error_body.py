"""Answers that are an error, whatever their status says."""

from __future__ import annotations

from pilot.api.sensitive import printable
from pilot.api.trails import folded
from pilot.api.vocabulary import word_set
from pilot.finding import Json

_LONGEST = 200
_TELLING = (
    "message",
    "detail",
    "errormessage",
    "errordescription",
    "description",
    "title",
    "reason",
    "info",
    "error",
)
_ERRORS = word_set("error errors err fault exception errormessage errorcode errorslist")
_FAILED = word_set("error fail failed failure ko false")
_SUCCESS = word_set("success ok succeeded issuccess successful")
# An object of nothing else carries no record.
_MESSAGE_ONLY = word_set(
    """message messages msg detail details title status statuscode code cod type note information info
    error errors errordescription errormessage documentationurl instance traceid requestid timestamp
    path success ok help reason fault"""
)
_SAYS = word_set(
    """message messages msg detail title note information error errors errormessage reason fault"""
)


def error_in(body: Json) -> str:
    """The error that the answer is, in the API's own words, bounded; "" when it is none."""
    if isinstance(body, list) and len(body) == 1 and isinstance(body[0], dict):
        # a list of nothing but an error; more than that is a record with a message
        only_that = {folded(key) for key in body[0]} <= _MESSAGE_ONLY | _ERRORS
        return error_in(body[0]) if only_that else ""
    if not isinstance(body, dict) or not body:
        return ""
    names = {folded(key): value for key, value in body.items()}
    if _has_data(names):
        return ""
    for name in _ERRORS & names.keys():
        if names[name] not in (None, False, "", 0, [], {}, "0", "false", "None"):
            # a code ("invalid_request") says less than the sentence that stands beside it
            own = _text_in(names[name])
            return _words(names[name] if " " in own else body, body)
    if _says_failed(names) or (names.keys() <= _MESSAGE_ONLY and names.keys() & _SAYS and _has_text(names)):
        return _words(body, body)
    return ""


def message_in(body: Json) -> str:
    """What an answer with an error status says, in one line."""
    return error_in(body) or (_words(body, body) if isinstance(body, dict) else "")


def _has_data(names: dict[str, Json]) -> bool:
    """Something besides the error: a list or an object with content (a partial answer)."""
    return any(
        isinstance(value, (list, dict))
        and value
        and name not in _MESSAGE_ONLY | _ERRORS | {"meta", "links", "request"}
        for name, value in names.items()
    )


def _says_failed(names: dict[str, Json]) -> bool:
    status = names.get("status")
    return (isinstance(status, str) and status.lower() in _FAILED) or any(
        names[name] is False or names[name] == "false" for name in _SUCCESS & names.keys()
    )


def _has_text(names: dict[str, Json]) -> bool:
    return any(isinstance(names[name], str) and names[name] for name in _SAYS & names.keys())


def _words(value: Json, whole: Json) -> str:
    text = _text_in(value) or _text_in(whole) or "an error without words"
    return printable(text[: 10 * _LONGEST])[:_LONGEST]


def _text_in(value: Json, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and depth < 4:
        return _text_in(value[0], depth + 1)
    if isinstance(value, dict) and depth < 4:
        names = {folded(key): item for key, item in value.items()}
        for name in _TELLING:
            if name in names and (text := _text_in(names[name], depth + 1)):
                return text
        return next((item for item in names.values() if isinstance(item, str) and " " in item), "")
    return ""
