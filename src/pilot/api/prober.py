"""Looks at the API that a person named, and writes down what it saw."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from pilot.api.auth import keys_from
from pilot.api.docs import read_docs
from pilot.api.door import Door, Knock
from pilot.api.fetch import Answer, Fetcher, ProbeLimits
from pilot.api.keys import cursor_fields, primary_key
from pilot.api.limits import limits_in
from pilot.api.look import Ask, Look, first_look
from pilot.api.naming import table_name
from pilot.api.paging import find_paging
from pilot.api.profile import ApiProfile, Endpoint, PagingKind
from pilot.api.sensitive import is_placeholder, scrubbed
from pilot.api.sites import host_of, origin, same_site
from pilot.api.words import Named, Target, read_words
from pilot.kit import Watch

MayContact = Callable[[str, str], bool]
"""The consent gate: a host (with its port) and why it is contacted."""
_MOST_TARGETS = 6
_PLACEHOLDER = re.compile(r"\{.*\}|%7B|/:[A-Za-z]|<.*>")


class ApiProber:
    """A `Prober`: a few bounded GET requests, at hosts that were agreed to."""

    def __init__(self, may_contact: MayContact, limits: ProbeLimits | None = None) -> None:
        self._may_contact = may_contact
        self._limits = limits or ProbeLimits()

    def probe(self, goal: str, docs: str | None, secrets: Mapping[str, str], say: Watch) -> ApiProfile:
        """What can be seen of the API that the goal names. Holds no row's values and no secrets."""
        named = read_words(goal)
        with Fetcher(self._may_contact, self._limits, _values(named, secrets)) as fetch:
            prose, note = read_docs(docs, fetch)
            seen = _Probe(fetch, named, secrets, say).run() if named.targets else None
        profile = seen or ApiProfile(notes=named.notes, requests=fetch.asked)
        return replace(profile, docs=prose, notes=(*profile.notes, note) if note else profile.notes)


class _Probe:
    """One probe of one API."""

    def __init__(self, fetch: Fetcher, named: Named, secrets: Mapping[str, str], say: Watch) -> None:
        self._fetch = fetch
        self._say = say
        self._secrets = _values(named, secrets)
        self._notes = list(named.notes)
        self._targets = self._one_host(named)
        self._door = Door(fetch, self._targets[0], named.auth, keys_from(secrets))
        self._base = origin(self._targets[0].url)
        self._headers: dict[str, str] = {}

    def run(self) -> ApiProfile:
        """Look at every target, sharing the requests among them."""
        endpoints: list[Endpoint] = []
        whole = self._fetch.limits.requests
        for number, target in enumerate(self._targets):
            others = len(self._targets) - number - 1
            # The next ones keep one request each, so that every endpoint is seen at least once.
            self._fetch.ceiling = whole - others * max(1, whole // len(self._targets))
            endpoints.append(self._endpoint(target, frozenset(e.name for e in endpoints)))
        notes = [*self._notes, *([self._fetch.stopped] if self._fetch.stopped else [])]
        return ApiProfile(
            base_url=self._base,
            endpoints=tuple(endpoints),
            auth=replace(self._door.auth, note=scrubbed(self._door.auth.note, self._secrets)),
            limits=limits_in(self._headers),
            notes=tuple(dict.fromkeys(notes)),
            requests=self._fetch.asked,
            seconds=round(self._fetch.spent, 2),
        )

    def _one_host(self, named: Named) -> tuple[Target, ...]:
        first = named.targets[0].url
        near = [target for target in named.targets if same_site(first, target.url)]
        for target in named.targets:
            if target not in near:
                self._notes.append(
                    f"{host_of(target.url)} was not looked at: one pipeline loads from one host"
                )
        if len(near) > _MOST_TARGETS:
            self._notes.append(f"Only the first {_MOST_TARGETS} of {len(near)} endpoints were looked at.")
        return tuple(near[:_MOST_TARGETS])

    def _endpoint(self, target: Target, taken: frozenset[str]) -> Endpoint:
        path = urlsplit(target.url).path
        endpoint = Endpoint(path.lstrip("/"), table_name(path, taken), params=target.params)
        if target.body is not None:
            endpoint = replace(endpoint, method="POST", body=target.body)
        if _PLACEHOLDER.search(path) or any(_PLACEHOLDER.search(v) for v in target.params.values()):
            return replace(endpoint, error="the URL has a placeholder, so it was not asked for")
        self._say(f"{endpoint.method} {host_of(target.url)}{path}")
        knock = Knock(target.url, target.params, target.body, "look at the API that you named")
        answer = self._door.ask(knock)
        self._headers.update(answer.headers)
        look = first_look(self._asking(path), target.url, target.params, answer, target.body)
        return self._described(self._moved(endpoint, answer), look)

    def _asking(self, path: str) -> Ask:
        def ask(knock: Knock) -> Answer:
            self._say(f"looking for further pages of {path}")
            return self._door.ask(knock)

        return ask

    def _moved(self, endpoint: Endpoint, answer: Answer) -> Endpoint:
        """The endpoint where a redirect said that it really is."""
        if not answer.ok or origin(answer.url) == self._base:
            path = urlsplit(answer.url).path.lstrip("/") if answer.ok else endpoint.path
            return replace(endpoint, path=path)
        if len(self._targets) > 1 and not same_site(self._base, answer.url):
            return endpoint
        self._notes.append(f"{host_of(self._base)} redirects to {origin(answer.url)}")
        self._base = origin(answer.url)
        return replace(endpoint, path=urlsplit(answer.url).path.lstrip("/"))

    def _described(self, endpoint: Endpoint, look: Look) -> Endpoint:
        paging = find_paging(look)
        records, total = look.found.records, look.first.envelope.total(len(look.rows))
        if look.first.body.partial or look.first.answer.cut:
            self._notes.append(f"{endpoint.name}: the answer is large; only its beginning was looked at")
        set_by_paging = {paging.options.get(key) for key in ("page_param", "offset_param", "limit_param")}
        proven = paging.proven and paging.kind is not PagingKind.NONE
        return replace(
            endpoint,
            params={k: v for k, v in endpoint.params.items() if not (proven and k in set_by_paging)},
            status=look.first.status or None,
            content_type=look.first.answer.content_type or None,
            records=records,
            paging=replace(paging, note=scrubbed(paging.note, self._secrets)),
            primary_key=primary_key(look.seen, records.fields),
            cursors=cursor_fields(records.fields),
            total=total[0] if total else None,
            error=scrubbed(look.found.problem, self._secrets),
        )


def _values(named: Named, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret value that must not appear anywhere. Placeholders and tiny values hide nothing."""
    values = [*secrets.values()]
    for target in named.targets:
        values += [*target.secrets.values(), *(target.login or ())]
    return tuple({value for value in values if len(value) > 3 and not is_placeholder(value)})
