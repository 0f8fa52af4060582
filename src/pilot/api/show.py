"""The profile as a table for a person, and as terse text for a model. Never a row's values."""

from __future__ import annotations

from pilot.api.profile import (
    ApiProfile,
    Auth,
    AuthKind,
    Endpoint,
    Field,
    How,
    Narrowing,
    Paging,
    PagingKind,
    Records,
    Shape,
)
from pilot.screen import Block, Line, Table

_MOST_FIELDS = 60
_SHORT = {"bigint": "int", "hugeint": "int > 64 bits", "double": "float", "decimal_text": "number as text"}
_AUTH = {
    AuthKind.NONE: "none wanted",
    AuthKind.BEARER: "Bearer token",
    AuthKind.BASIC: "HTTP Basic",
    AuthKind.OAUTH2: "OAuth2 client credentials",
    AuthKind.SIGNED: "a signature of each request",
    AuthKind.UNKNOWN: "a key is wanted, how is not known",
}


def profile_blocks(profile: ApiProfile) -> tuple[Block, ...]:
    """What was learned, in one short table and the notes."""
    blocks: list[Block] = []
    if profile.endpoints:
        single = len(profile.endpoints) == 1
        rows = [row for endpoint in profile.endpoints for row in _rows(profile, endpoint, single)]
        rows.append(("Auth", auth_text(profile.auth, profile)))
        if profile.limits:
            rows.append(("Limits", ", ".join(f"{k}: {v}" for k, v in list(profile.limits.items())[:3])))
        rows.append(("Asked", f"{_plural(profile.requests, 'request')}, {profile.seconds:.1f} s"))
        blocks.append(Table(("", "What was seen"), tuple(rows), wraps=True))
    tone = "warn" if profile.endpoints else "quiet"
    return (*blocks, *(Line(note, tone) for note in profile.notes))


def profile_line(profile: ApiProfile) -> str:
    """The result in one line."""
    if not profile.endpoints:
        return profile.notes[0] if profile.notes else "nothing to look at"
    seen = [e for e in profile.endpoints if not e.error]
    if not seen:
        return f"{profile.endpoints[0].path or profile.base_url}: {profile.endpoints[0].error}"
    parts = [f"{endpoint.name}: {_records(endpoint)}, {_briefly(endpoint.paging)}" for endpoint in seen]
    missed = len(profile.endpoints) - len(seen)
    return "; ".join(parts) + (f"; {missed} not seen" if missed else "")


def _briefly(paging: Paging) -> str:
    return f"paging: {_kind(paging)}" if paging.proven else "paging not proven"


def _kind(paging: Paging) -> str:
    return "one page" if paging.kind is PagingKind.NONE else paging.kind.value.replace("_", " ")


def _rows(profile: ApiProfile, endpoint: Endpoint, single: bool) -> list[tuple[str, str]]:
    address = f"{profile.base_url.rstrip('/')}/{endpoint.path}"
    rows = [("Endpoint", f"{endpoint.method} {address}")]
    if endpoint.status:
        rows.append(("Status", " ".join(filter(None, (str(endpoint.status), endpoint.content_type)))))
    if endpoint.error:
        rows.append(("Problem", endpoint.error))
        if endpoint.records.shape is Shape.UNKNOWN:
            return rows
    rows.append(("Records", _records(endpoint)))
    if names := _names(endpoint.records):
        rows.append(("Names", names))
    if beside := endpoint.records.beside:
        rows.append(("Beside them", ", ".join(field.name for field in beside)))
    rows.append(("Paging", paging_text(endpoint.paging)))
    rows.append(("Key", " + ".join(endpoint.primary_key) or "none seen"))
    rows += [("Left out", narrowing_text(narrowing)) for narrowing in endpoint.narrowings]
    if newer := [c for c in endpoint.cursors if c.proven]:
        rows.append(("What is new", ", ".join(f"{c.param} filters by {c.name}" for c in newer)))
    return rows if single else [*rows, ("", "")]


