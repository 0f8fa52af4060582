"""Functions of the script for what `rest_api_source` can't say: other shapes, other formats."""

from __future__ import annotations

from dataclasses import dataclass

from pilot.writers.builtin import auth
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.literals import Code, Literal, call, literal, quoted

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


NEXT_LINKS = '''\
class NextLinks(JSONLinkPaginator):
    """The end is a page without records or with an empty text for a link: dlt alone would go on."""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        if not (self._next_reference and data):
            self._next_reference = None
'''


@dataclass(frozen=True)
class Function:
    """A function of the script, and the imports that it needs."""

    text: str
    imports: tuple[tuple[str, str], ...] = ()
    """Module and name; an empty name imports the module itself."""


TYPES = (("collections.abc", "Iterator"), ("typing", "Any"))
PAGINATOR = Function(
    NEXT_LINKS,
    (
        ("dlt.sources.helpers.requests", "Response"),
        ("dlt.sources.helpers.rest_client.paginators", "JSONLinkPaginator"),
        ("typing", "Any"),
    ),
)
TURNERS = {"columnar_rows": Function(COLUMNAR, TYPES), "keyed_rows": Function(KEYED, TYPES)}


WITH_CONTEXT = '''\
def {name}(answer: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """What stands beside the records holds for each of them."""
    context = {{name: answer.get(name) for name in {fields}}}
    yield [{{**context, **record}} for record in answer[{key}]]
'''


def turner(resource: Resource, name: str) -> Function:
    """The function that turns the answers of this resource into rows."""
    if not resource.context:
        return TURNERS[name]
    fields = literal([field.name for field in resource.context], indent=4, lead=45)
    key = quoted(resource.endpoint.records.selector.rpartition(".")[2])
    return Function(WITH_CONTEXT.format(name=name, fields=fields, key=key), TYPES)


def client(design: Design) -> Function:
    """What knows the API's address and key, for resources that are read by hand."""
    arguments: dict[str, Literal] = {"base_url": design.base_url}
    imports = [("dlt.sources.helpers.rest_client", "RESTClient")]
    if options := auth.options(design.auth, design.names):
        name = auth.CLASSES[str(options.pop("type"))]
        arguments["auth"] = Code(call(name, options, indent=8, lead=5))
        imports.append(("dlt.sources.helpers.rest_client.auth", name))
    if headers := auth.beside(design.auth, design.names, "header"):
        arguments["headers"] = headers
    made = call("RESTClient", arguments, indent=4, lead=7)
    text = (
        f'def api_client() -> RESTClient:\n    """Knows the API\'s address and key."""\n    return {made}\n'
    )
    return Function(text, tuple(imports))
