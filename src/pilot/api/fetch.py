"""Bounded requests to hosts that were agreed to: GET, and POST where reading is done by it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pilot.api.sensitive import printable
from pilot.api.sites import host_of, is_loopback, joined, same_site
from pilot.finding import Json

if TYPE_CHECKING:
    from requests import Response, Session

_ACCEPT = "*/*"
"""As dlt's own client has it: what is seen is what a script would get."""
_CHUNK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_OF_POST = (307, 308)
"""After the others, the address wants a GET."""
_PASSING = (500, 502, 503, 504)
_PAUSE = 0.2
_LONGEST_PAUSE = 3.0
"""Seconds that are waited when the host asks for it; for longer, the person decides."""


@dataclass(frozen=True)
class ProbeLimits:
    """How much one probe may ask for."""

    requests: int = 12
    seconds: float = 20.0
    """For everything together, waiting for the person's consent left out."""
    size: int = 5_000_000
    """Bytes of one answer, after decompression; the rest is dropped."""
    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    redirects: int = 5
    samples: int = 0
    """Records of an endpoint whose values are kept for a model: none, unless the person shares them."""


@dataclass(frozen=True)
class Credentials:
    """What opens an API. Sent to one site only; in no profile, no log, no repr."""

    site: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Payload:
    """What a POST carries. `form`: as a form, not as JSON."""

    data: Mapping[str, Json] = field(repr=False)
    form: bool = False

    def encoded(self) -> tuple[bytes, str]:
        """The bytes, and their content type."""
        if self.form:
            return urlencode(dict(self.data)).encode(), "application/x-www-form-urlencoded"
        return json.dumps(self.data).encode(), "application/json"


