"""Functions of the script that read CSV and NDJSON, page by page: `rest_api_source` takes all for JSON."""

from __future__ import annotations

from collections.abc import Mapping

from pilot.api.profile import Endpoint, PagingKind, Shape
from pilot.finding import Json
from pilot.writers.builtin import columns
from pilot.writers.builtin.config import function_hints, paging_note
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.functions import TYPES, Function
from pilot.writers.builtin.literals import Literal, call, comment, literal, quoted

CSV_ROWS = """\
{indent}rows = csv.DictReader(io.StringIO(response.content.decode({encoding})){delimiter})
{indent}# an empty value is no value: column hints would fail on empty text
{indent}records = [{{name: value or None for name, value in row.items()}} for row in rows]
"""

NDJSON_ROWS = """\
{indent}records = [json.loads(line) for line in response.iter_lines() if line.strip()]
"""

ONE_PAGE = """\
    response = api_client().{method}({path}{request})
    response.raise_for_status()
{rows}    yield records
"""

STREAM = """\
    response = api_client().{method}({path}{request}, stream=True)
    response.raise_for_status()
    # in pieces, as the answer may be larger than the memory
    yield from chunks((json.loads(line) for line in response.iter_lines() if line.strip()), 1000)
"""

COUNTED_PAGES = """\
    client = api_client()
    params: dict[str, Any] = {params}
{note}    while True:
        response = client.{method}({path}, params=params{request})
{end}        response.raise_for_status()
{rows}        if not records:
            return
        yield records
        params[{name}] += {step}
"""

LINKED_PAGES = """\
    client = api_client()
    response = client.{method}({path}{request})
{note}    while True:
        response.raise_for_status()
{rows}        yield records
        if "next" not in response.links:
            return
        response = client.{method}(urljoin(response.url, response.links["next"]["url"]){headers})
"""

PAST_THE_END = """\
        if response.status_code == {status}:  # that is how this API answers for the page after the last
            return
"""


def reading(resource: Resource, name: str) -> Function:
    """The function of a resource whose answers are not JSON."""
    endpoint = resource.endpoint
    csv = endpoint.records.shape is Shape.CSV
    what = "comma-separated values" if csv else "one JSON object per line"
    body, imports = _body(resource, csv)
    text = (
        f"@{call('dlt.resource', _hints(resource, csv))}\n"
        f"def {name}() -> Iterator[list[dict[str, Any]]]:\n"
        f'    """The answer is no JSON document, but {what}."""\n'
        f"{body}"
    )
    modules = (("csv", ""), ("io", "")) if csv else (("json", ""),)
    return Function(text, (*modules, *imports, *TYPES))


def _hints(resource: Resource, csv: bool) -> dict[str, Literal]:
    fields = resource.endpoint.records.fields
    return function_hints(resource, columns.csv_hints(fields) if csv else columns.json_hints(fields))


def _body(resource: Resource, csv: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    endpoint, paging = resource.endpoint, resource.endpoint.paging
    parts = {"method": endpoint.method.lower(), "path": quoted(endpoint.path)}
    note = comment(paging_note(resource), 4)
    if resource.paged and paging.kind is PagingKind.HEADER_LINK:
        request = _keywords(endpoint, {**endpoint.params, **_size(endpoint)})
        rows, headers = _rows(endpoint, csv, 8), _keywords(endpoint, {})
        linked = LINKED_PAGES.format(**parts, note=note, rows=rows, request=request, headers=headers)
        return linked, (("urllib.parse", "urljoin"),)
    if resource.by_number:
        return _counted(resource, csv, {**parts, "note": note, "request": _keywords(endpoint, {})}), ()
    request = _keywords(endpoint, endpoint.params)
    if csv:
        return note + ONE_PAGE.format(**parts, request=request, rows=_rows(endpoint, csv, 4)), ()
    return note + STREAM.format(**parts, request=request), (("dlt.common.utils", "chunks"),)


def _counted(resource: Resource, csv: bool, parts: Mapping[str, str]) -> str:
    """Pages by number or by offset, until one is empty."""
    endpoint, options = resource.endpoint, resource.endpoint.paging.options
    counted, step = str(options.get("page_param") or "page"), 1
    first: dict[str, Json] = {counted: options.get("base_page", 0)}
    if endpoint.paging.kind is PagingKind.OFFSET:
        counted, limit = str(options.get("offset_param")), options.get("limit")
        first = {str(options.get("limit_param")): limit, counted: options.get("offset", 0)}
        step = limit if isinstance(limit, int) else 1
    else:
        first |= _size(endpoint)
    params = literal({**endpoint.params, **first}, indent=4, lead=len("params: dict[str, Any] = "))
    status = endpoint.paging.end_status
    end = PAST_THE_END.format(status=status) if status else ""
    rows = _rows(endpoint, csv, 8)
    return COUNTED_PAGES.format(**parts, params=params, end=end, rows=rows, name=quoted(counted), step=step)


def _size(endpoint: Endpoint) -> dict[str, Json]:
    paging = endpoint.paging
    return {paging.size_param: paging.page_size} if paging.size_param and paging.page_size else {}


def _keywords(endpoint: Endpoint, params: Mapping[str, Json]) -> str:
    """Further arguments of a request, after the path."""
    given: dict[str, Literal] = {}
    if params:
        given["params"] = dict(params)
    if endpoint.body is not None:
        given["json"] = dict(endpoint.body)
    if endpoint.headers:
        given["headers"] = dict(endpoint.headers)
    return "".join(f", {name}={literal(value, indent=8)}" for name, value in given.items())


def _rows(endpoint: Endpoint, csv: bool, indent: int) -> str:
    mark = endpoint.records.delimiter
    delimiter = f", delimiter={quoted(mark)}" if mark and mark != "," else ""
    encoding = quoted(endpoint.records.encoding or "utf-8-sig")
    return (CSV_ROWS if csv else NDJSON_ROWS).format(
        indent=" " * indent, delimiter=delimiter, encoding=encoding
    )
