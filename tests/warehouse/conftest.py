"""Projects that were really loaded, once for all tests of the room."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pilot.run.environment import child_environment

LOAD = """
import dlt

cities = [
    {{"id": 1, "name": "Bern", "tags": ["old", "small"], "seen": "2026-01-02T03:04:05Z"}},
    {{"id": 2, "name": "Zürich", "tags": ["big"], "seen": "2026-01-02T03:04:06Z"}},
]
pipeline = dlt.pipeline("weather", destination="{destination}", dataset_name="{dataset}")
for _ in range({times}):
    pipeline.run(cities, table_name="cities", write_disposition="merge", primary_key="id")
"""


def load(root: Path, destination: str, dataset: str = "weather_data", times: int = 1) -> None:
    """Load the cities."""
    root.mkdir(exist_ok=True)
    code = LOAD.format(destination=destination, dataset=dataset, times=times)
    subprocess.run([sys.executable, "-c", code], cwd=root, env=child_environment(os.environ, {}), check=True)


@pytest.fixture(scope="session")
def dlt_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dlt_data")


@pytest.fixture(autouse=True)
def own_dlt_data(dlt_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLT_DATA_DIR", str(dlt_data))


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, dlt_data: Path) -> Path:
    """A project with two loads of the same cities in weather.duckdb."""
    root = tmp_path_factory.mktemp("loaded") / "project"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLT_DATA_DIR", str(dlt_data))
        load(root, "duckdb", times=2)
    return root
