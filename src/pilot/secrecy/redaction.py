"""Takes secret values out of everything that is shown, stored or sent.

What leaves passes one of three: `text` (a screen, a file, a document), `tree` (JSON), `outgoing` (a model).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pilot.finding import Json
from pilot.secrecy.forms import Form, credential_places, is_weak, parts_of, written_forms
from pilot.secrecy.patterns import likely_secrets, sure_secrets
from pilot.secrecy.traces import Place, Traces

MARK = re.compile(r"\[secret [^\[\]\r\n]+\]")
"""What stands for a value. It is never looked into again."""


class Redactor:
    """Knows the secret values and the forms that they take, and puts `[secret PATH]` in their place.

    A value that is short, a number, an everyday word or a name in the project's code is hidden only where a
    credential stands (`api_key=1234`, `"token": "test"`, `user:test@host`): anywhere else it would ruin the
    text. Keys that are in no file are known by their shape.
    """

    def __init__(
        self,
        values: Mapping[str, str] | Callable[[], Mapping[str, str]],
        words: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        self._values = values
        self._words = words
        self._learned: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._index = _Index()

    def learn(self, path: str, value: str) -> None:
        """Hide this value as well from now on."""
        self._learned[path] = value

    def text(self, text: str) -> str:
        """The text without secrets. Doing it twice changes nothing."""
        return _without(text, [*self._current().places(text), *sure_secrets(text)])

    def outgoing(self, text: str) -> str:
        """The text as a model may see it: what only looks like a secret is taken out as well."""
        return _without(text, [*self._current().places(text), *sure_secrets(text), *likely_secrets(text)])

    def tree(self, tree: Json) -> Json:
        """The same JSON with every text in it redacted, names of fields included."""
        whole = "\n".join(_texts_in(tree))  # mostly there is nothing to hide, and one look tells
        return tree if self.text(whole) == whole else self._tree(tree)

    def _tree(self, tree: Json) -> Json:
        if isinstance(tree, str):
            return self.text(tree)
        if isinstance(tree, dict):
            return {self.text(name): self._tree(value) for name, value in tree.items()}
        if isinstance(tree, (list, tuple)):
            return [self._tree(value) for value in tree]
        if isinstance(tree, (int, float)) and not isinstance(tree, bool):
            written = str(tree)
            redacted = self.text(written)
            return tree if redacted == written else redacted
        return tree

    def leak(self, text: str) -> str | None:
        """The path of a known value that is in the text, wherever it stands; None when there is none.

        Weak values don't count: what looks like one of them may well be something else.
        """
        return next((place.path for place in _joined(text, self._current().strong_places(text))), None)

    def begun(self, text: str) -> int:
        """Where in a text that goes on a value may just begin; its length when none does."""
        return self._current().traces.begun(text)

    def is_weak(self, path: str, value: str) -> bool:
        """Whether a value can be hidden only where a credential stands."""
        return is_weak(value.strip(), path, self._words())

    def _current(self) -> _Index:
        given = self._values() if callable(self._values) else self._values
        known = {**given, **self._learned}
        if known != self._known:
            self._index = _Index.of(known, self._words())
            self._known = known
        return self._index


@dataclass(frozen=True)
class _Index:
    """Everything that is looked for."""

    forms: tuple[Form, ...] = ()
    weak: frozenset[tuple[str, str]] = frozenset()
    traces: Traces = field(default_factory=lambda: Traces(()))

    @classmethod
    def of(cls, values: Mapping[str, str], words: Collection[str]) -> _Index:
        """The index of these values by path."""
        single = list(dict.fromkeys(_single(values.items())))
        weak = frozenset((path, value) for path, value in single if is_weak(value, path, words))
        strong = [one for one in single if one not in weak]
        forms = (form for path, value in strong for form in written_forms(path, value))
        return cls(tuple(forms), weak, Traces(strong))

    def strong_places(self, text: str) -> Iterator[Place]:
        """Where strong values are."""
        for form in self.forms:
            yield from form.places(text)
        yield from self.traces.places(text)

    def places(self, text: str) -> Iterator[Place]:
        """Where values are."""
        yield from self.strong_places(text)
        yield from credential_places(text, self.weak)


def _texts_in(tree: Json) -> Iterator[str]:
    """Every text in JSON, numbers and names of fields too."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield name
            yield from _texts_in(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _texts_in(value)
    elif tree is not None and not isinstance(tree, bool):
        yield str(tree)


def _single(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The values and what is inside them, without the empty ones."""
    for path, value in values:
        value = value.strip()
        inner = ((path, part) for part in parts_of(value))
        yield from (one for one in ((path, value), *inner) if one[1])


def _without(text: str, places: list[Place]) -> str:
    if not places:
        return text
    pieces, end = [], 0
    for place in _joined(text, places):
        pieces += [text[end : place.start], f"[secret {place.path}]"]
        end = place.end
    return "".join((*pieces, text[end:]))


def _joined(text: str, places: Iterable[Place]) -> Iterator[Place]:
    """In order, marks left alone. Where two overlap, all of both goes, under the longer one's name."""
    ordered = sorted(places, key=lambda place: (place.start, -place.end))
    if not ordered:
        return
    marks = [found.span() for found in MARK.finditer(text)]
    joined: Place | None = None
    for place in ordered:
        if any(start < place.end and place.start < end for start, end in marks):
            continue
        if joined is None or place.start >= joined.end:
            if joined is not None:
                yield joined
            joined = place
        elif place.end > joined.end:
            longer = max(joined, place, key=lambda one: one.end - one.start)
            joined = Place(joined.start, place.end, longer.path)
    if joined is not None:
        yield joined
