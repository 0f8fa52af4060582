"""requirements.txt and .gitignore stay true, and what the person wrote stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilot.project.ignored import ignoring
from pilot.project.requirements import requirements_for

SCRIPT = "import dlt\nimport json\nfrom dlt.sources.helpers import requests\n"
ENOUGH = "dlt[duckdb]>=1.31.0\nsqlglot<30.1\n"


def test_the_pin_comes_with_its_reason_and_dlt_stays_as_dlt_wrote_it() -> None:
    new = requirements_for(SCRIPT, "dlt[postgres]>=1.31.0")
    assert new is not None
    first, why, pin = new.splitlines()
    assert (first, pin) == ("dlt[postgres]>=1.31.0", "sqlglot<30.1")
    assert why.startswith("# ")


def test_nothing_missing_means_nothing_to_write() -> None:
    assert requirements_for(SCRIPT, ENOUGH) is None
    assert requirements_for("def (", ENOUGH) is None


@pytest.mark.parametrize(
    ("line", "added"),
    [
        ("import pandas as pd", "pandas"),
        ("from bs4 import BeautifulSoup", "beautifulsoup4"),
        ("import yaml, requests, os.path", None),
        ("from . import mine", None),
        ("from dateutil.parser import parse", "python-dateutil"),
        ("def late():\n    import PIL.Image", "Pillow"),
    ],
)
def test_what_the_script_imports_from_elsewhere_is_added(line: str, added: str | None) -> None:
    new = requirements_for(f"{SCRIPT}{line}\n", ENOUGH)
    assert new == (None if added is None else f"{ENOUGH}{added}\n")


@pytest.mark.parametrize(
    "line", ["Pandas==1.0", "pandas >= 2 ; python_version > '3'", "pandas[excel]", "pandas"]
)
def test_a_package_that_is_listed_in_any_way_is_not_added_again(line: str) -> None:
    assert requirements_for(f"{SCRIPT}import pandas", f"{ENOUGH}{line}\n") is None


def test_a_person_s_own_pin_of_sqlglot_is_left_alone() -> None:
    assert requirements_for(SCRIPT, "dlt\nsqlglot==28.10.1\n") is None


def test_comments_options_and_windows_line_endings_stay() -> None:
    old = "# mine\r\n-e .\r\n--index-url x\r\ndlt\r\n"
    new = requirements_for(SCRIPT, old)
    assert new is not None and new.startswith(old)
    assert "\n" not in new.replace("\r\n", "")


def test_the_project_s_own_modules_need_no_installing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    (tmp_path / "chess").mkdir()
    assert requirements_for("import mine, chess", ENOUGH, tmp_path) is None


def test_an_empty_gitignore_gets_everything_that_must_not_be_committed() -> None:
    text = ignoring(None)
    assert text is not None
    assert text.splitlines() == ["secrets.toml", "*.secrets.toml", ".pilot/state/", "*.duckdb", "*.wal"]
    assert ignoring(text) is None


def test_only_what_is_lacking_is_added_and_lines_stay() -> None:
    old = "# mine\r\n*.pyc\r\n/secrets.toml\r\n.dlt/\r\n*.duckdb*"
    assert ignoring(old) == old + "\r\n.pilot/state/\r\n"


def test_a_pattern_that_is_taken_back_is_put_in_again() -> None:
    old = "secrets.toml\n*.secrets.toml\n.pilot/state/\n*.duckdb\n*.wal\n!secrets.toml\n"
    assert ignoring(old) == old + "secrets.toml\n"
