"""Big flat tables: read in columns where pyarrow is there and nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from pilot.api.profile import ApiProfile, CursorField, Endpoint, Field, Paging, PagingKind, Shape
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Remedy
from pilot.names import ProjectNames
from pilot.project.preview import remove_preview
from pilot.project.requirements import requirements_for
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import Brief
from tests.writers.builtin.profiles import MEMBERS, NAMES, TEAMS, brief, profile, unseen
from tests.writers.builtin.test_script_text import PROFILES, formatted

WITH = BuiltinWriter(lambda: True)
WITHOUT = BuiltinWriter(lambda: False)
BIG = replace(TEAMS, total=1_000_000)
UNFIT = Finding(FindingKind.CODE_ERROR, "ValueError: new fields in the records: note", Remedy.REPAIR)


def fielded(*fields: Field) -> Endpoint:
    return replace(BIG, records=replace(BIG.records, fields=fields))


def in_columns(*endpoints: Endpoint) -> bool:
    return "pyarrow" in WITH.write(brief(profile(*endpoints))).text


def test_a_big_flat_table_is_read_in_columns() -> None:
    draft = WITH.write(brief(profile(BIG)))
    assert 'pa.field("id", pa.int64(), nullable=False)' in draft.text
    assert 'pa.field("score", pa.float64())' in draft.text
    assert 'paginator=PageNumberPaginator(base_page=1, page_param="page", total_path=None),' in draft.text
    assert 'params={"per_page": 7},' in draft.text
    assert 'data_selector="data",' in draft.text
    assert '"sources.sample.api_key"' in draft.text
    assert "jsonl" not in draft.text
    assert "1,000,000 rows, read in columns" in draft.plan
    assert "pyarrow" in (requirements_for(draft.text, "dlt[duckdb]\n") or "").splitlines()


def test_without_pyarrow_rows_are_read_and_the_person_is_told_what_would_be_faster() -> None:
    draft = WITHOUT.write(brief(profile(BIG)))
    assert draft.text == WITHOUT.write(brief(profile(TEAMS))).text
    assert "teams: 1,000,000 rows load faster once pyarrow is installed" in draft.plan
    assert "pyarrow" not in WITHOUT.write(brief(profile(TEAMS))).plan


def test_pyarrow_is_looked_for_only_where_it_would_help() -> None:
    asked: list[str] = []

    def has_pyarrow() -> bool:
        asked.append("pyarrow")
        return False

    writer = BuiltinWriter(has_pyarrow)
    writer.write(brief(profile(TEAMS, MEMBERS)))
    assert asked == []
    writer.write(brief(profile(BIG)))
    assert asked == ["pyarrow"]


@pytest.mark.parametrize(
    "field",
    [
        Field("tags", ("list",)),
        Field("owner", ("object",)),
        Field("code", ("bigint", "text")),
        Field("seen", ("null",)),
        Field("ID", ("bigint",)),
    ],
)
def test_fields_whose_columns_only_dlt_can_tell_are_read_row_by_row(field: Field) -> None:
    assert in_columns(fielded(Field("id", ("bigint", "null"))))
    assert not in_columns(fielded(Field("id", ("bigint",)), field))


@pytest.mark.parametrize(
    "endpoint",
    [
        TEAMS,
        replace(BIG, total=1_000),
        replace(BIG, method="POST", body={}),
        replace(BIG, paging=replace(BIG.paging, proven=False)),
        replace(BIG, paging=replace(BIG.paging, overlaps=True)),
        replace(BIG, paging=replace(BIG.paging, end_status=404)),
        replace(BIG, records=replace(BIG.records, shape=Shape.KEYED)),
        replace(BIG, records=replace(BIG.records, fields=())),
    ],
)
def test_what_is_small_or_not_simple_is_read_row_by_row(endpoint: Endpoint) -> None:
    assert not in_columns(endpoint)


def test_parents_and_children_are_read_row_by_row() -> None:
    assert not in_columns(BIG, replace(MEMBERS, total=1_000_000, records=BIG.records))


def test_other_destinations_get_rows() -> None:
    assert "pyarrow" not in WITH.write(Brief("", ProjectNames("x", "postgres"), profile(BIG))).text


def test_what_is_to_be_loaded_incrementally_is_read_row_by_row() -> None:
    endpoint = replace(BIG, cursors=(CursorField("id", "since_id", True),))
    goal = Brief("load teams incrementally", NAMES, profile(endpoint), preview_removed=True)
    assert '"incremental"' in WITH.write(goal).text


def test_the_scripts_are_formatted_and_their_preview_can_be_taken_out(tmp_path: Path) -> None:
    link = Paging(PagingKind.JSON_LINK, True, {"next_url_path": "next"}, empty_end=True)
    odd = replace(
        fielded(*(Field(f'a "{i}\\', ("timestamp", "null")) for i in range(9))),
        name="pa",
        params={"q": "{a}" * 40},
        headers={"X": "y"},
        primary_key=('a "1\\',),
    )
    linked = replace(BIG, name="linked", paging=link)
    for i, endpoints in enumerate([(BIG,), (odd,), (linked, TEAMS), (linked, TEAMS, MEMBERS)]):
        seen = profile(*endpoints)
        text = WITH.write(brief(seen)).text
        assert "import pyarrow as pa" in text
        assert remove_preview(text) == WITH.write(brief(seen, preview_removed=True)).text
        (tmp_path / f"s{i}.py").write_text(text, encoding="utf-8")
        (tmp_path / f"r{i}.py").write_text(remove_preview(text), encoding="utf-8")
    result = formatted(tmp_path)
    assert result.returncode == 0, result.stdout


@settings(max_examples=60, deadline=None)
@given(seen=PROFILES)
def test_whatever_an_api_says_the_scripts_compile(seen: ApiProfile) -> None:
    plain = (replace(e, total=200_000, method="GET", body=None, parent=None) for e in seen.endpoints)
    big = replace(seen, endpoints=tuple(plain))
    try:
        text = WITH.write(brief(big)).text
    except StepFailed:
        return
    compile(text.encode("utf-8"), "script.py", "exec")


def test_records_that_do_not_fit_their_columns_are_read_row_by_row_from_then_on() -> None:
    seen = profile(BIG)
    written = WITH.write(brief(seen)).text
    repaired = WITH.repair(brief(seen, written), UNFIT)
    assert repaired.text == WITHOUT.write(brief(seen)).text
    assert "row by row" in repaired.plan
    with pytest.raises(StepFailed):
        WITH.repair(brief(seen, repaired.text), UNFIT)


def test_other_failures_leave_the_columns() -> None:
    refused = Finding(FindingKind.SECRET_REFUSED, "401", Remedy.REPAIR)
    with pytest.raises(StepFailed):
        WITH.repair(brief(profile(BIG), WITH.write(brief(profile(BIG))).text), refused)


def test_a_script_from_before_the_key_was_known_gets_columns_with_the_key() -> None:
    blind = WITH.write(brief(profile(unseen(BIG)))).text
    finding = Finding(FindingKind.PROFILE_MISMATCH, "seen now", Remedy.REPAIR)
    repaired = WITH.repair(brief(profile(BIG), blind), finding)
    assert repaired.text == WITH.write(brief(profile(BIG))).text


def test_what_can_be_changed_only_row_by_row_is_changed_there() -> None:
    seen = profile(replace(BIG, cursors=(CursorField("id", "since_id", True),)))
    written = WITH.write(brief(seen)).text
    refined = WITH.refine(brief(seen, written), "load teams incrementally by id").text
    assert '"incremental"' in refined
    assert "pyarrow" not in refined
    renamed = WITH.refine(brief(seen, written), "rename teams to groups").text
    assert 'name="groups"' in renamed
    assert "pyarrow" in renamed
    moved = WITH.refine(brief(seen, written), "change the destination to postgres").text
    assert "parquet" not in moved


def test_a_script_for_another_destination_says_nothing_of_duckdb() -> None:
    seen = profile(TEAMS)
    moved = WITH.refine(brief(seen, WITH.write(brief(seen)).text), "change the destination to postgres").text
    assert "file_max_items" not in moved
    assert "DuckDB" not in moved
