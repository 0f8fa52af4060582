"""The way into an API: without a key, then with the one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pilot.api.auth import Keys, credentials_for, refusal, ways
from pilot.api.fetch import Answer, Credentials, Fetcher
from pilot.api.profile import Auth, AuthKind, How
from pilot.api.sensitive import is_placeholder
from pilot.api.sites import origin
from pilot.api.words import Target


class Door:
    """Opens one API: remembers how the key is sent once that is known."""

    def __init__(self, fetch: Fetcher, target: Target, said: Auth | None, keys: Keys) -> None:
        self.auth = said or Auth()
        self._fetch = fetch
        self._said = said
        self._keys = keys
        self._site = origin(target.url)
        self._credentials = self._given(target)
        self._settled = False
        """A key was sent: it opened the door, or no way to send it did."""

    def ask(self, url: str, params: Mapping[str, str], why: str = "") -> Answer:
        """GET, with what opens the API."""
        answer = self._fetch.get(url, params, self._credentials, why)
        return answer if self._settled or answer.problem else self._learn(answer, url, params, why)

    def _given(self, target: Target) -> Credentials | None:
        """A key that was in the URL, or one that is sent as the person said."""
        if target.login:
            return credentials_for(Auth(AuthKind.BASIC), Keys(None, *target.login), self._site)
        stored = credentials_for(self._said, self._keys, self._site) if self._said else None
        real = {name: value for name, value in target.secrets.items() if not is_placeholder(value)}
        if real and not stored:
            return Credentials(self._site, params=real)
        return stored

    def _learn(self, answer: Answer, url: str, params: Mapping[str, str], why: str) -> Answer:
        """What an answer says about auth; tries the keys when it is a refusal."""
        wanted = refusal(answer, self._said)
        if wanted is None:
            if self._credentials and answer.ok:
                self._settled = True
                self.auth = replace(self.auth, note=self.auth.note or "the key was accepted")
            elif not self._said:
                self.auth = Auth(AuthKind.NONE, how=How.SEEN) if answer.ok else self.auth
            return answer
        self.auth = replace(wanted, note=wanted.note or f"HTTP {answer.status} without a key")
        self._settled = bool(self._credentials or self._keys)
        if self._credentials:
            self.auth = replace(self.auth, note=f"the key was refused (HTTP {answer.status})")
            return answer
        return self._try_keys(answer, wanted, url, params, why) if self._keys else answer

    def _try_keys(
        self, refused: Answer, wanted: Auth, url: str, params: Mapping[str, str], why: str
    ) -> Answer:
        last = refused
        for auth, credentials in ways(wanted, self._keys, self._site):
            last = self._fetch.get(url, params, credentials, why)
            if last.problem:
                break
            if refusal(last, None) is None:
                self._credentials = credentials
                self.auth = replace(auth, how=How.SEEN if wanted.how is not How.SAID else How.SAID,
                                    note="the key was accepted")  # fmt: skip
                return last
        self.auth = replace(wanted, note=_told_apart(refused, last))
        return refused


def _told_apart(without: Answer, with_key: Answer) -> str:
    """Whether the API says that the key is wrong, or always the same."""
    if with_key is without:
        return f"HTTP {without.status} without a key; the secrets that are there don't fit"
    if (without.status, without.body) == (with_key.status, with_key.body):
        return f"HTTP {without.status} with and without the key"
    return f"the key was refused (HTTP {with_key.status}), other than a missing one"
