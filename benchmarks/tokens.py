"""How many tokens pilot's requests have: `python -m benchmarks.tokens`.

A scripted local model answers; every request is counted as it was sent. Counts are pilot's own estimate (by
kind of character, without a vocabulary): within about 10 % of what current models count for code and prose.
The prefix is the system message: the same bytes in every request, which endpoints cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilot.api.profile import ApiProfile, Endpoint, Field, Paging, PagingKind, Records, Shape
from pilot.finding import Finding, FindingKind, Remedy
from pilot.model.budget import estimate_tokens
from pilot.model.client import Endpoint as ModelEndpoint
from pilot.model.client import Gate, ModelClient
from pilot.model.preferences import limits_of
from pilot.names import ProjectNames
from pilot.shipped import ROOT
from pilot.warehouse.tables import Column, TableInfo
from pilot.writers.model_writer import ModelWriter
from pilot.writers.writer import Brief
from tests.support.model_server import ModelServer

SCRIPT = '''"""Loads the weather."""

from itertools import islice

import dlt
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source


def weather_source():
    """Observations."""
    config: RESTAPIConfig = {
        "client": {"base_url": "http://127.0.0.1:8000/", "paginator": {"type": "single_page"}},
        "resources": [
            {
                "name": "weather",
                "primary_key": "id",
                "write_disposition": "merge",
                "endpoint": {"path": "weather", "data_selector": "$"},
            }
        ],
    }
    return rest_api_source(config, name="weather")


if __name__ == "__main__":
    # preview: shows the first records and stops; pilot removes it before the load
    for resource in weather_source().resources.values():
        for record in islice(resource, 3):
            print(record)
    exit()

    pipeline = dlt.pipeline(pipeline_name="weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(weather_source(), loader_file_format="jsonl"))
'''
FIELDS = (
    Field("id", ("bigint",)),
    Field("city", ("text",)),
    Field("observed_at", ("timestamp",)),
    Field("temperature", ("double",), nullable=True),
)
PROFILE = ApiProfile(
    base_url="http://127.0.0.1:8000/",
    endpoints=(
        Endpoint(
            "weather",
            "weather",
            status=200,
            content_type="application/json",
            records=Records(Shape.LIST, "$", 20, FIELDS),
            paging=Paging(PagingKind.NONE, True),
            primary_key=("id",),
            total=20,
        ),
    ),
)
FINDING = Finding(
    FindingKind.CODE_ERROR,
    "weather_pipeline.py:12: KeyError: 'data'",
    Remedy.REPAIR,
    {
        "error": "builtins.KeyError: 'data'",
        "frames": [
            {
                "file": "weather_pipeline.py",
                "line": 12,
                "function": "weather",
                "code": 'yield requests.get(f"{BASE}/weather").json()["data"]',
            }
        ],
        "dlt_step": "extract",
    },
)
TABLES = (TableInfo("weather_data", "weather", 20, tuple(Column(field.name, "VARCHAR") for field in FIELDS)),)


@dataclass(frozen=True)
class Row:
    """One request."""

    name: str
    prefix: int
    beyond: int


def main() -> None:
    """Ask for a draft, a repair and a query, and print what each took."""
    rows = requests()
    draft, repair, query = rows
    print(f"{'request':<34}{'prefix':>8}{'beyond':>8}{'as sent':>9}")
    for row in rows:
        print(f"{row.name:<34}{row.prefix:>8}{row.beyond:>8}{row.prefix + row.beyond:>9}")
    print()
    report("right at the first try", [draft], 1_249)
    report("with one repair", [draft, repair], 2_500)
    print(f"{'the query, apart':<34}{'':>8}{query.beyond:>8}")


def requests() -> list[Row]:
    """What was sent, counted."""
    replies = [f"```python\n{SCRIPT}```", f"```python\n{SCRIPT}\n```", "```sql\nSELECT 1\n```"]
    task = "write weather_pipeline.py loading http://127.0.0.1:8000/weather with dlt into duckdb and run it"
    brief = Brief(task, ProjectNames("weather"), PROFILE)
    with ModelServer(replies) as server:
        endpoint = ModelEndpoint(server.url, "local", "gpt-6.1-sol", limits_of("gpt-6.1-sol", None))
        gate = Gate(lambda text: text, lambda text: None)
        client = ModelClient(endpoint, gate, print)
        writer = ModelWriter(client, lambda name: (ROOT / "prompts" / f"{name}.md").read_text("utf-8"))
        writer.write(brief)
        writer.repair(Brief(task, brief.names, PROFILE, SCRIPT), FINDING)
        writer.query(TABLES)
        client.close()
    sent = [[message["content"] for message in body["messages"]] for body in server.requests]
    names = ("a first draft", "a repair", "a query")
    return [Row(name, *map(estimate_tokens, texts)) for name, texts in zip(names, sent, strict=True)]


def report(name: str, rows: Sequence[Row], target: int) -> None:
    """One total against its target."""
    beyond = sum(row.beyond for row in rows)
    print(f"{name:<34}{'':>8}{beyond:>8}   of at most {target:,}: {'kept' if beyond <= target else 'MISSED'}")


if __name__ == "__main__":
    main()
