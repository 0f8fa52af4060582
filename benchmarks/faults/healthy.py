"""Pipelines with nothing wrong: whatever pilot finds in them is a false alarm."""

from __future__ import annotations

from benchmarks.faults.case import Case
from tests.support.api_server import Reply, Request, people

PEOPLE = people(25)


def pages(request: Request) -> Reply:
    """Ten people on a page, with a link to the next one."""
    page = request.number("page", 1)
    more = page * 10 < len(PEOPLE)
    next_page = f"{request.base}{request.path}?page={page + 1}" if more else None
    return Reply(
        data={"results": PEOPLE[page * 10 - 10 : page * 10], "next": next_page, "count": len(PEOPLE)}
    )


REST_API = """
import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source({
    "client": {"base_url": "{base}/v1", "paginator": {"type": "json_link", "next_url_path": "next"}},
    "resource_defaults": {"primary_key": "id", "write_disposition": "replace"},
    "resources": [{"name": "people", "endpoint": {"path": "people", "data_selector": "results"}}],
})

if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="case", destination="duckdb", dataset_name="case_data")
    print(pipeline.run(source))
"""

HEALTHY: tuple[Case, ...] = (
    Case("healthy/rest_api", REST_API, routes=lambda: {"/v1/people": pages}, rows={"people": 25}),
)
