"""Failures inside real dlt pipelines, and what a failed load leaves behind."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pilot.finding import FindingKind, Remedy
from pilot.run.failure import classify
from pilot.run.result import RunMode
from tests.run.scripts import SECRET, Scripts
from tests.support.api_server import ApiServer, Reply, Request

PIPELINE = """
import dlt

@dlt.resource(write_disposition="replace"{options})
def cities():
    yield [{{"id": {number}, "name": "Bern"}}]

pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
print(pipeline.run(cities()))
"""

REST = """
import dlt
from dlt.sources.rest_api import rest_api_source

@dlt.source
def weather(api_key: str = dlt.secrets.value):
    return rest_api_source({{
        "client": {{"base_url": "{url}", "paginator": {paginator}, "auth": {{"type": "api_key", "name": "key",
            "location": "query", "api_key": api_key}}}},
        "resources": [{{"name": "cities", "endpoint": {{"path": "cities"}}}}],
    }})

print(list(weather()))
"""


def cities(request: Request) -> Reply:
    if request.query.get("key") != SECRET:
        return Reply(401, {"message": "Invalid key, take one at the counter"})
    return Reply(200, [{"id": 1}])


@pytest.fixture
def api() -> Iterator[ApiServer]:
    with ApiServer({"/cities": cities}) as server:
        yield server


def test_a_missing_secret_is_named_by_its_path(scripts: Scripts) -> None:
    code = REST.format(url="http://127.0.0.1:1/", paginator='"single_page"')
    finding = classify(scripts.run(code))
    assert finding is not None
    assert (finding.kind, finding.remedy) == (FindingKind.SECRET_MISSING, Remedy.SECRET)
    assert finding.evidence == {"fields": ["sources.weather.api_key"]}


def test_a_wrong_key_shows_what_the_api_says_and_the_right_one_works(
    scripts: Scripts, api: ApiServer
) -> None:
    code = REST.format(url=api.url, paginator='"single_page"')
    finding = classify(scripts.run(code, environment={"SOURCES__WEATHER__API_KEY": "wrong-key-4711"}))
    assert finding is not None
    assert (finding.kind, finding.remedy) == (FindingKind.SECRET_REFUSED, Remedy.SECRET)
    assert "at the counter" in str(finding.evidence["body"])
    assert "wrong-key-4711" not in repr(finding)
    assert scripts.run(code, environment={"SOURCES__WEATHER__API_KEY": SECRET}).ok


@pytest.mark.parametrize("mode", RunMode)
def test_what_the_api_says_to_a_wrong_key_is_told_in_a_load_too(
    scripts: Scripts, api: ApiServer, mode: RunMode
) -> None:
    code = REST.format(url=api.url, paginator='"single_page"')
    finding = classify(scripts.run(code, mode, environment={"SOURCES__WEATHER__API_KEY": "wrong"}))
    assert finding is not None and finding.kind is FindingKind.SECRET_REFUSED
    assert "one at the counter" in str(finding.evidence["body"])


def test_a_refused_configuration_is_told_without_its_noise(scripts: Scripts) -> None:
    paginator = '{"type": "page_number", "initial_page": 1}'
    code = REST.format(url="http://127.0.0.1:1/", paginator=paginator)
    finding = classify(scripts.run(code, environment={"SOURCES__WEATHER__API_KEY": SECRET}))
    assert finding is not None
    assert (finding.kind, finding.remedy) == (FindingKind.CONFIGURATION, Remedy.REPAIR)
    assert "received unexpected fields `{'initial_page'}`" in finding.says
    assert len(str(finding.evidence["error"])) < 600


def test_retries_of_a_check_are_few(scripts: Scripts) -> None:
    code = """
        from dlt.sources.helpers.rest_client import RESTClient
        print(list(RESTClient("http://127.0.0.1:1/").paginate("x")))
    """
    result = scripts.run(code)
    finding = classify(result)
    assert finding is not None and finding.kind is FindingKind.UNREACHABLE
    assert result.seconds < 8


def test_an_error_in_a_resource_points_at_its_line(scripts: Scripts) -> None:
    code = "import dlt\n@dlt.resource\ndef rows():\n    yield [{}['data']]\nprint(list(rows()))\n"
    finding = classify(scripts.run(code))
    assert finding is not None
    assert finding.says == "weather_pipeline.py:4: KeyError: 'data'"


def test_a_failed_load_does_not_poison_the_next_one(scripts: Scripts) -> None:
    first = scripts.run(PIPELINE.format(options="", number=1), RunMode.LOAD)
    assert first.ok and len(first.loads) == 1
    assert scripts.runner.clear_pending("weather") is False

    failed = scripts.run(PIPELINE.format(options=', primary_key="nope"', number=2), RunMode.LOAD)
    finding = classify(failed)
    assert finding is not None and finding.kind is FindingKind.SCHEMA_CONFLICT
    assert failed.loads == ()
    assert scripts.runner.clear_pending("weather") is True

    last = scripts.run(PIPELINE.format(options="", number=3), RunMode.LOAD)
    assert last.ok and last.loads != first.loads
    assert stored(scripts.root) == [(3, "Bern")]


def test_a_package_of_an_earlier_run_is_told_from_this_run_s_own(scripts: Scripts) -> None:
    assert scripts.run(PIPELINE.format(options="", number=1), RunMode.LOAD).ok
    broken = PIPELINE.format(options=', primary_key="nope"', number=2)
    own = classify(scripts.run(broken, RunMode.LOAD))
    assert own is not None and own.kind is FindingKind.SCHEMA_CONFLICT
    again = classify(scripts.run(PIPELINE.format(options="", number=3), RunMode.LOAD))
    assert again is not None
    assert (again.kind, again.remedy) == (FindingKind.PENDING_PACKAGES, Remedy.CLEAR)
    assert scripts.runner.clear_pending("weather") is True
    assert scripts.run(PIPELINE.format(options="", number=3), RunMode.LOAD).ok


def test_a_run_that_loads_only_what_was_left_behind_is_a_finding(scripts: Scripts) -> None:
    assert classify(scripts.run(PIPELINE.format(options="", number=1), RunMode.LOAD)) is None
    left = PIPELINE.format(options="", number=2).replace(
        "print(pipeline.run(cities()))", "pipeline.extract(cities()); pipeline.normalize()"
    )
    assert scripts.run(left, RunMode.LOAD).ok
    result = scripts.run(PIPELINE.format(options="", number=3), RunMode.LOAD)
    finding = classify(result)
    assert result.ok and finding is not None and finding.kind is FindingKind.PENDING_PACKAGES
    assert stored(scripts.root) == [(2, "Bern")]
    assert classify(scripts.run(PIPELINE.format(options="", number=3), RunMode.LOAD)) is None
    assert stored(scripts.root) == [(3, "Bern")]


def test_a_locked_database_names_who_holds_it_and_is_loaded_later(scripts: Scripts) -> None:
    assert scripts.run(PIPELINE.format(options="", number=1), RunMode.LOAD).ok
    with duckdb.connect(str(scripts.root / "weather.duckdb")):
        failed = scripts.run(PIPELINE.format(options="", number=2), RunMode.LOAD)
    finding = classify(failed)
    assert finding is not None
    assert (finding.kind, finding.remedy) == (FindingKind.DESTINATION_LOCKED, Remedy.UNLOCK)
    assert re.search(r"another program \(python[\d.]*, process \d+\)", finding.says)
    assert finding.evidence["process"] == os.getpid()
    assert finding.evidence["file"] == str(scripts.root / "weather.duckdb")
    scripts.runner.clear_pending("weather")
    assert scripts.run(PIPELINE.format(options="", number=3), RunMode.LOAD).ok
    assert stored(scripts.root) == [(3, "Bern")]


def stored(root: Path) -> list[tuple[int, str]]:
    with duckdb.connect(str(root / "weather.duckdb"), read_only=True) as connection:
        return list(connection.execute("SELECT id, name FROM weather_data.cities").fetchall())
