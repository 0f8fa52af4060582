"""The API profile: what was learned by looking at an API. Evidence, not opinion."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from pilot.finding import Json


class How(str, Enum):
    """How a statement in the profile is known."""

    SEEN = "seen"
    SPEC = "from the spec"
    SAID = "said by the person"
    GUESSED = "guessed"


class AuthKind(str, Enum):
    """How an API wants its key."""

    NONE = "none"
    BEARER = "bearer"
    API_KEY = "api_key"
    BASIC = "http_basic"
    OAUTH2 = "oauth2_client_credentials"
    SIGNED = "signed_requests"
    """Each request carries a signature, made in a way that is the API's own: no rule can write that."""
    UNKNOWN = "unknown"
    """A key is wanted (401 or 403), but where it goes is not known."""


class Shape(str, Enum):
    """How the records lie in an answer."""

    LIST = "list"
    """A JSON list of objects, at `Records.selector`."""
    SINGLE = "single"
    """One JSON object is one record."""
    COLUMNAR = "columnar"
    """One object of equally long lists: one list per field."""
    KEYED = "keyed"
    """One object whose values are the records."""
    TABLE = "table"
    """A list of lists of values, whose names stand once: at `Records.names`, or in the first row."""
    NDJSON = "ndjson"
    CSV = "csv"
    UNKNOWN = "unknown"


class PagingKind(str, Enum):
    """How further pages are asked for; the names are dlt's where dlt has one."""

    NONE = "single_page"
    """One answer holds everything: proven by a total, or by nature (a single object)."""
    HEADER_LINK = "header_link"
    JSON_LINK = "json_link"
    CURSOR = "cursor"
    HEADER_CURSOR = "header_cursor"
    OFFSET = "offset"
    PAGE_NUMBER = "page_number"
    UNKNOWN = "unknown"
    """Not proven: there may be more than one page."""


@dataclass(frozen=True)
class Auth:
    """How the API wants its key."""

    kind: AuthKind = AuthKind.NONE
    location: str | None = None
    """For API_KEY: `header` or `query`."""
    name: str | None = None
    """For API_KEY: the header or query parameter."""
    how: How = How.GUESSED
    note: str = ""
    token_url: str | None = None
    """For OAUTH2: where the token is fetched."""
    scope: str | None = None
    """For OAUTH2: what the token is to allow, where the API asks for it."""
    prefix: str = ""
    """For API_KEY in a header: what stands before the key, as in `Authorization: Token …`."""
    sole: bool = False
    """For BASIC: the one key is the user's name, and there is no password."""
    beside: tuple[Auth, ...] = ()
    """Further keys that are wanted together with this one, each in a header or a query parameter."""


@dataclass(frozen=True)
class Field:
    """One field of the records."""

    name: str
    types: tuple[str, ...]
    """Of `text bigint hugeint double bool timestamp date decimal_text object list null`, as they came."""
    nullable: bool = False
    rewritten: bool = False
    """It holds text that DuckDB's JSON reader takes for a time or a UUID, and would write otherwise."""


@dataclass(frozen=True)
class Records:
    """Where the records are in an answer and what they look like."""

    shape: Shape = Shape.UNKNOWN
    selector: str = "$"
    """A JSONPath as dlt's `data_selector` takes it; `$` is the whole answer."""
    count: int = 0
    """Records seen in the first answer."""
    fields: tuple[Field, ...] = ()
    how: How = How.SEEN
    delimiter: str = ""
    """For CSV: what stands between the values."""
    encoding: str = ""
    """For CSV: how its characters are written, where that is not UTF-8."""
    names: str = ""
    """For TABLE: the JSONPath of the names; empty where the first row holds them."""
    beside: tuple[Field, ...] = ()
    """Fields that stand beside the records and are part of what they say: the `base` of a list of rates."""


