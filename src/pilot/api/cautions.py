"""What a person should know of an answer before its records are loaded: what would be left out, or lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from pilot.api.clashes import clashes
from pilot.api.profile import ApiProfile, AuthKind, Endpoint, PagingKind, Records, Shape
from pilot.api.trails import folded
from pilot.api.vocabulary import word_set
from pilot.api.words import read_words
from pilot.finding import Json

_ASIDE = word_set("errors error links link meta included warnings messages facets aggregations paging pages")
_WALKED = (Shape.LIST, Shape.SINGLE)
"""Records that can be asked for with one value of a parameter after the other."""


def cautions(name: str, body: Json, records: Records) -> Iterator[str]:
    """Lists beside the records, and fields whose names dlt would make one column."""
    chosen = records.selector.removeprefix("$.").split(".")[0].strip("'\"[]*")
    if records.shape is Shape.LIST and isinstance(body, dict):
        for key, value in body.items():
            objects = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
            if objects and key != chosen and folded(key) not in _ASIDE:
                yield f"{name}: the answer holds another list, {key}, which is not loaded"
    for names in clashes(records.fields):
        yield f"{name}: {' and '.join(names)} would become one column unless they get other names"


CUT_SHORT = "the look at the API ended early"
"""How a note begins that tells of a look, and of nothing that lasts."""


def warnings_of(
    profile: ApiProfile | None, complete: Collection[str] = (), *, looked: bool = True
) -> list[str]:
    """What is not sure to be complete, one line each: for the end of a run.

    `complete` are tables that a load has since proven complete, whatever the look at the API left open;
    `looked` tells whether that look was part of what ends now.
    """
    if profile is None:
        return []
    lines: list[str] = []
    for endpoint in profile.endpoints:
        proven = endpoint.name in complete
        lines += [*(() if proven else (*_unseen(endpoint), *_unproven(endpoint))), *_narrowed(endpoint)]
    return [*lines, *(note for note in profile.notes if looked or not note.startswith(CUT_SHORT))]


def left_out(profile: ApiProfile | None) -> tuple[Endpoint, ...]:
    """Endpoints that can't be loaded as they answer; one that waits for its key is none of them."""
    endpoints = profile.endpoints if profile else ()
    waits = profile is not None and profile.auth.kind is not AuthKind.NONE and not profile.seen
    return tuple(
        endpoint
        for endpoint in endpoints
        if endpoint.error and endpoint.records.shape is Shape.UNKNOWN and not (waits and endpoint.wants_key)
    )


def missed(profile: ApiProfile | None, picked: Sequence[str], loaded: Collection[str]) -> list[str]:
    """What was picked by name and is not loaded, with the reason: one line each.

    `loaded` are the tables that there are: a writer may know a way to what could not be seen.
    """
    if profile is None:
        return []
    out = [endpoint for endpoint in left_out(profile) if endpoint.name not in loaded]
    lines = [f"/{e.path.lstrip('/')}: {e.error}" for key in picked for e in out if _is(e, key)]
    unknown = [key for key in picked if not any(_is(endpoint, key) for endpoint in profile.endpoints)]
    return [*dict.fromkeys(lines), *(f"{key}: it was not looked at" for key in unknown)]


def named_in(profile: ApiProfile | None, goal: str) -> tuple[str, ...]:
    """The paths of the endpoints that the person's words name and that were looked at.

    What another named URL begins with is the base of that one.
    """
    urls = [target.url.rstrip("/") for target in read_words(goal).targets]
    bases = {url for url in urls if any(other.startswith(f"{url}/") and "{" not in other for other in urls)}
    paths = {urlsplit(url).path for url in urls if url not in bases}
    known = [f"/{endpoint.path.strip('/')}" for endpoint in (profile.endpoints if profile else ())]
    return tuple(path for path in dict.fromkeys(known) if path in paths)


def _is(endpoint: Endpoint, key: str) -> bool:
    """Whether this endpoint was picked: by the key of a spec, or by a path without one."""
    method, _, path = key.strip().rpartition(" ")
    path = path.partition("?")[0].strip("/").lower()
    own = f"/{endpoint.path.strip('/')}".lower()
    return own.endswith(f"/{path}") and method in ("", endpoint.method)


def _unseen(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.error:
        yield f"{endpoint.path or endpoint.name} was not seen: {endpoint.error}"


def _narrowed(endpoint: Endpoint) -> Iterator[str]:
    """What a parameter's default leaves out, and could not be got."""
    for narrowing in endpoint.narrowings:
        only = f"{endpoint.name}: {narrowing.param} defaults to {narrowing.default}"
        if not narrowing.proven:
            yield f"{only} by the spec: others may be there, and are not read"
        elif narrowing.walked and (endpoint.parent or endpoint.records.shape not in _WALKED):
            yield f"{only}: only those are read"


def _unproven(endpoint: Endpoint) -> Iterator[str]:
    paged = endpoint.paging
    looked = endpoint.records.shape in (Shape.LIST, Shape.TABLE, Shape.CSV, Shape.NDJSON, Shape.UNKNOWN)
    if paged.like and not paged.proven:
        yield f"{endpoint.name}: it is paged as {paged.like} is, which was not verified"
    elif looked and endpoint.records.count and not (paged.proven or paged.kind is PagingKind.NONE):
        yield f"{endpoint.name}: paging was not proven, so there may be more than was loaded"
