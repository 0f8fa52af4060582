"""Looks at the API that a person named, and writes down what it saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from pilot.api.auth import keys_from, refusal
from pilot.api.beside import with_beside
from pilot.api.cautions import CUT_SHORT, cautions
from pilot.api.door import Door, Knock
from pilot.api.fetch import Answer, Fetcher, ProbeLimits
from pilot.api.filters import with_filter
from pilot.api.keys import cursor_fields, primary_key
from pilot.api.limits import limits_in
from pilot.api.look import Ask, Look, first_look
from pilot.api.narrowing import widened
from pilot.api.openapi.agreement import agreed, settled
from pilot.api.openapi.document import LARGEST
from pilot.api.openapi.families import child_of, rebound
from pilot.api.openapi.surveyor import survey_of
from pilot.api.page_size import with_larger_pages
from pilot.api.paging import find_paging
from pilot.api.plan import Aim, aims_of, carrying, obstacle, ways
from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, Narrowing, Paging, PagingKind
from pilot.api.required import required_by, said_value
from pilot.api.sensitive import is_placeholder, scrubbed
from pilot.api.siblings import said_alike
from pilot.api.sites import host_of, origin, same_site
from pilot.api.survey import Offer, Survey
from pilot.api.words import Named, read_words
from pilot.finding import Json
from pilot.kit import Watch

MayContact = Callable[[str, str], bool]
"""The consent gate: a host (with its port) and why it is contacted."""
_MOST_TARGETS = 12
_MOST_PARENTS = 20
_INCLUDED = 6
"""Endpoints that the limit of requests is made for; each further one that no spec tells of adds a request."""
_PROOF = 6
"""Requests that it takes to prove how an API pages; a spec and that proof tell of what is not looked at."""
_FEW, _KEPT = 4, 2
"""So many endpoints at most leave two requests each for the next ones: to look, and at a second page."""
_NO_WAY = (AuthKind.NONE, AuthKind.UNKNOWN)
_MOST_WAYS = 2
_NOT_THERE = (400, 404, 422)
_SAMPLE = 600
"""Characters of a sample that are kept."""


class ApiProber:
    """A `Prober`: a few bounded GET requests, at hosts that were agreed to."""

    def __init__(self, may_contact: MayContact, limits: ProbeLimits | None = None) -> None:
        self._may_contact = may_contact
        self._limits = limits or ProbeLimits()
        self._surveyed: tuple[tuple[str, str | None], Survey] | None = None

    def survey(self, goal: str, docs: str | None, say: Watch) -> Survey:
        """What documentation says of the API: `docs`, else a spec in its usual places on the host named."""
        if self._surveyed is None or self._surveyed[0] != (goal, docs):
            named = read_words(goal)
            # A spec is larger than an answer, and read only once.
            limits = replace(self._limits, size=LARGEST + 1, read_seconds=self._limits.seconds)
            with Fetcher(self._may_contact, limits, _values(named, {})) as fetch:
                self._surveyed = (goal, docs), survey_of(named, docs, fetch, say)
        return self._surveyed[1]

    def probe(
        self,
        goal: str,
        docs: str | None,
        secrets: Mapping[str, str],
        say: Watch,
        picked: Sequence[str] = (),
        said: Auth | None = None,
    ) -> ApiProfile:
        """What can be seen of the API that the goal names. Holds no row's values and no secrets."""
        survey = self.survey(goal, docs, say)
        # Without a spec what is picked are paths, and as good as said.
        named = read_words(
            goal if survey.offers else " ".join([goal, *(f"/{p.lstrip('/')}" for p in picked)])
        )
        named = replace(named, auth=said or named.auth)
        aims = aims_of(named, survey, picked, goal)
        more = max(0, sum(1 for aim in aims if aim.offer is None) - _INCLUDED)
        limits = replace(self._limits, requests=max(1, self._limits.requests + more - survey.requests))
        with Fetcher(self._may_contact, limits, _values(named, secrets)) as fetch:
            seen = _Probe(fetch, named, aims, survey, secrets, say).run() if aims else None
        profile = settled(seen or ApiProfile(notes=named.notes), survey)
        return replace(
            profile,
            requests=fetch.asked + survey.requests,
            seconds=round(fetch.spent + survey.seconds, 2),
        )


