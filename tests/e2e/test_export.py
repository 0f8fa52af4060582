"""A session is taken along: as a notebook that runs again, as a page, as a record."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

from tests.e2e.house import OBSERVATIONS, SCRIPT, SECRETS, STATIONS, WITH_KEY, House
from tests.support.weather_api import KEY

NAMES = ("story.ipynb", "story.html", "story.json")


@pytest.fixture
def told(house: House) -> House:
    """A house in which a pipeline was made and loaded, unattended, and everything was exported."""
    words = f"Load {house.stations} and {house.observations}"
    flags = ("--api", words, "--model", "builtin", *WITH_KEY, "--yes", "--no-input")
    assert house.pilot("init", "weather", *flags).returncode == 0
    for name in NAMES:
        done = house.pilot("export", name)
        assert done.returncode == 0, done.stderr
    return house


@pytest.mark.filterwarnings("ignore")  # of the notebook's own machinery
def test_the_notebook_runs_again_from_top_to_bottom_in_a_fresh_folder(
    told: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book: Any = nbformat.read(told.folder / NAMES[0], as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(book)
    before = [cell.outputs for cell in book.cells if cell.cell_type == "code" and cell.outputs]
    assert any("2026-06-01" in str(outputs) for outputs in before), "outputs are included"
    fresh = tmp_path / "fresh"
    (fresh / ".dlt").mkdir(parents=True)
    (fresh / SECRETS).write_text(
        (told.folder / SECRETS).read_text() + f'\n[sources.weather]\napi_key = "{KEY}"\n'
    )
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    NotebookClient(book, timeout=90, resources={"metadata": {"path": str(fresh)}}).execute()
    after = [str(cell.outputs) for cell in book.cells if cell.cell_type == "code"]
    assert any("observations | 240" in shown for shown in after)
    with duckdb.connect(str(fresh / "weather.duckdb"), read_only=True) as loaded:
        for table, rows in (("stations", STATIONS), ("observations", OBSERVATIONS)):
            assert loaded.execute(f"SELECT count(*) FROM weather_data.{table}").fetchall() == [(rows,)]
    assert told.count("observations") == OBSERVATIONS


def test_the_page_needs_nothing_else_and_tells_it_all(told: House) -> None:
    page = told.read(NAMES[1])
    assert re.findall(r"(?:src|href)\s*=|@import|url\(", page) == []
    for part in ("observations__conditions", "<svg", "How it came to be", "rest_api_source", "erDiagram"):
        assert part in page, part
    assert "Reykjav" not in page, "values of single records are left out"
    assert told.pilot("export", NAMES[1]).returncode == 2, "a file that is there is not replaced"
    assert told.pilot("export", NAMES[1], "--samples", "--yes").returncode == 0
    assert "Reykjav" in told.read(NAMES[1])


def test_the_record_is_an_audit_trail(told: House) -> None:
    record = json.loads(told.read(NAMES[2]))
    assert (record["format"], record["version"]) == ("pilot-session", 1)
    acts = [consent["act"] for consent in record["consents"]]
    assert [f"change a file: {SCRIPT}", f"run the script: {SCRIPT}"] == acts[1:3]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", cell["started"]) for cell in record["cells"])
    changes = [c for cell in record["cells"] for c in cell["changes"] if c["path"] == SCRIPT]
    kept = record["files"][changes[-1]["after"]]
    assert kept["text"] == told.read()
    salted = b"%o\0" % int(kept["mode"], 8) + kept["text"].encode()
    assert hashlib.sha256(salted).hexdigest() == changes[-1]["after"]


def test_no_export_holds_the_key(told: House) -> None:
    assert KEY in told.environ["WEATHER_KEY"]
    assert [file for file in told.holding(KEY) if file.endswith(NAMES)] == []


def test_what_cannot_be_exported_is_told(house: House) -> None:
    nothing = house.pilot("export", "story.html")
    assert nothing.returncode == 1 and "Nothing was begun" in nothing.stderr
    other = house.pilot("export", "story.pdf")
    assert other.returncode == 2 and ".ipynb, .html, .json" in other.stderr
