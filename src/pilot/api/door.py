"""The way into an API: without a key, then with the one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pilot.api.auth import Keys, credentials_for, refusal, ways
from pilot.api.fetch import Answer, Credentials, Fetcher, Payload, with_query
from pilot.api.profile import Auth, AuthKind, How
from pilot.api.sensitive import is_placeholder
from pilot.api.sites import origin
from pilot.api.token import fetch_token
from pilot.api.words import Target
from pilot.finding import Json

_NOT_ACCEPTABLE = 406


@dataclass(frozen=True)
class Knock:
    """One request to the API: a POST where it has a body."""

    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Json] | None = field(default=None, repr=False)
    why: str = ""
    """Tells the person, should another host be needed."""


class Door:
    """Opens one API: remembers how the key is sent once that is known."""

    def __init__(self, fetch: Fetcher, target: Target, said: Auth | None, keys: Keys) -> None:
        self.auth = said or Auth()
        self._fetch = fetch
        self._said = said
        self._keys = keys
        self._site = origin(target.url)
        self._credentials = self._given(target)
        self.headers: Mapping[str, str] = {}
        """What the endpoint that is looked at now needs besides the key."""
        self._token_problem = ""
        self._settled = False
        """A key was sent: it opened the door, or no way to send it did."""

    def ask(self, knock: Knock) -> Answer:
        """The answer to a request that is sent with what opens the API.

        Where that is markup, JSON is asked for by name: from then on `headers` say so, and the script has to.
        """
        answer = self._opened(knock)
        if not _is_markup(answer) or any(name.lower() == "accept" for name in self.headers):
            return answer
        before, self.headers = self.headers, {**self.headers, "Accept": "application/json"}
        other = self._opened(knock)
        if other.ok and not _is_markup(other):
            return other
        self.headers = before
        return answer

    def _opened(self, knock: Knock) -> Answer:
        answer = self._send(knock, self._credentials)
        return answer if self._settled or answer.problem else self._learn(answer, knock)

    def _send(self, knock: Knock, credentials: Credentials | None) -> Answer:
        if self.headers:
            known = credentials or Credentials(self._site)
            credentials = replace(known, headers={**self.headers, **known.headers})
        if knock.body is None:
            return self._fetch.get(knock.url, knock.params, credentials, knock.why)
        url = with_query(knock.url, knock.params)
        return self._fetch.post(url, Payload(knock.body), credentials, knock.why)

    def _given(self, target: Target) -> Credentials | None:
        """A key that was in the URL, or one that is sent as the person said."""
        if target.login:
            return credentials_for(Auth(AuthKind.BASIC), Keys(None, *target.login), self._site)
        stored = credentials_for(self._said, self._keys, self._site) if self._said else None
        real = {name: value for name, value in target.secrets.items() if not is_placeholder(value)}
        if real and not stored:
            return Credentials(self._site, params=real)
        return stored

    def _learn(self, answer: Answer, knock: Knock) -> Answer:
        """What an answer says about auth; tries the keys when it is a refusal."""
        wanted = refusal(answer, self._said)
        if wanted is None:
            if self._credentials and answer.ok:
                self._settled = True
                self.auth = replace(self.auth, note=self.auth.note or "the key was accepted")
            elif answer.ok and (not self._said or self._said.how is How.SPEC):
                self.auth = Auth(AuthKind.NONE, how=How.SEEN)
            return answer
        self.auth = replace(wanted, note=wanted.note or f"HTTP {answer.status} without a key")
        self._settled = bool(self._credentials or self._keys)
        if self._credentials:
            self.auth = replace(self.auth, note=f"the key was refused (HTTP {answer.status})")
            return self._otherwise(answer, knock)
        return self._try_keys(answer, wanted, knock) if self._keys else answer

    def _otherwise(self, refused: Answer, knock: Knock) -> Answer:
        """Where a spec said how the key is sent and was wrong: as the refusal itself says."""
        wanted = refusal(refused, None) if self._said and self._said.how is How.SPEC else None
        if wanted is None or wanted.kind is AuthKind.UNKNOWN or not self._keys:
            return refused
        before = self.auth
        answer = self._try_keys(refused, wanted, knock)
        self.auth = before if answer is refused else self.auth
        return answer

    def _try_keys(self, refused: Answer, wanted: Auth, knock: Knock) -> Answer:
        last = refused
        for auth, credentials in self._ways(wanted):
            last = self._send(knock, credentials)
            if last.problem:
                break
            if refusal(last, None) is None:
                self._credentials = credentials
                self.auth = replace(auth, how=How.SEEN if wanted.how is not How.SAID else How.SAID,
                                    note="the key was accepted")  # fmt: skip
                return last
        note = self._token_problem or _told_apart(refused, last)
        self.auth = replace(wanted, note=note)
        return refused

    def _ways(self, wanted: Auth) -> Iterator[tuple[Auth, Credentials]]:
        if wanted.kind is not AuthKind.OAUTH2:
            yield from ways(wanted, self._keys, self._site)
            return
        credentials, self._token_problem = fetch_token(self._fetch, wanted, self._keys, self._site)
        if credentials:
            yield wanted, credentials


def _told_apart(without: Answer, with_key: Answer) -> str:
    """Whether the API says that the key is wrong, or always the same."""
    if with_key is without:
        return f"HTTP {without.status} without a key; the secrets that are there don't fit"
    if (without.status, without.body) == (with_key.status, with_key.body):
        return f"HTTP {without.status} with and without the key"
    return f"the key was read and refused (HTTP {with_key.status})"


def _is_markup(answer: Answer) -> bool:
    """XML or HTML; or a refusal to answer in any format at all."""
    return answer.status == _NOT_ACCEPTABLE or (answer.ok and answer.body.lstrip()[:1] == b"<")
