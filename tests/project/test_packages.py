"""Which package brings a module."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pilot.project.installing import planned
from pilot.project.packages import OTHER_NAMES, package_of
from pilot.project.requirements import requirements_with


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("pandas", "pandas"),
        ("bs4", "beautifulsoup4"),
        ("google.cloud.bigquery", "google-cloud-bigquery"),
        ("clickhouse_connect", "clickhouse-connect"),
    ],
)
def test_a_well_known_module_has_its_package(module: str, package: str) -> None:
    assert package_of(module) == package


@pytest.mark.parametrize(
    "module", ["pandsa", "reqests", "google", "azure", "my_helpers", "pandas.no_such", ""]
)
def test_no_package_is_guessed(module: str) -> None:
    assert package_of(module) is None


def test_no_other_name_is_a_module_of_python_s_own() -> None:
    assert not set(OTHER_NAMES) & sys.stdlib_module_names


def test_requirements_keep_what_the_person_wrote() -> None:
    listed = "pandas==2.1  # pinned\ndlt[duckdb]\nsqlglot<30.1\n"
    assert requirements_with(listed, ["pandas"]) is None
    assert requirements_with(listed, ["dlt[postgres]"]) == listed + "dlt[postgres]\n"
    assert requirements_with(listed.rstrip("\n"), ["httpx"]) == listed + "httpx\n"


def test_the_plan_never_leads_into_pilot_s_own_environment(tmp_path: Path) -> None:
    plan = planned(tmp_path, ["pandas"])
    assert plan.makes_environment
    assert plan.commands[0][1:] == ("-m", "venv", ".venv")
    assert plan.commands[1][0].startswith(".venv")
    site = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "dlt"
    for file in (site / "__init__.py", tmp_path / ".venv" / "bin" / "python"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", "utf-8")
    assert planned(tmp_path, ["pandas"]).told == (".venv/bin/python -m pip install pandas",)
