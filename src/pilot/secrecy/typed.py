"""What a person types by mistake: a key among words is noticed before it is kept or sent anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.api.naming import propose_name
from pilot.api.urls import URL
from pilot.api.words import without_secrets
from pilot.host import Choice, Host, Question
from pilot.kit import Secrets
from pilot.screen import Line
from pilot.secrecy.forms import parts_of
from pilot.secrecy.patterns import UNSURE, sure_secrets, typed_secrets
from pilot.secrecy.redaction import MARK
from pilot.secrecy.said import API_KEY, Said, said_secrets
from pilot.session.session import Session

_KEEP, _LEAVE_OUT, _NONE = "s", "o", "n"
_ANSWERS = (Choice(_KEEP, "store it in secrets.toml"), Choice(_LEAVE_OUT, "leave it out"))
LEFT_OUT = "***"
"""What stands for a key that was left out of the words."""


class TypedSecrets:
    """Looks at every answer in words. A call gives the words as they may be kept."""

    def __init__(self, session: Session, secrets: Secrets, host: Host) -> None:
        self._session = session
        self._secrets = secrets
        self._host = host

    def __call__(self, words: str) -> str:
        """The words; for each key in them the person says what becomes of it."""
        no_keys: set[str] = set()
        kept: set[str] = set()
        while (said := _first(words, no_keys)) is not None:
            value = words[said.start : said.end]
            answer = self._asked(said, value)
            if answer == _NONE:
                no_keys.add(value)
                continue
            stays = LEFT_OUT
            if answer == _KEEP:
                path = self._path(said.name, words, kept)
                kept.add(path)
                self._secrets.save(path, value)
                self._session.record_consent("change a file: .dlt/secrets.toml", "y")
                stays = f"[secret {path}]"
            words = _replaced(words, said, stays)
        return words

    def _asked(self, said: Said, value: str) -> str:
        told = f"What you typed has something in it {said.kind} ({len(value)} characters)."
        self._host.show(Line(f"{told} It would be kept in the session, and may go to a model.", "warn"))
        choices = _ANSWERS if said.kind != UNSURE else (*_ANSWERS, Choice(_NONE, "it is no key"))
        question = Question(
            "What should become of it?",
            flag="--secret NAME=env:VAR",
            default=_KEEP,
            choices=choices,
            free=False,
            kept=False,
        )
        return self._host.ask(question)

    def _path(self, name: str, words: str, kept: set[str]) -> str:
        """Where the script reads such a secret; before there is a script, a place of its own."""
        names = self._session.facts.names
        if names is not None and self._session.facts.written:
            read = [secret.path for secret in self._secrets.wanted(names)]
            own = [path for path in read if path.startswith("sources.") and path not in kept]
            alike = [path for path in own if path.endswith(f".{name}")]
            if alike or len(own) == 1:
                return (alike or own)[0]
        return self._free_path(name, words)

    def _free_path(self, name: str, words: str) -> str:
        facts = self._session.facts
        pipeline = facts.names.pipeline if facts.names else facts.name or propose_name(words)
        taken = self._secrets.values()
        paths = (f"sources.{pipeline}.{name}{f'_{n}' if n > 1 else ''}" for n in range(1, len(taken) + 3))
        return next(path for path in paths if path not in taken)


def heard(words: str, session: Session, secrets: Secrets, host: Host) -> str:
    """The words as they may be kept: the person is asked about keys; with nobody there this run has them."""
    if host.interactive:
        return TypedSecrets(session, secrets, host)(words)
    found = _surely_said(words)
    for said in found:
        secrets.take(said.name, words[said.start : said.end])
    if found:
        host.show(Line("The key in these words is kept nowhere; this run uses it.", "warn"))
    return masked(words)


def hear_addresses(words: str, secrets: Secrets) -> None:
    """Keys and passwords in addresses that were typed are known from now on."""
    for found in URL.finditer(words):
        for part in parts_of(found[0]):
            secrets.hear("an address that was typed", part)


def masked(words: str) -> str:
    """The words of an unattended run: what looks like a key, or is called one, is left out."""
    while found := _surely_said(words):
        words = _replaced(words, found[0], LEFT_OUT)
    return words


def without_keys(words: str) -> str:
    """The words as a file may keep them: all that may be a key is left out, asked about or not."""
    words = without_secrets(words)
    while (said := _first(words, set())) is not None:
        words = _replaced(words, said, LEFT_OUT)
    return words


def _replaced(words: str, said: Said, stays: str) -> str:
    """The words without a key: where it was found, and wherever else it is a word of its own."""
    value = re.compile(rf"(?<![\w./-]){re.escape(words[said.start : said.end])}(?![\w/-])")
    before, after = words[: said.start], words[said.end :]
    return value.sub(stays, before) + stays + value.sub(stays, after)


def _surely_said(words: str) -> list[Said]:
    """What is left out unasked: all but what only looks drawn by lot."""
    places = [Said(place.start, place.end, kind=place.path) for place in sure_secrets(words)]
    return _in_plain_words(words, [*said_secrets(words), *places])


def _first(words: str, no_keys: set[str]) -> Said | None:
    """The first key that the person has not been asked about."""
    places = [Said(place.start, place.end, kind=place.path) for place in typed_secrets(words)]
    found = _in_plain_words(words, [*said_secrets(words), *places])
    return next((said for said in found if words[said.start : said.end] not in no_keys), None)


def _in_plain_words(words: str, found: Sequence[Said]) -> list[Said]:
    """In order, the longer of two that overlap; those in addresses are taken care of where addresses are."""
    spans = [match.span() for match in URL.finditer(words) if "://" in match[0]]
    spans += [match.span() for match in MARK.finditer(words)]
    outside: list[Said] = []
    for said in sorted(found, key=lambda said: (said.start, -said.end, said.kind == UNSURE)):
        aside = any(start <= said.start < end for start, end in spans)
        if not aside and not (outside and said.start < outside[-1].end):
            outside.append(_named(said, found))
    return outside


def _named(said: Said, found: Sequence[Said]) -> Said:
    """With the name that the words give to the same place, where another rule found it too."""
    names = (other.name for other in found if other.start < said.end and said.start < other.end)
    return said._replace(name=next((name for name in names if name != API_KEY), said.name))
