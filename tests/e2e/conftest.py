"""The house of every journey: nothing of the tester's own environment is found in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.command import Project, clean_environment, new_project
from tests.e2e.house import House, well_api
from tests.support.weather_api import serve


@pytest.fixture
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which everything is found and written; the environment is this test's alone."""
    wanted = clean_environment(tmp_path / "home") | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    for name in os.environ.keys() - wanted.keys() - {"PYTEST_CURRENT_TEST", "COVERAGE_PROCESS_START"}:
        monkeypatch.delenv(name)
    for name, value in wanted.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def house(isolated: Path) -> Iterator[House]:
    """A project with the weather API, which wants its key."""
    api = well_api()
    with serve(api), ExitStack() as closing:
        closing.callback(api.over.set)
        yield House(isolated, api, closing)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty folder where pilot is called with nobody there."""
    return new_project(tmp_path)
