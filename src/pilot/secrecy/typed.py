"""What a person types by mistake: a key among words is noticed before it is kept or sent anywhere."""

from __future__ import annotations

from pilot.api.naming import propose_name
from pilot.api.urls import URL
from pilot.host import Choice, Host, Question
from pilot.kit import Secrets
from pilot.screen import Line
from pilot.secrecy.forms import parts_of
from pilot.secrecy.patterns import UNSURE, typed_secrets
from pilot.secrecy.traces import Place
from pilot.session.session import Session

_KEEP, _LEAVE_OUT, _NONE = "s", "o", "n"
_ANSWERS = (Choice(_KEEP, "store it in secrets.toml"), Choice(_LEAVE_OUT, "leave it out"))
_LEFT_OUT = "***"


class TypedSecrets:
    """Looks at every answer in words. A call gives the words as they may be kept."""

    def __init__(self, session: Session, secrets: Secrets, host: Host) -> None:
        self._session = session
        self._secrets = secrets
        self._host = host

    def __call__(self, words: str) -> str:
        """The words; for each key in them the person says what becomes of it."""
        no_keys: set[str] = set()
        while (place := _first(words, no_keys)) is not None:
            value = words[place.start : place.end]
            answer = self._asked(place, value)
            if answer == _NONE:
                no_keys.add(value)
                continue
            stays = _LEFT_OUT
            if answer == _KEEP:
                path = self._free_path(words)
                self._secrets.save(path, value)
                self._session.record_consent("change a file: .dlt/secrets.toml", "y")
                stays = f"[secret {path}]"
            words = words.replace(value, stays)
        return words

    def _asked(self, place: Place, value: str) -> str:
        told = f"What you typed has something in it {place.path} ({len(value)} characters)."
        self._host.show(Line(f"{told} It would be kept in the session, and may go to a model.", "warn"))
        choices = _ANSWERS if place.path not in UNSURE else (*_ANSWERS, Choice(_NONE, "it is no key"))
        question = Question(
            "What should become of it?",
            flag="--secret NAME=env:VAR",
            default=_KEEP,
            choices=choices,
            free=False,
        )
        return self._host.ask(question)

    def _free_path(self, words: str) -> str:
        facts = self._session.facts
        name = facts.names.pipeline if facts.names else facts.name or propose_name(words)
        taken = self._secrets.values()
        paths = (f"sources.{name}.api_key{f'_{n}' if n > 1 else ''}" for n in range(1, len(taken) + 3))
        return next(path for path in paths if path not in taken)


def hear_addresses(words: str, secrets: Secrets) -> None:
    """Keys and passwords in addresses that were typed are known from now on."""
    for found in URL.finditer(words):
        for part in parts_of(found[0]):
            secrets.hear("an address that was typed", part)


def masked(words: str) -> str:
    """The words of an unattended run: what looks like a key is left out."""
    while (place := _first(words, set())) is not None and place.path not in UNSURE:
        words = words.replace(words[place.start : place.end], _LEFT_OUT)
    return words


def _first(words: str, no_keys: set[str]) -> Place | None:
    """The first key; those in addresses are taken care of where addresses are."""
    urls = [found.span() for found in URL.finditer(words) if "://" in found[0]]
    for place in sorted(typed_secrets(words)):
        in_url = any(start <= place.start < end for start, end in urls)
        if not in_url and words[place.start : place.end] not in no_keys:
            return place
    return None