@dataclass(frozen=True)
class Paging:
    """How further pages are asked for, and whether that was proven by fetching one."""

    kind: PagingKind = PagingKind.UNKNOWN
    proven: bool = False
    """A second page was fetched and held other records (or a total proved there is none)."""
    options: dict[str, Json] = field(default_factory=dict)
    """dlt's own paginator options, e.g. `{"cursor_path": "next", "cursor_param": "after"}`."""
    page_size: int | None = None
    """Records on a full page, or the largest size that the API was seen to allow."""
    size_param: str | None = None
    """The query parameter that sets the page size."""
    how: How = How.GUESSED
    note: str = ""
    """One line for the person and for a comment in the script: `cursor, seen on page 2`."""
    end_status: int | None = None
    """The status that means "no such page": the page after the last is answered with it, not with none."""
    empty_end: bool = False
    """For JSON_LINK: the end is an empty text for a link, or an empty page that leads on; not so for dlt."""
    like: str = ""
    """The endpoint that pages in this way too: it was proven there, and here only where `proven` says so."""
    overlaps: bool = False
    """Pages were seen to share records: each is there once only when they are merged by key."""


@dataclass(frozen=True)
class CursorField:
    """A field that can serve for incremental loading."""

    name: str
    param: str | None = None
    """The request parameter that filters on it, when one was proven."""
    proven: bool = False
    template: str = "{value}"
    """What the parameter takes: the value itself, or an expression around it (OData's `$filter`)."""


@dataclass(frozen=True)
class Narrowing:
    """A request parameter that narrows what comes where it is not sent: `status` defaults to `available`."""

    param: str
    default: str
    """What comes without it."""
    values: tuple[str, ...] = ()
    """Everything that it takes, the default first."""
    proven: bool = False
    """Another value was seen to give other records."""
    whole: str = ""
    """The value that was seen to give everything, and is sent with every request: `all`."""
    how: How = How.SPEC

    @property
    def walked(self) -> bool:
        """Whether each value has to be asked for to get everything."""
        return self.proven and not self.whole


@dataclass(frozen=True)
class Endpoint:
    """One path of the API, as seen."""

    path: str
    """Relative to the base URL, without query: `v1/users`."""
    name: str
    """A name for its resource and table: `users`."""
    method: str = "GET"
    params: dict[str, str] = field(default_factory=dict)
    """Query parameters that the person named, sent with every request."""
    body: dict[str, Json] | None = None
    """For a POST that reads: the JSON body."""
    status: int | None = None
    content_type: str | None = None
    records: Records = field(default_factory=Records)
    paging: Paging = field(default_factory=Paging)
    primary_key: tuple[str, ...] = ()
    """Unique and present over everything seen; empty where nothing was."""
    cursors: tuple[CursorField, ...] = ()
    total: int | None = None
    """The number of records that the API itself states."""
    error: str = ""
    """Why nothing could be seen: one line, free of secrets."""
    parent: str | None = None
    """The name of the endpoint whose records fill a `{placeholder}` of the path."""
    bindings: dict[str, str] = field(default_factory=dict)
    """Placeholder of the path → field of the parent's records."""
    headers: dict[str, str] = field(default_factory=dict)
    """Request headers (no secrets) that this endpoint needs."""
    samples: tuple[str, ...] = ()
    """A few records as JSON, cut short: only where the person shares row values."""
    narrowings: tuple[Narrowing, ...] = ()
    """Parameters with a default that leaves records out."""
    refused: bool = False
    """Its answer was a refusal for lack of a key, whatever the status says."""

    @property
    def wants_key(self) -> bool:
        """Whether nothing can be seen of it without a key, or with this one."""
        return self.refused or self.status in (401, 403)


@dataclass(frozen=True)
class ApiProfile:
    """Everything learned about an API: names, types and shapes; row values only where they are shared."""

    base_url: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    auth: Auth = field(default_factory=Auth)
    limits: dict[str, Json] = field(default_factory=dict)
    """Rate limit headers and the like, as seen."""
    notes: tuple[str, ...] = ()
    """What could not be looked at, and why: one line each."""
    requests: int = 0
    seconds: float = 0.0
    docs: str = ""
    """Documentation in prose that the person gave, for a model."""

    @property
    def seen(self) -> bool:
        """Whether at least one endpoint answered with records."""
        known = (e.records for e in self.endpoints if not e.error)
        return any(records.shape is not Shape.UNKNOWN and records.how is How.SEEN for records in known)