@dataclass(frozen=True)
class Answer:
    """What a host answered, or why it did not (`problem`)."""

    url: str = field(repr=False)
    """Where it came from in the end. May carry a key in its query."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case."""
    body: bytes = field(default=b"", repr=False)
    cut: bool = False
    """Too large or too slow: `body` is only the beginning."""
    problem: str = ""
    """One line, free of secrets."""
    unasked: bool = False
    """Nothing was asked: a limit is reached."""

    @property
    def ok(self) -> bool:
        """The host answered, and with success."""
        return not self.problem and 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """`application/json`, without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Fetcher:
    """Asks hosts, within the limits of one probe. Ctrl-C goes through."""

    def __init__(
        self, may_contact: Callable[[str, str], bool], limits: ProbeLimits, secrets: tuple[str, ...] = ()
    ) -> None:
        self.limits = limits
        self.asked = 0
        self.spent = 0.0
        self.ceiling = limits.requests
        """Requests after which the others need theirs."""
        self.stopped = ""
        """Why no more is asked: the host said to slow down, or a limit is reached."""
        self.declined: list[str] = []
        self._patience = 3
        """How often a failure that may pass is met with asking again."""
        self._may_contact = may_contact
        self._allowed: dict[str, bool] = {}
        self._secrets = secrets
        self._session: Session | None = None

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            self._session.close()

    @property
    def left(self) -> int:
        """Requests that may still be made; 0 when time is up or the host wants no more."""
        out_of_time = self.spent >= self.limits.seconds
        return 0 if self.stopped or out_of_time else max(0, self.ceiling - self.asked)

    def allowed(self, url: str, why: str) -> bool:
        """Whether the URL's host may be contacted. The person is asked once per host."""
        host = host_of(url)
        if host not in self._allowed:
            self._allowed[host] = self._may_contact(host, why)
            if not self._allowed[host]:
                self.declined.append(host)
        return self._allowed[host]

    def get(
        self, url: str, params: Mapping[str, str], credentials: Credentials | None = None, why: str = ""
    ) -> Answer:
        """GET the URL, following redirects within the same site; to another one only when agreed to."""
        return self._follow(with_query(url, params), credentials, why, None)

    def post(
        self, url: str, payload: Payload, credentials: Credentials | None = None, why: str = ""
    ) -> Answer:
        """POST to the URL: for reading where that is done by it, and for a token, nothing else."""
        return self._follow(url, credentials, why, payload)

    def _follow(
        self, target: str, credentials: Credentials | None, why: str, payload: Payload | None
    ) -> Answer:
        for _ in range(self.limits.redirects + 1):
            if not self.allowed(target, why or "look at the API"):
                return Answer(target, problem=f"{host_of(target)} was not contacted: declined")
            answer = self._once(target, credentials, payload)
            place = answer.headers.get("location")
            if answer.problem or answer.status not in _REDIRECTS or not place:
                return answer
            if payload and (payload.form or answer.status not in _REDIRECTS_OF_POST):
                return Answer(target, answer.status, problem=f"{host_of(target)} redirects a POST elsewhere")
            following = joined(target, place)
            if following is None:
                return Answer(target, answer.status, problem="redirects to something that is no web address")
            if not same_site(target, following):
                following, credentials = self._without_secrets(following), None
                why = f"{host_of(target)} redirects there"
            target = following
        return Answer(target, problem=f"{host_of(target)} redirects more than {self.limits.redirects} times")

    def _once(self, url: str, credentials: Credentials | None, payload: Payload | None) -> Answer:
        answer = self._timed(url, credentials, payload)
        if self._may_pass(answer):
            self._patience -= 1
            answer = self._timed(url, credentials, payload)
        if answer.status == 429:
            wait = answer.headers.get("retry-after")
            self.stopped = "the API asks to slow down (429)" + (
                f", retry after {_spoken(printable(wait)[:40])}" if wait else ""
            )
        return answer

    def _timed(self, url: str, credentials: Credentials | None, payload: Payload | None) -> Answer:
        if not self.left:
            return Answer(url, problem=self.stopped or self._limit_reached(), unasked=True)
        self.asked += 1
        started = time.monotonic()
        try:
            return self._ask(url, credentials, payload)
        finally:
            self.spent += time.monotonic() - started

    def _may_pass(self, answer: Answer) -> bool:
        """Whether asking again may help; waits as long as the host asks for, where that is short."""
        wait = _asked_to_wait(answer)
        pause = _PAUSE if wait is None else wait
        passing = answer.status in _PASSING or (answer.status == 429 and wait is not None)
        if not passing or not self._patience or not self.left or pause > _LONGEST_PAUSE:
            return False
        time.sleep(pause)
        self.spent += pause
        return True

    def _limit_reached(self) -> str:
        if self.spent >= self.limits.seconds:
            return f"the probe's time of {self.limits.seconds:g} s is used up"
        return f"the probe's limit of {self.ceiling} requests is reached"

    def _ask(self, url: str, credentials: Credentials | None, payload: Payload | None) -> Answer:
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        from pilot.api.problems import problem_of

        headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate", "User-Agent": "dlt-pilot"}
        if credentials and same_site(credentials.site, url):
            headers.update(credentials.headers)
            url = with_query(url, credentials.params)
        try:
            with self._open(url, headers, payload) as response:
                body, cut = self._read(response)
        except (RequestException, HTTPError, OSError, ValueError) as error:
            return Answer(url, problem=problem_of(error, host_of(url)))
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(url, response.status_code, names, body, cut)

    def _open(self, url: str, headers: dict[str, str], payload: Payload | None) -> Response:
        from requests import Session
        from requests.utils import get_environ_proxies

        if self._session is None:
            self._session = Session()
            # A .netrc must not add credentials that nobody agreed to; so the environment is read here.
            self._session.trust_env = False
        remaining = max(0.1, self.limits.seconds - self.spent)
        body = None
        if payload is not None:
            body, headers["Content-Type"] = payload.encoded()
        return self._session.request(
            "GET" if payload is None else "POST",
            url,
            headers=headers,
            data=body,
            timeout=(min(self.limits.connect_seconds, remaining), min(self.limits.read_seconds, remaining)),
            stream=True,
            allow_redirects=False,
            proxies={} if is_loopback(url) else get_environ_proxies(url),
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
        )

    def _read(self, response: Response) -> tuple[bytes, bool]:
        """The body up to the limits of size and time, and whether that is all of it."""
        end = time.monotonic() + min(self.limits.read_seconds, max(0.1, self.limits.seconds - self.spent))
        body = bytearray()
        # read1 hands over what is there: an answer that comes drop by drop can't outlast the limit.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self.limits.size or time.monotonic() > end:
                return bytes(body[: self.limits.size]), True
        return bytes(body), False

    def _without_secrets(self, url: str) -> str:
        """A redirect that repeats the key in its query must not carry it to another host."""
        parts = urlsplit(url)
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if v not in self._secrets]
        return urlunsplit((parts.scheme, parts.netloc.split("@")[-1], parts.path, urlencode(query), ""))


def with_query(url: str, params: Mapping[str, str]) -> str:
    """The URL with these parameters in its query, in place of those of the same name."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in params]
    query = urlencode([*kept, *params.items()])
    return urlunsplit((parts.scheme, parts.netloc.split("@")[-1], parts.path, query, ""))


def _spoken(wait: str) -> str:
    """What Retry-After asks for, with its unit where it is a number."""
    return f"{wait} s" if wait.isdecimal() else wait


def _asked_to_wait(answer: Answer) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date."""
    from email.utils import parsedate_to_datetime

    text = answer.headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - time.time())
