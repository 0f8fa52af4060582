"""Takes secret values out of everything that is shown, stored or sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pilot.finding import Json
from pilot.secret_forms import Form, forms_of

MARK = re.compile(r"\[secret [^\[\]\r\n]+\]")
"""What stands for a value. It is never looked into again."""


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    path: str


class Redactor:
    """Knows the secret values and the forms that they take, and puts `[secret PATH]` in their place.

    A value that is short, a number or an everyday word is hidden only where a credential stands
    (`api_key=1234`, `"token": "test"`, `user:test@host`): anywhere else it would ruin the text.
    """

    def __init__(self, values: Mapping[str, str] | Callable[[], Mapping[str, str]]) -> None:
        self._values = values
        self._learned: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._forms: tuple[Form, ...] = ()

    def learn(self, path: str, value: str) -> None:
        """Hide this value as well from now on."""
        self._learned[path] = value

    def text(self, text: str) -> str:
        """The text without secrets. Doing it twice changes nothing."""
        return _redacted(text, self._current_forms())

    def tree(self, tree: Json) -> Json:
        """The same JSON with every text in it redacted, names of fields included."""
        return _redacted_tree(tree, self._current_forms())

    def leak(self, text: str) -> str | None:
        """The path of a secret that is in the text; None when there is none."""
        return next((span.path for span in _spans(text, self._current_forms())), None)

    def _current_forms(self) -> tuple[Form, ...]:
        given = self._values() if callable(self._values) else self._values
        known = {**given, **self._learned}
        if known != self._known:
            forms = (form for path, value in known.items() for form in forms_of(path, value))
            self._known, self._forms = known, tuple(forms)
        return self._forms


def _redacted(text: str, forms: Sequence[Form]) -> str:
    pieces, end = [], 0
    for span in _spans(text, forms):
        pieces += [text[end : span.start], f"[secret {span.path}]"]
        end = span.end
    return "".join((*pieces, text[end:]))


def _redacted_tree(tree: Json, forms: Sequence[Form]) -> Json:
    if isinstance(tree, str):
        return _redacted(tree, forms)
    if isinstance(tree, dict):
        return {_redacted(name, forms): _redacted_tree(value, forms) for name, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_redacted_tree(value, forms) for value in tree]
    if isinstance(tree, (int, float)) and not isinstance(tree, bool):
        written = str(tree)
        redacted = _redacted(written, forms)
        return tree if redacted == written else redacted
    return tree


def _spans(text: str, forms: Sequence[Form]) -> Iterator[_Span]:
    """Where secrets are, in order. Where two overlap, all of both goes, under the longer one's name."""
    hits = [_Span(*place, form.path) for form in forms for place in form.places(text)]
    if not hits:
        return
    marks = [found.span() for found in MARK.finditer(text)]
    hits = [hit for hit in hits if not any(start < hit.end and hit.start < end for start, end in marks)]
    joined: _Span | None = None
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if joined is None or hit.start >= joined.end:
            if joined is not None:
                yield joined
            joined = hit
        elif hit.end > joined.end:
            longer = max(joined, hit, key=lambda span: span.end - span.start)
            joined = _Span(joined.start, hit.end, longer.path)
    if joined is not None:
        yield joined
