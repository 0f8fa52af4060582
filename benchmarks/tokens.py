"""How many tokens pilot sends to a model until the tables are loaded: `python -m benchmarks.tokens`.

Real runs against a scripted model; every request body is counted as it was sent, all of its messages and
whatever tools it offers. What repeats byte for byte at the beginning of every request is the prefix, which
endpoints cache. Counted with the vocabulary that other tools were counted with (cl100k) where `rs-bpe` is
installed, else by pilot's own estimate with its margin on top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from benchmarks.local_api import weather, weather_in_pages
from benchmarks.measure import PILOT, Result, command, finish, project
from pilot.model.budget import MARGIN, estimate_tokens
from tests.support.model_server import ModelServer

SCRIPT = '''"""Loads the weather."""

import dlt
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source


def weather_source():
    """Observations."""
    config: RESTAPIConfig = {{
        "client": {{"base_url": "{base}/", "paginator": {paginator}}},
        "resources": [
            {{
                "name": "weather",
                "primary_key": "id",
                "write_disposition": "replace",
                "endpoint": {{"path": "weather", "data_selector": "{selector}"}},
            }}
        ],
    }}
    return rest_api_source(config, name="weather")


if __name__ == "__main__":
    # preview: shows the first records and stops
    for record in weather_source().add_limit(1).resources["weather"]:
        print(record)
    exit()

    pipeline = dlt.pipeline(pipeline_name="weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(weather_source(), loader_file_format="jsonl"))
'''
BUG = '''"""Loads the weather."""

import dlt
import requests


@dlt.resource(name="weather", primary_key="id", write_disposition="replace")
def weather():
    """Observations."""
    yield requests.get("{base}/weather", timeout=10).json()["observations"]


if __name__ == "__main__":
    # preview: shows the first records and stops
    for record in weather().add_limit(1):
        print(record)
    exit()

    pipeline = dlt.pipeline(pipeline_name="weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(weather(), loader_file_format="jsonl"))
'''
QUERY = "```sql\nSELECT city, count(*) FROM weather_data.weather GROUP BY city\n```"
ONE_PAGE = '{"type": "single_page"}'
BY_NUMBER = '{"type": "page_number", "base_page": 1, "total_path": None}'
PREFIX, RIGHT_AT_ONCE, ONE_REPAIR = 2_000, 1_249, 2_500


@dataclass(frozen=True)
class Vocabulary:
    """What counts tokens."""

    name: str
    count: Callable[[str], int]
    margin: float = 1.0
    """By how much its figures may be too high."""


@dataclass(frozen=True)
class Sent:
    """The requests of one run that came before the query, in tokens."""

    prefix: int
    """Of each request."""
    beyond: tuple[int, ...]
    query: int
    """What the query's request had beyond the prefix."""

    def result(self, name: str, target: int, margin: float) -> Result:
        """All of them against their target."""
        total = sum(self.beyond)
        as_sent = total + self.prefix * len(self.beyond)
        each = " + ".join(map(str, self.beyond))
        told = f"{each}, as sent {as_sent:,}; query {self.query}"
        return Result(f"tokens beyond the prefix, {name}", told, total, target, total / margin)


def results() -> list[Result]:
    """The prefix, and what comes beyond it for two simple APIs."""
    words = vocabulary()
    runs = {}
    for name, api, right in (
        ("a list", weather, {"selector": "$", "paginator": ONE_PAGE}),
        ("twelve pages", weather_in_pages, {"selector": "results", "paginator": BY_NUMBER}),
    ):
        runs[name, RIGHT_AT_ONCE] = sent(api, [SCRIPT], right, words.count)
        runs[f"{name}, one repair", ONE_REPAIR] = sent(api, [BUG, SCRIPT], right, words.count)
    prefix = max(run.prefix for run in runs.values())
    beyond = [run.result(name, target, words.margin) for (name, target), run in runs.items()]
    return [Result("tokens of the prefix", words.name, prefix, PREFIX, prefix / words.margin), *beyond]


def vocabulary() -> Vocabulary:
    """A real one where it is installed."""
    try:
        from rs_bpe.bpe import openai  # type: ignore[import-not-found]  # optional
    except ImportError:
        return Vocabulary(
            "pilot's estimate and its margin", lambda text: round(estimate_tokens(text) * MARGIN), MARGIN
        )
    return Vocabulary("cl100k", openai.cl100k_base().count)


def sent(
    api: Callable[[], AbstractContextManager[str]],
    scripts: Sequence[str],
    right: Mapping[str, str],
    count: Callable[[str], int],
) -> Sent:
    """Run pilot with a model that answers with these scripts, one after the other, `right` for this API."""
    with api() as url, project() as (folder, environ):
        base = url.rpartition("/")[0]
        replies = [f"A plan.\n\n```python\n{t.format(base=base, **right)}```" for t in scripts]
        with ModelServer([*replies, QUERY]) as server:
            environ |= {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-benchmark"}
            goal = f"write weather_pipeline.py loading {url} with dlt into duckdb and run it"
            words = ("--model", "gpt-6.1-sol", "--yes", "--no-input")
            command(PILOT, "init", "weather", "--api", goal, *words, folder=folder, environ=environ)
        if len(server.requests) != len(scripts) + 1:
            raise RuntimeError(f"{len(server.requests)} requests, not {len(scripts) + 1}")
        return _counted(server.requests, count)


def _counted(bodies: Sequence[dict[str, Any]], count: Callable[[str], int]) -> Sent:
    texts = [[message["content"] for message in body["messages"]] for body in bodies]
    tools = [json.dumps(body["tools"]) if body.get("tools") else "" for body in bodies]
    same = 0
    while all(len(own) > same and own[same] == texts[0][same] for own in texts):
        same += 1
    prefix = sum(map(count, texts[0][:same]))
    beyond = [
        sum(map(count, [*own[same:], *filter(None, [tool])])) for own, tool in zip(texts, tools, strict=True)
    ]
    return Sent(prefix, tuple(beyond[:-1]), beyond[-1])


if __name__ == "__main__":
    finish(results())