class _Probe:
    """One probe of one API."""

    def __init__(
        self,
        fetch: Fetcher,
        named: Named,
        aims: Sequence[Aim],
        survey: Survey,
        secrets: Mapping[str, str],
        say: Watch,
    ) -> None:
        self._fetch = fetch
        self._say = say
        self._secrets = _values(named, secrets)
        self._words = named.words
        self._said_headers = named.headers
        self._notes = [] if survey.offers else list(named.notes)
        self._aims = self._one_host(aims)
        said = named.auth or (survey.auth if survey.auth and survey.auth.kind not in _NO_WAY else None)
        self._door = Door(fetch, self._aims[0].target, said, keys_from(secrets))
        self._base = origin(self._aims[0].target.url)
        self._headers: dict[str, str] = {}
        self._siblings: list[Endpoint] = []
        """What was looked at already."""
        self._rows: dict[str, list[Json]] = {}
        """The first records of each endpoint by its name: what fills its children's paths."""

    def run(self) -> ApiProfile:
        """Look at every target, sharing the requests among them."""
        endpoints = self._siblings
        whole = self._fetch.limits.requests
        offered = {aim.offer.endpoint.name for aim in self._aims if aim.offer}
        for number, aim in enumerate(self._aims):
            others = len(self._aims) - number - 1
            # Every endpoint is seen at least once; what is proven at the first ones holds for the next.
            share = _KEPT if len(self._aims) <= _FEW else 1
            least = number + (_PROOF if aim.offer and aim.offer.listed else 1)
            self._fetch.ceiling = max(min(least, whole), whole - others * share)
            endpoint = aim.endpoint(frozenset({*offered, *(e.name for e in endpoints)}))
            endpoint = replace(endpoint, headers={**endpoint.headers, **self._said_headers})
            endpoint = endpoint if aim.offer else child_of(endpoint, endpoints)
            endpoints.append(self._known(aim, endpoint))
        if self._door.auth.kind is AuthKind.SIGNED:
            self._notes.append("Each request has to be signed: that takes code by hand, or by a model.")
        notes = [*self._notes, *([f"{CUT_SHORT}: {self._fetch.stopped}"] if self._fetch.stopped else [])]
        return ApiProfile(
            base_url=self._base,
            endpoints=tuple(endpoints),
            auth=replace(self._door.auth, note=scrubbed(self._door.auth.note, self._secrets)),
            limits=limits_in(self._headers),
            notes=tuple(dict.fromkeys(notes)),
            requests=self._fetch.asked,
            seconds=round(self._fetch.spent, 2),
        )

    def _one_host(self, aims: Sequence[Aim]) -> tuple[Aim, ...]:
        first = aims[0].target.url
        near = [aim for aim in aims if same_site(first, aim.target.url)]
        for aim in aims:
            if aim not in near:
                self._notes.append(
                    f"{host_of(aim.target.url)} was not looked at: one pipeline loads from one host"
                )
        plain = [aim for aim in near if aim.offer is None][_MOST_TARGETS:]
        if plain:
            self._notes.append(f"Only the first {_MOST_TARGETS} of {len(near)} endpoints were looked at.")
        return tuple(aim for aim in near if aim not in plain)

    def _known(self, aim: Aim, endpoint: Endpoint) -> Endpoint:
        """The endpoint as seen, and as its spec says where it was not."""
        seen = self._endpoint(aim, endpoint)
        if aim.offer is None:
            return seen
        known, differences = agreed(seen, aim.offer)
        self._notes += differences
        return known if seen.status else replace(known, paging=said_alike(known.paging, self._siblings))

    def _endpoint(self, aim: Aim, endpoint: Endpoint) -> Endpoint:
        said = {n: v for n in aim.missing if (v := said_value(self._words, n))}
        endpoint = replace(endpoint, params={**endpoint.params, **said})
        if problem := obstacle(aim, endpoint):
            return replace(endpoint, error=problem)
        endpoint = rebound(endpoint, next((e for e in self._siblings if e.name == endpoint.parent), None))
        look = None
        rows = self._rows.get(endpoint.parent or "", [])
        for way, url, parent in islice(ways(aim.target.url, endpoint, rows), _MOST_WAYS):
            look = self._look(url, way, aim.offer)
            endpoint = replace(way, headers=dict(self._door.headers))
            self._rows[way.name] = carrying(look.rows[:_MOST_PARENTS], way, parent)
            if look.first.status not in _NOT_THERE:
                break
        if look is None:
            return replace(endpoint, error=f"{endpoint.parent} showed no record to ask with")
        return self._described(self._moved(endpoint, look.first.answer), look, aim.offer)

    def _look(self, url: str, endpoint: Endpoint, offer: Offer | None) -> Look:
        path = urlsplit(url).path
        body = endpoint.body if endpoint.method == "POST" else None
        self._say(f"{endpoint.method} {host_of(url)}{path}")
        self._door.headers = endpoint.headers
        answer = self._door.ask(Knock(url, endpoint.params, body, "look at the API that you named"))
        params = {**endpoint.params, **self._said_for(answer)}
        if params != endpoint.params:
            answer = self._door.ask(Knock(url, params, body))
        self._headers.update(answer.headers)
        look = first_look(self._asking(path), url, params, answer, body)
        if offer is not None:
            look.hints, look.filters, look.by_spec = offer.hints, offer.filters, True
        return look

    def _said_for(self, answer: Answer) -> dict[str, str]:
        """What the person's words give for the parameters that the answer says are missing."""
        names = required_by(answer)
        values = {name: value for name in names if (value := said_value(self._words, name))}
        for name in (name for name in names if name not in values):
            self._notes.append(f"The API wants the parameter {name}: say its value, as in {name}=…")
        return values

    def _asking(self, path: str) -> Ask:
        def ask(knock: Knock) -> Answer:
            self._say(f"looking for further pages of {path}")
            return self._door.ask(knock)

        return ask

    def _moved(self, endpoint: Endpoint, answer: Answer) -> Endpoint:
        """The endpoint where a redirect said that it really is."""
        if endpoint.parent is not None:
            return endpoint
        if not answer.ok or origin(answer.url) == self._base:
            path = urlsplit(answer.url).path.lstrip("/") if answer.ok else endpoint.path
            return replace(endpoint, path=path)
        if len(self._aims) > 1 and not same_site(self._base, answer.url):
            return endpoint
        self._notes.append(f"{host_of(self._base)} redirects to {origin(answer.url)}")
        self._base = origin(answer.url)
        return replace(endpoint, path=urlsplit(answer.url).path.lstrip("/"))

    def _described(self, endpoint: Endpoint, look: Look, offer: Offer | None) -> Endpoint:
        filled = offer.endpoint.params if offer else {}
        said = [name for name, value in endpoint.params.items() if filled.get(name) != value]
        wide = widened(look, offer.choices if offer else (), said, self._words)
        look = wide.look
        paging, fields = find_paging(look, self._siblings), look.found.records.fields
        cursors = with_filter(look, cursor_fields(fields), self._words)
        # Larger pages only make it faster: they come last, as requests are few.
        paging = with_larger_pages(look, paging)
        records, total = (
            with_beside(look.found, look.first.body.data),
            look.first.envelope.total(len(look.rows)),
        )
        if look.first.body.partial or look.first.answer.cut:
            self._notes.append(f"{endpoint.name}: the answer is large; only its beginning was looked at")
        self._notes += cautions(endpoint.name, look.first.body.data, records)
        if wide.walked:
            total = None  # what the API states is that of one value
        otherwise = _sent_otherwise(paging, wide.narrowings)
        return replace(
            endpoint,
            params={k: v for k, v in look.params.items() if k not in otherwise},
            status=look.first.status or None,
            content_type=look.first.answer.content_type or None,
            records=records,
            paging=replace(paging, note=scrubbed(paging.note, self._secrets)),
            primary_key=primary_key(look.seen, records.fields),
            cursors=cursors,
            total=total[0] if total else None,
            samples=self._samples(look.rows),
            narrowings=wide.narrowings,
            refused=bool(look.found.problem) and refusal(look.first.answer, None) is not None,
            error=scrubbed(look.found.problem, self._secrets),
        )

    def _samples(self, rows: Sequence[Json]) -> tuple[str, ...]:
        """The first records as JSON, cut short, as many as the person shares."""
        shared = rows[: self._fetch.limits.samples]
        return tuple(scrubbed(json.dumps(row, ensure_ascii=False)[:_SAMPLE], self._secrets) for row in shared)


def _sent_otherwise(paging: Paging, narrowings: Sequence[Narrowing]) -> set[Json]:
    """Parameters that paging sets, or that are sent with one value after the other."""
    walked: set[Json] = {narrowing.param for narrowing in narrowings if narrowing.walked}
    if not paging.proven or paging.kind is PagingKind.NONE:
        return walked
    return walked | {paging.options.get(key) for key in ("page_param", "offset_param", "limit_param")}


def _values(named: Named, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret value that must not appear anywhere. Placeholders and tiny values hide nothing."""
    values = [*secrets.values()]
    for target in named.targets:
        values += [*target.secrets.values(), *(target.login or ())]
    return tuple({value for value in values if len(value) > 3 and not is_placeholder(value)})
