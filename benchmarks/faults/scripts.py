"""Scripts that many cases share, in the ways that people write them; `{base}` stands for the API."""

from __future__ import annotations

HEAD = "import dlt\n"

TAIL = """

if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    print(pipeline.run({source}))
"""


def tail(source: str) -> str:
    """The end of a script that loads this source."""
    return TAIL.replace("{source}", source)


def rest_api(
    paginator: str = '{"type": "json_link", "next_url_path": "next"}',
    endpoint: str = '"data_selector": "results"',
    client: str = "",
    resource: str = "",
    path: str = "people",
) -> str:
    """dlt's own REST source, as its template lays it out."""
    return f"""
import dlt
from dlt.sources.rest_api import RESTAPIConfig, rest_api_resources


@dlt.source(name="people")
def people_source():
    config: RESTAPIConfig = {{
        "client": {{"base_url": "{{base}}/v1", "paginator": {paginator}, {client}}},
        "resource_defaults": {{"primary_key": "id", "write_disposition": "replace"}},
        "resources": [{{"name": "people", "endpoint": {{"path": "{path}", {endpoint}}}, {resource}}}],
    }}
    yield from rest_api_resources(config)
""" + tail("people_source()")


def by_requests(
    body: str, options: str = 'table_name="people", write_disposition="replace"', more: str = ""
) -> str:
    """A resource that asks by hand; `body` is what its function holds."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.strip().splitlines())
    return f"""
import dlt
import requests
{more}

@dlt.resource({options})
def people():
{lines}""" + tail("people()")


def by_client(body: str, setting: str = "", imports: str = "") -> str:
    """A resource over dlt's RESTClient; `body` is what its function holds."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f"""
import dlt
from dlt.sources.helpers.rest_client import RESTClient
{imports}

client = RESTClient(base_url="{{base}}/v1", {setting})


@dlt.resource(table_name="people", write_disposition="replace")
def people():
{lines}""" + tail("people()")
