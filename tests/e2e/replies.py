"""What a model answers in the journeys: whole replies, as models give them."""

from __future__ import annotations

from string import Template

PLAN = "1. Read the stations.\n2. One page, the list is at `stations`."

_SCRIPT = Template('''"""Loads the stations of the Weather API."""

from itertools import islice

import dlt
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source


def weather_source():
    """The stations."""
    config: RESTAPIConfig = {
        "client": {
            "base_url": "$url/v1/",
            "auth": {
                "type": "api_key",
                "name": "X-API-Key",
                "api_key": dlt.secrets["sources.weather.api_key"],
                "location": "header",
            },
            "paginator": {"type": "single_page"},
        },
        "resources": [
            {
                "name": "stations",
                "primary_key": "id",
                "write_disposition": "replace",
                "endpoint": {"path": "stations", "data_selector": "stations"},
            },
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
''')

QUERY = (
    "The highest stations.\n```sql\nSELECT name, location__elevation_m AS metres"
    " FROM weather_data.stations ORDER BY metres DESC LIMIT 3\n```"
)


def script(url: str) -> str:
    """A script that is right at the first try."""
    return _SCRIPT.substitute(url=url)


def script_with_a_bug(url: str) -> str:
    """The same, but it ends with a NameError before it has asked the API."""
    return script(url).replace('config, name="weather"', 'configuration, name="weather"')


def script_with_another_bug(url: str, number: int) -> str:
    """A bug that is another one every time."""
    return script(url).replace('config, name="weather"', f'configuration_{number}, name="weather"')


def reply(text: str, plan: str = PLAN) -> str:
    """An answer with a plan and one block."""
    return f"{plan}\n\n```python\n{text}```\n"