def _records(endpoint: Endpoint) -> str:
    records = endpoint.records
    where = "at the top" if records.selector == "$" else f"at {records.selector}"
    if records.how is How.SPEC:
        return f"{records.shape.value} {where}, {_plural(len(records.fields), 'field')} (from the spec)"
    if records.shape is Shape.SINGLE:
        return f"one object {where}, {_plural(len(records.fields), 'field')}"
    if not records.count:
        return f"an empty list {where}: 0 records"
    kind = "" if records.shape is Shape.LIST else f" ({records.shape.value})"
    total = f" of {endpoint.total}" if endpoint.total and endpoint.total > records.count else ""
    return f"{_plural(records.count, 'record')}{total} {where}{kind}, {_plural(len(records.fields), 'field')}"


def _names(records: Records) -> str:
    """Where the names of rows of values stand."""
    if records.shape is not Shape.TABLE:
        return ""
    return f"at {records.names}" if records.names else "in the first row"


def paging_text(paging: Paging) -> str:
    """How it pages, in honest words."""
    if paging.proven:
        return f"{_kind(paging)}: {paging.note}" if paging.note else _kind(paging)
    if paging.like:
        return f"not verified here, {paging.note}"
    return "not proven" + (f": {paging.note}" if paging.note else "")


def narrowing_text(narrowing: Narrowing) -> str:
    """What a parameter's default leaves out, and what is done about it."""
    default = f"without {narrowing.param} only {narrowing.default} ones come"
    if narrowing.whole:
        return f"nothing: {default}, so {narrowing.param}={narrowing.whole} is sent"
    if narrowing.proven:
        return f"nothing: {default}, so each value is asked for: {', '.join(narrowing.values)}"
    return f"not proven: {narrowing.param} defaults to {narrowing.default}: only those may be read"


def auth_text(auth: Auth, profile: ApiProfile) -> str:
    """How the key is sent, and how that is known."""
    if auth.kind is AuthKind.NONE and not profile.seen:
        return "not known"
    text = _AUTH.get(auth.kind) or f"API key in the {auth.location} {auth.name}"
    text += f", after the word {auth.prefix}" if auth.prefix else ""
    text += ", the key as the user's name" if auth.sole else ""
    text += "".join(f", and the {key.location} {key.name}" for key in auth.beside)
    known = "" if auth.kind in (AuthKind.NONE, AuthKind.UNKNOWN) else auth.how.value
    more = "; ".join(filter(None, (known, auth.note)))
    return f"{text} ({more})" if more else text


def profile_text(profile: ApiProfile) -> str:
    """The profile for a model: names, types, shapes, options in dlt's words."""
    if not profile.endpoints:
        return "\n".join(["API: not probed.", *profile.notes])
    lines = [f"base_url: {profile.base_url}", f"auth: {_auth_for_model(profile)}"]
    for endpoint in profile.endpoints:
        lines += _endpoint_for_model(endpoint)
    if "retry-after" in profile.limits:
        lines.append(f"retry-after: {profile.limits['retry-after']}")
    return "\n".join([*lines, *(f"note: {note}" for note in profile.notes)])


def _auth_for_model(profile: ApiProfile) -> str:
    beside = (f"; and the {key.location} {key.name}, a secret of its own" for key in profile.auth.beside)
    return _main_auth_for_model(profile) + "".join(beside)


def _main_auth_for_model(profile: ApiProfile) -> str:
    auth = profile.auth
    if auth.kind is AuthKind.API_KEY:
        prefix = f", sent as '{auth.prefix} <key>'" if auth.prefix else ""
        return f"api_key, location={auth.location}, name={auth.name}{prefix} ({auth.how.value})"
    if auth.sole:
        return "http_basic, the key as username, empty password"
    if auth.kind is AuthKind.NONE:
        return "none" if profile.seen else "unknown"
    token = f", token_url={auth.token_url}" if auth.token_url else ""
    return f"{auth.kind.value}{token} ({auth.note or auth.how.value})"


