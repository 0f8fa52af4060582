"""The pages of an endpoint, for functions of the script that read them through dlt's client."""

from __future__ import annotations

from pilot.api.profile import PagingKind
from pilot.writers.builtin.config import EMPTY_END, paginator_options, request_body, size_params
from pilot.writers.builtin.design import Resource
from pilot.writers.builtin.literals import Code, Literal, call

PAGINATORS = {
    PagingKind.HEADER_LINK: "HeaderLinkPaginator",
    PagingKind.JSON_LINK: "JSONLinkPaginator",
    PagingKind.CURSOR: "JSONResponseCursorPaginator",
    PagingKind.HEADER_CURSOR: "HeaderCursorPaginator",
    PagingKind.OFFSET: "OffsetPaginator",
    PagingKind.PAGE_NUMBER: "PageNumberPaginator",
}
"""dlt's class for each way to further pages."""


def pages_of(resource: Resource) -> str:
    """The expression that asks for them."""
    endpoint = resource.endpoint
    arguments: dict[str, Literal] = {"*path": endpoint.path}
    if endpoint.method != "GET":
        arguments["method"] = endpoint.method
    if params := {**endpoint.params, **size_params(resource)}:
        arguments["params"] = params
    if endpoint.body is not None:
        arguments["json"] = dict(request_body(resource))
    if endpoint.headers:
        arguments["headers"] = dict(endpoint.headers)
    made = call(_paginator(resource), paginator_options(resource), indent=8, lead=len("paginator="))
    arguments["paginator"] = Code(made if resource.paged else f"{_paginator(resource)}()")
    arguments["data_selector"] = endpoint.records.selector
    return call("api_client().paginate", arguments, indent=4, lead=len("pages = "))


def imports_of(resource: Resource) -> tuple[tuple[str, str], ...]:
    """What that expression needs."""
    name = _paginator(resource)
    return () if name == EMPTY_END else (("dlt.sources.helpers.rest_client.paginators", name),)


def _paginator(resource: Resource) -> str:
    paging = resource.endpoint.paging
    if not resource.paged:
        return "SinglePagePaginator"
    return EMPTY_END if paging.empty_end else PAGINATORS[paging.kind]
