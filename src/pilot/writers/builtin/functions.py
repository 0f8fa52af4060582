"""Functions of the script for what `rest_api_source` can't say: other shapes, other formats."""

from __future__ import annotations

from dataclasses import dataclass

from pilot.api.profile import Endpoint, Shape
from pilot.writers.builtin import auth, columns
from pilot.writers.builtin.config import key_hint
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.literals import Code, Literal, call, quoted

COLUMNAR = '''\
def columnar_rows(columns: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """One list per field: the values at the same place are a row."""
    lists = {name: values for name, values in columns.items() if isinstance(values, list)}
    # strict, as lists of different lengths would lose rows without a word
    yield [dict(zip(lists, row)) for row in zip(*lists.values(), strict=True)]
'''

KEYED = '''\
def keyed_rows(records: dict[str, dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """One object holds the records: the key of each becomes a field of its row."""
    yield [{"record_key": key, **record} for key, record in records.items()]
'''

CSV_BODY = """\
    rows = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")){delimiter})
    # an empty value is no value: column hints would fail on empty text
    records = ({{name: value or None for name, value in row.items()}} for row in rows)
"""

NDJSON_BODY = """\
    records = (json.loads(line) for line in response.iter_lines() if line.strip())
"""

BATCHES = """\
    while batch := list(islice(records, 1000)):
        yield batch
"""


@dataclass(frozen=True)
class Function:
    """A function of the script, and the imports that it needs."""

    text: str
    imports: tuple[tuple[str, str], ...] = ()
    """Module and name; an empty name imports the module itself."""


TYPES = (("collections.abc", "Iterator"), ("typing", "Any"))
TURNERS = {"columnar_rows": Function(COLUMNAR, TYPES), "keyed_rows": Function(KEYED, TYPES)}


def client(design: Design) -> Function:
    """What knows the API's address and key, for resources that are read by hand."""
    arguments: dict[str, Literal] = {"base_url": design.base_url}
    imports = [("dlt.sources.helpers.rest_client", "RESTClient")]
    if options := auth.options(design.auth, design.names):
        name = auth.CLASSES[str(options.pop("type"))]
        arguments["auth"] = Code(call(name, options, indent=8, lead=5))
        imports.append(("dlt.sources.helpers.rest_client.auth", name))
    made = call("RESTClient", arguments, indent=4, lead=7)
    text = (
        f'def api_client() -> RESTClient:\n    """Knows the API\'s address and key."""\n    return {made}\n'
    )
    return Function(text, tuple(imports))


def by_hand(resource: Resource, name: str) -> Function:
    """The function of a resource whose answers are not JSON."""
    endpoint = resource.endpoint
    csv = endpoint.records.shape is Shape.CSV
    hints: dict[str, Literal] = {"name": resource.name, "write_disposition": "replace"}
    if endpoint.primary_key:
        hints["primary_key"] = key_hint(endpoint.primary_key)
    if (
        found := columns.csv_hints(endpoint.records.fields)
        if csv
        else columns.json_hints(endpoint.records.fields)
    ):
        hints["columns"] = found
    what = "comma-separated values" if csv else "one JSON object per line"
    text = (
        f"@{call('dlt.resource', hints)}\n"
        f"def {name}() -> Iterator[list[dict[str, Any]]]:\n"
        f'    """The answer is no JSON document, but {what}."""\n'
        f"    response = api_client().{_request(endpoint, stream=not csv)}\n"
        "    response.raise_for_status()\n"
        f"{CSV_BODY.format(delimiter=_delimiter(endpoint)) if csv else NDJSON_BODY}{BATCHES}"
    )
    modules = (("csv", ""), ("io", "")) if csv else (("json", ""),)
    return Function(text, (*modules, ("itertools", "islice"), *TYPES))


def _request(endpoint: Endpoint, stream: bool) -> str:
    arguments: dict[str, Literal] = {"path": endpoint.path}
    if endpoint.params:
        arguments["params"] = dict(endpoint.params)
    if endpoint.body is not None:
        arguments["json"] = dict(endpoint.body)
    if endpoint.headers:
        arguments["headers"] = dict(endpoint.headers)
    if stream:
        arguments["stream"] = True
    return call(endpoint.method.lower(), arguments, indent=4, lead=len("response = api_client()."))


def _delimiter(endpoint: Endpoint) -> str:
    """What the one field of a header that was not split must have been separated by."""
    fields = endpoint.records.fields
    found = [mark for mark in ";\t|" if len(fields) == 1 and mark in fields[0].name]
    return f", delimiter={quoted(found[0])}" if found else ""
