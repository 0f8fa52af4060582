"""Tables that are read in columns, for real: the same table as row by row, or a plain failure."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pilot.api.fields import fields_of
from pilot.api.profile import Endpoint, Paging, PagingKind, Records, Shape
from pilot.finding import Json
from pilot.writers.builtin import BuiltinWriter
from tests.support.api_server import ApiServer, Reply, Request
from tests.writers.builtin.profiles import brief, profile
from tests.writers.builtin.test_written_scripts_run import run_script

pytest.importorskip(
    "pyarrow", reason="pyarrow is no dependency: scripts use it where it happens to be installed"
)

SIZE = 7
MOMENTS = ("2026-01-{:02}T10:00:00Z", "2026-01-{:02}T10:00:00+02:00", "2026-01-{:02} 10:00:00.25")
FINE = "2026-01-{:02}T10:00:00.123456789Z"


def record(number: int, moment: str) -> dict[str, Json]:
    """One record of every type, with gaps."""
    late: dict[str, Json] = {"late": number} if number % 2 else {}
    return {
        "id": number,
        "userName": f"ünï {number}" if number % 5 else None,
        "score": number if number < 2 * SIZE else number / 8,
        "paid": number % 3 == 0,
        "at": moment.format(number % 28 + 1),
        "day": f"2026-02-{number % 28 + 1:02}",
        "price": f"{number}.50",
        **late,
    }


ROWS = [record(n, (*MOMENTS, FINE)[n // SIZE]) for n in range(4 * SIZE)]


def load(
    folder: Path, writer: BuiltinWriter, rows: list[dict[str, Json]], preview_removed: bool = True
) -> subprocess.CompletedProcess[str]:
    """Write the script from what was seen of `ROWS`, and load these rows with it."""

    def pages(request: Request) -> Reply:
        start = request.number("page", 1) * SIZE - SIZE
        return Reply(data={"data": rows[start : start + SIZE]})

    records = Records(Shape.LIST, "data", SIZE, fields_of(ROWS))
    paging = Paging(PagingKind.PAGE_NUMBER, True, {"base_page": 1, "page_param": "page"})
    endpoint = Endpoint("rows", "rows", status=200, records=records, paging=paging, primary_key=("id",))
    folder.mkdir()
    with ApiServer({"/rows": pages}) as server:
        seen = profile(replace(endpoint, total=10**6), base_url=server.url)
        draft = writer.write(brief(seen, preview_removed=preview_removed))
        (folder / "sample_pipeline.py").write_text(draft.text, encoding="utf-8")
        return run_script(folder)


def table(folder: Path) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
    """Columns with their types, and the rows, without what dlt adds."""
    with duckdb.connect(str(folder / "sample.duckdb"), read_only=True) as connection:
        described = connection.execute("DESCRIBE sample_data.rows").fetchall()
        columns = sorted((name, kind) for name, kind, *_ in described if not name.startswith("_dlt_"))
        texts = ", ".join(f'CAST("{name}" AS VARCHAR)' for name, _ in columns)
        return columns, connection.execute(f"SELECT {texts} FROM sample_data.rows ORDER BY id").fetchall()


def test_columns_give_the_same_table_as_rows(tmp_path: Path) -> None:
    for name, writer in (("columns", BuiltinWriter(lambda: True)), ("rows", BuiltinWriter(lambda: False))):
        result = load(tmp_path / name, writer, ROWS)
        assert result.returncode == 0, result.stderr
        assert "WARNING" not in result.stderr
        assert ("pyarrow" in (tmp_path / name / "sample_pipeline.py").read_text("utf-8")) is (
            name == "columns"
        )
    assert table(tmp_path / "columns") == table(tmp_path / "rows")
    assert len(table(tmp_path / "columns")[1]) == len(ROWS)


def test_the_preview_prints_records(tmp_path: Path) -> None:
    result = load(tmp_path / "preview", BuiltinWriter(lambda: True), ROWS, preview_removed=False)
    assert result.returncode == 0, result.stderr
    shown = [line for line in result.stdout.splitlines() if line.startswith("rows {'id': ")]
    assert len(shown) == 5
    assert not (tmp_path / "preview" / "sample.duckdb").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"note": "new"}, "new fields in the records: note"),
        ({"id": 1.5}, "id holds more than int64"),
        ({"score": "much"}, "score holds more than double"),
        ({"paid": 1}, "paid holds more than bool"),
        ({"at": "soon"}, "at holds more than timestamp[us, tz=UTC]"),
        ({"userName": {"first": "x"}}, "userName holds more than string"),
    ],
)
def test_nothing_is_dropped_or_bent_to_fit(tmp_path: Path, change: dict[str, Json], says: str) -> None:
    result = load(tmp_path / "odd", BuiltinWriter(lambda: True), [*ROWS, {**ROWS[0], **change}])
    assert result.returncode != 0
    assert f"ValueError: {says}" in result.stderr
