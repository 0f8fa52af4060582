"""What an operation answers, as its schema says: where the records are, what they look like, how it pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pilot.api.body import Body
from pilot.api.envelope import Envelope, envelope_of
from pilot.api.openapi.document import Document
from pilot.api.openapi.parameters import Parameter, Role, with_role
from pilot.api.openapi.sampling import Sampler
from pilot.api.profile import How, Paging, PagingKind, Records, Shape
from pilot.api.records import Found, find_records
from pilot.api.trails import folded, json_path
from pilot.api.vocabulary import IDENTITY
from pilot.finding import Json

_TEXTS = {"csv": Shape.CSV, "ndjson": Shape.NDJSON, "jsonl": Shape.NDJSON, "jsonlines": Shape.NDJSON}
_LISTS = (Shape.LIST, Shape.KEYED, Shape.COLUMNAR, Shape.CSV, Shape.NDJSON)


@dataclass(frozen=True)
class Said:
    """What the spec says of an answer."""

    records: Records = field(default_factory=lambda: Records(how=How.SPEC))
    envelope: Envelope = field(default_factory=lambda: Envelope(""), repr=False)
    found: Found = field(default_factory=Found, repr=False)
    content_type: str | None = None
    known: bool = False
    """Whether there is a schema at all."""

    @property
    def is_list(self) -> bool:
        """Whether it holds several records."""
        return self.records.shape in _LISTS


def answer_of(document: Document, operation: dict[str, Json], path: str) -> Said:
    """The successful answer of an operation."""
    response = _response(document, document.resolve(operation.get("responses")))
    content_type, schema, example = _content(document, operation, response)
    shape = next((s for mark, s in _TEXTS.items() if content_type and mark in content_type), None)
    if shape is not None:
        return Said(Records(shape, how=How.SPEC), content_type=content_type, known=True)
    sample = Sampler(document).sample(schema) if schema else example
    if not isinstance(sample, (dict, list)) or not sample:
        return Said(content_type=content_type)
    found = find_records(Body(sample, Shape.LIST), path)
    if found.problem:
        return Said(content_type=content_type, known=True)
    headers = {"link": '<https://api.example.com/>; rel="next"'} if _links(response) else {}
    envelope = envelope_of("https://api.example.com/", sample, headers, found.trail)
    return Said(replace(found.records, count=0, how=How.SPEC), envelope, found, content_type, True)


def _response(document: Document, responses: dict[str, Json]) -> dict[str, Json]:
    successes = [code for code in responses if code.upper() == "2XX" or (code[:1] == "2" and len(code) == 3)]
    for code in ("200", *successes, "default"):
        if code in responses:
            return document.resolve(responses[code])
    return {}


def _content(
    document: Document, operation: dict[str, Json], response: dict[str, Json]
) -> tuple[str | None, Json, Json]:
    """The content type, the schema and an example of an answer."""
    if document.is_swagger:
        produces = operation.get("produces") or document.root.get("produces")
        kinds = [str(kind) for kind in produces] if isinstance(produces, list) else []
        kind = next((k for k in kinds if "json" in k), kinds[0] if kinds else None)
        examples = document.resolve(response.get("examples"))
        return kind, response.get("schema"), next(iter(examples.values()), None)
    content = document.resolve(response.get("content"))
    json_kinds = [kind for kind in content if "json" in kind and not any(t in kind for t in _TEXTS)]
    kind = next(iter([*json_kinds, *(k for k in content if k == "*/*"), *content]), None)
    media = document.resolve(content.get(kind)) if kind else {}
    examples = document.resolve(media.get("examples"))
    first = document.resolve(next(iter(examples.values()), None)).get("value")
    return kind, media.get("schema"), media.get("example", first)


def _links(response: dict[str, Json]) -> bool:
    headers = response.get("headers")
    return isinstance(headers, dict) and any(name.lower() == "link" for name in headers)


def key_hint(records: Records, name: str) -> tuple[str, ...]:
    """The field that a spec's reader would take for the key."""
    singular = folded(name).rstrip("s")
    ranked = [f.name for f in records.fields if folded(f.name) in IDENTITY]
    ranked += [f.name for f in records.fields if folded(f.name) in (f"{singular}id", f"{singular}uuid")]
    exact = [one for one in ranked if one.lower() == "id"]
    return tuple([*exact, *ranked][:1])


def paging_of(said: Said, parameters: Sequence[Parameter]) -> Paging:
    """How further pages are asked for, as the spec says. Nothing of it is proven."""
    size = with_role(parameters, Role.SIZE)
    cursor, offset, page = (with_role(parameters, role) for role in (Role.CURSOR, Role.OFFSET, Role.PAGE))
    envelope, more = said.envelope, said.envelope.has_more()
    has_more: dict[str, Json] = {"has_more_path": more.path} if more else {}
    total = envelope.total(0)
    total_path = total[1].path if total and total[1] else None
    link = next(envelope.next_links(), None)
    signs = envelope.cursors()
    if envelope.header_link():
        return _paging(PagingKind.HEADER_LINK, {}, size, "a Link header")
    if link:
        return _paging(
            PagingKind.JSON_LINK, {"next_url_path": link[0].path}, size, f"a link at {link[0].path}"
        )
    if cursor:
        path = signs[0].path if signs else _last_key(said)
        options = {"cursor_path": path, "cursor_param": cursor.name, **has_more}
        return _paging(PagingKind.CURSOR, options, size, f"{path} sent as {cursor.name}")
    if page:
        base = page.default if page.default in (0, 1) else (0 if page.smallest == 0 else 1)
        options = {"base_page": base, "page_param": page.name, "total_path": None, **has_more}
        return _paging(PagingKind.PAGE_NUMBER, options, size, f"page numbers in {page.name}")
    if offset:
        limit: Mapping[str, Json] = {"limit_param": size.name} if size else {}
        options = {"offset_param": offset.name, **limit, "total_path": total_path, **has_more}
        return _paging(PagingKind.OFFSET, options, size, f"offsets in {offset.name}")
    note = "the spec names no way to further pages"
    return Paging(PagingKind.UNKNOWN, size_param=size.name if size else None, how=How.SPEC, note=note)


def _paging(kind: PagingKind, options: dict[str, Json], size: Parameter | None, what: str) -> Paging:
    most = f", at most {size.largest} on a page" if size and size.largest else ""
    return Paging(
        kind,
        options=options,
        size_param=size.name if size else None,
        how=How.SPEC,
        note=f"the spec says {what}{most}",
    )


def _last_key(said: Said) -> str:
    """Where no cursor is in the answer, the last record's key leads on."""
    key = (key_hint(said.records, "") or ("id",))[0]
    return json_path((*said.found.trail, -1, *said.found.inner, key))
