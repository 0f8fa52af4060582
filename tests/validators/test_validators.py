"""Each validator on outcomes that it should and should not find fault with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pilot.api.profile import ApiProfile, Endpoint, Field, Records, Shape
from pilot.facts import Facts
from pilot.finding import FindingKind, Remedy
from pilot.run.result import Ending, ErrorLink, RunError, RunMode, RunResult
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validators.preview_shows_records import PreviewShowsRecordsValidator
from pilot.validators.python_traceback import PythonTracebackValidator
from pilot.validators.tables_not_empty import TablesNotEmptyValidator
from pilot.warehouse.tables import Column, TableInfo

GOOD = RunResult(RunMode.CHECK, Ending.EXITED, 0, 0.1, "{'id': 1}\n", "")


def test_a_step_without_a_run_has_nothing_to_judge(session: Session) -> None:
    for validator in (PythonTracebackValidator(), PreviewShowsRecordsValidator(), TablesNotEmptyValidator()):
        assert not validator.check(session, Outcome())


def test_a_traceback_is_one_finding(session: Session) -> None:
    failed = replace(GOOD, exit_code=1, error=RunError((ErrorLink("KeyError", "'data'"),)))
    findings = PythonTracebackValidator().check(session, Outcome(run=failed))
    assert [finding.kind for finding in findings] == [FindingKind.CODE_ERROR]
    assert not PythonTracebackValidator().check(session, Outcome(run=GOOD))


@pytest.mark.parametrize(
    ("stdout", "kind"),
    [
        ("{'id': 1, 'name': 'Bern'}\n", None),
        ("", FindingKind.NO_RECORDS),
        ("[]\n", FindingKind.NO_RECORDS),
        ("{'error': 'Invalid key'}\n", FindingKind.ERROR_AS_DATA),
        ("{'error': 'Invalid key'}\n{'error': 'Invalid key'}\n", FindingKind.ERROR_AS_DATA),
        ("{'message': 'hi'}\n{'message': 'there'}\n", None),
        ("[{'id': 0}, {'id': 1}]\n", FindingKind.TEMPLATE_ROWS),
        ("{'id': 1, 'name': 'simon', 'city': 'berlin'}\n", FindingKind.TEMPLATE_ROWS),
        ("{'id': 1}\n{'id': 2}\n", None),
    ],
)
def test_a_preview_shows_records_of_the_api(session: Session, stdout: str, kind: FindingKind | None) -> None:
    findings = PreviewShowsRecordsValidator().check(session, Outcome(run=replace(GOOD, stdout=stdout)))
    assert [finding.kind for finding in findings] == ([] if kind is None else [kind])
    assert all(finding.remedy is Remedy.REPAIR for finding in findings)


@pytest.mark.parametrize(
    ("stdout", "found"),
    [
        ("{'page': 1, 'readings': [{'id': 1, 'value': 2.5}, {'id': 2, 'value': 3.5}]}\n", True),
        ("{'id': 1, 'value': 2.5}\n", False),
        ("{'id': 1, 'value': 2.5, 'parts': [{'id': 7, 'value': 1}]}\n", False),
        ("{'number': 1, 'tags': [{'label': 'a'}]}\n", False),
    ],
)
def test_a_whole_answer_is_no_record(session: Session, stdout: str, found: bool) -> None:
    fields = (Field("id", ("bigint",)), Field("value", ("double",)))
    seen = Endpoint("v1/readings", "readings", records=Records(Shape.LIST, "readings", 2, fields))
    session.learn(Facts(profile=ApiProfile("https://api.example.com", (seen,))))
    findings = PreviewShowsRecordsValidator().check(session, Outcome(run=replace(GOOD, stdout=stdout)))
    assert [finding.kind for finding in findings] == ([FindingKind.PROFILE_MISMATCH] if found else [])


def test_an_api_that_was_seen_to_be_empty_is_no_fault_of_the_script(session: Session) -> None:
    empty = Endpoint("v1/stations", "stations", records=Records(Shape.LIST, "stations"))
    session.learn(Facts(profile=ApiProfile("https://api.example.com", (empty,))))
    findings = PreviewShowsRecordsValidator().check(session, Outcome(run=replace(GOOD, stdout="")))
    assert [(finding.kind, finding.remedy) for finding in findings] == [(FindingKind.NO_RECORDS, Remedy.STOP)]


@pytest.mark.parametrize("run", [replace(GOOD, mode=RunMode.LOAD), replace(GOOD, exit_code=1)])
def test_a_load_or_a_failed_run_is_no_preview(session: Session, run: RunResult) -> None:
    assert not PreviewShowsRecordsValidator().check(session, Outcome(run=replace(run, stdout="")))


def table(name: str, rows: int, *columns: str) -> TableInfo:
    return TableInfo("weather_data", name, rows, tuple(Column(column, "VARCHAR") for column in columns))


@pytest.mark.parametrize(
    ("tables", "kinds"),
    [
        ([], [FindingKind.NOTHING_LOADED]),
        ([table("cities", 3, "id")], []),
        ([table("cities", 0, "id")], [FindingKind.EMPTY_TABLE]),
        ([table("cities", 3, "id"), table("cities__tags", 0, "value")], []),
        ([table("cities", 1, "error__code", "error__message")], [FindingKind.ERROR_AS_DATA]),
        ([table("dogs", 1, "message", "status")], []),
        ([table("cities", 2, "error", "message")], []),
    ],
)
def test_tables_are_there_and_not_empty(
    session: Session, tables: list[TableInfo], kinds: list[FindingKind]
) -> None:
    outcome = Outcome(learned=Facts(tables=tuple(tables)))
    assert [finding.kind for finding in TablesNotEmptyValidator().check(session, outcome)] == kinds