def _endpoint_for_model(endpoint: Endpoint) -> list[str]:
    query = f" params={endpoint.params}" if endpoint.params else ""
    body = f" json={endpoint.body}" if endpoint.body is not None else ""
    lines = [f"{endpoint.method} {endpoint.path} (resource {endpoint.name}){query}{body}"]
    if endpoint.error:
        lines.append(f"  not seen: {endpoint.error}")
        if endpoint.records.shape is Shape.UNKNOWN:
            return lines
        lines.append("  from the spec, not seen:")
    records = endpoint.records
    shape = "" if records.shape is Shape.LIST else f" {records.shape.value}"
    total = f" of {endpoint.total}" if endpoint.total is not None else ""
    lines.append(f"  records: data_selector={records.selector!r}{shape}, {records.count}{total}")
    lines.append(f"  fields: {_fields(records.fields)}")
    if names := _names(records):
        lines.append(f"  each record is a list of values; their names are {names}")
    if records.beside:
        lines.append(f"  beside the records, the same for each of them: {_fields(records.beside)}")
    lines.append(f"  paging: {_paging_for_model(endpoint.paging)}")
    lines += [f"  {_narrowing_for_model(narrowing)}" for narrowing in endpoint.narrowings]
    if endpoint.primary_key:
        lines.append(f"  primary_key: {', '.join(endpoint.primary_key)}")
    if endpoint.cursors:
        lines.append(f"  times: {', '.join(cursor.name for cursor in endpoint.cursors)}")
    lines += [f"  sample: {sample}" for sample in endpoint.samples]
    for cursor in (c for c in endpoint.cursors if c.proven):
        lines.append(f"  incremental: {cursor.param}={cursor.template} filters by {cursor.name}")
    return lines


def _fields(fields: tuple[Field, ...]) -> str:
    """Fields by type: `int id, age?; text name`. `?` is nullable."""
    by_type: dict[str, list[str]] = {}
    for one in fields[:_MOST_FIELDS]:
        kinds = [_SHORT.get(kind, kind) for kind in one.types if kind != "null"] or ["null"]
        by_type.setdefault("|".join(kinds), []).append(one.name + ("?" if one.nullable else ""))
    text = "; ".join(f"{kind} {', '.join(names)}" for kind, names in by_type.items())
    return (
        f"{text}; and {len(fields) - _MOST_FIELDS} more"
        if len(fields) > _MOST_FIELDS
        else text or "none seen"
    )


def _narrowing_for_model(narrowing: Narrowing) -> str:
    param, values = narrowing.param, ", ".join(narrowing.values)
    if narrowing.whole:
        return f"filter: without {param}={narrowing.whole} only {narrowing.default} ones come"
    only = f"filter: {param} defaults to {narrowing.default}, so other records are left out"
    if narrowing.proven:
        return f"{only}; to load all, ask for each value of {param}: {values}"
    return f"{only} (from the spec, not proven); values: {values}"


def _paging_for_model(paging: Paging) -> str:
    return _options_for_model(paging) + _size_for_model(paging)


def _size_for_model(paging: Paging) -> str:
    """The parameter of the page size, where the options do not name it."""
    if not paging.size_param or paging.options.get("limit_param") == paging.size_param:
        return ""
    if paging.page_size is None:
        return f"; page size: {paging.size_param}"
    return f"; largest pages: params {{'{paging.size_param}': {paging.page_size}}}"


def _options_for_model(paging: Paging) -> str:
    if paging.kind is not PagingKind.UNKNOWN and paging.how is How.SPEC:
        said = {"type": paging.kind.value, **paging.options}
        return f"{said} (from the spec, not proven)"
    if paging.kind is PagingKind.UNKNOWN or not (paging.proven or paging.like):
        return f"not proven ({paging.note})" if paging.note else "not proven"
    options = {"type": paging.kind.value, **paging.options}
    end = f", {paging.end_status} ends it" if paging.end_status else ""
    end += "" if paging.proven else f" (proven at {paging.like}, not verified here)"
    return f"{options}{end}"


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
