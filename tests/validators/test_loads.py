"""The validators of a load, each on a table that is at fault and on one that looks like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pilot.api.profile import ApiProfile, Endpoint, Field, Records
from pilot.facts import Facts
from pilot.finding import Finding, Remedy
from pilot.judge.evidence import Evidence
from pilot.judge.verdicts import verdicts
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.validators.columns_filled import ColumnsFilledValidator
from pilot.validators.counts_stable import CountsStableValidator
from pilot.validators.load_complete import LoadCompleteValidator
from pilot.validators.records_once import RecordsOnceValidator
from pilot.validators.tables_not_empty import TablesNotEmptyValidator
from pilot.warehouse.tables import Column, TableInfo
from tests.judge.ledgers import evidence, failed, got, pages, table

_READ = [got("/people", 9, total=9, resource="people", filled=("id", "name"))]


def found(validator: Validator, session: Session, known: Evidence) -> Sequence[Finding]:
    tables = tuple(
        TableInfo("data", t.name, t.rows, tuple(Column(name, "VARCHAR") for name in t.columns))
        for t in known.counts
        if not t.absent
    )
    learned = Facts(tables=tables, verdicts=verdicts(known))
    return validator.check(session, Outcome(learned=learned, evidence=known))


def kinds(validator: Validator, session: Session, known: Evidence) -> list[str]:
    findings = found(validator, session, known)
    assert all(len(str(finding.evidence)) < 1500 for finding in findings)
    return [finding.kind.value for finding in findings]


def test_a_table_that_only_a_rehearsal_leaves_empty_is_found(session: Session) -> None:
    known = evidence([], table(rows=0, columns=("id",)), table("child", 0, parent="people"))
    outcome = Outcome(learned=Facts(verdicts=verdicts(known)), evidence=known)
    (finding,) = TablesNotEmptyValidator().check(session, outcome)
    assert finding.says == "Table people is empty: no records came for it."


def test_an_incomplete_table_is_found_with_the_requests_that_tell(session: Session) -> None:
    short = evidence(pages(2, total=25, resource="people"), table(rows=20))
    (finding,) = found(LoadCompleteValidator(), session, short)
    assert (finding.kind.value, finding.remedy) == ("incomplete", Remedy.REPAIR)
    assert str(finding.evidence["requests"]).count("'records': 10") == 2
    assert not found(LoadCompleteValidator(), session, evidence(_READ, table(rows=9)))
    assert not found(LoadCompleteValidator(), session, evidence([got("/people", 100)], table(rows=100)))


def test_a_key_that_is_refused_while_the_script_goes_on_is_for_the_person(session: Session) -> None:
    refused = evidence([failed("/people", 403, resource="people")], table(rows=0))
    (finding,) = found(LoadCompleteValidator(), session, refused)
    assert (finding.kind.value, finding.remedy) == ("secret_refused", Remedy.SECRET)


@pytest.mark.parametrize(
    ("words", "remedy", "hint"),
    [("backend timeout", Remedy.STOP, "Try again: pilot run."), ("no such page", Remedy.REPAIR, "")],
)
def test_an_error_within_a_200_is_told_in_the_apis_words(
    session: Session, words: str, remedy: Remedy, hint: str
) -> None:
    error = replace(got("/people", None, resource="people"), says=words, at=9.0)
    known = evidence([*pages(2, total=25, resource="people"), error], table(rows=20))
    (finding,) = found(LoadCompleteValidator(), session, known)
    assert finding.says.endswith(f"the API answers with an error: {words}")
    assert (finding.remedy, finding.hint) == (remedy, hint)


def test_lost_rows_of_a_child_table_have_a_kind_of_their_own(session: Session) -> None:
    traffic = [got("/people", 9, total=9, resource="people", nested={"tags": 20})]
    child = table("people__tags", 5, parent="people", new=None)
    assert kinds(LoadCompleteValidator(), session, evidence(traffic, table(rows=9), child)) == [
        "child_rows_lost"
    ]


@pytest.mark.parametrize(
    ("more", "traffic", "expected"),
    [
        ({"repeated": 3, "columns": ("id", "name")}, _READ, ["duplicates"]),
        ({"repeated": 3, "columns": ("station", "value")}, _READ, []),
        ({"repeated": 3, "columns": ("station", "value")}, [*_READ, *_READ], ["duplicates"]),
        ({"repeated": 3, "columns": ("a",), "rows": 12}, _READ, ["duplicates"]),
        ({"repeated": 0, "columns": ("id",)}, _READ, []),
        ({"repeated": None, "columns": ("id",)}, _READ, []),
    ],
)
def test_equal_rows_are_duplicates_where_an_id_or_the_ledger_says_so(
    session: Session, more: dict[str, Any], traffic: list[Any], expected: list[str]
) -> None:
    known = evidence(traffic, table(**{"rows": 9, **more}))
    assert kinds(RecordsOnceValidator(), session, known) == expected


def test_fewer_keys_than_rows_are_duplicates_unless_loads_add_up(session: Session) -> None:
    seen = ApiProfile("", (Endpoint("people", "people", primary_key=("id",)),))
    again = {"different_keys": {"people": 9}, "profile": seen}
    assert kinds(RecordsOnceValidator(), session, evidence(_READ, table(rows=18, new=18), **again)) == [
        "duplicates"
    ]
    snapshots = table(rows=18, new=9, disposition="append")
    assert not kinds(RecordsOnceValidator(), session, evidence(_READ, snapshots, **again))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"disposition": "merge"}, ["unstable_counts"]),
        ({"disposition": "merge", "strategy": "scd2"}, []),
        ({"disposition": "merge", "keys": ("id",)}, []),
        ({"disposition": "append"}, []),
        ({"disposition": "merge", "keys": ("row",), "rows": 18, "new": 9, "twins": 9}, ["unstable_counts"]),
        ({"disposition": "merge", "keys": ("row",), "rows": 18, "new": 9, "twins": 2}, []),
        (
            {"disposition": "merge", "keys": ("row",), "rows": 18, "new": 9, "twins": 9, "incremental": True},
            [],
        ),
        ({"disposition": "merge", "keys": ("id",), "rows": 12, "new": 9, "twins": 3}, []),
    ],
)
def test_a_table_that_grows_with_each_run_is_found(
    session: Session, more: dict[str, Any], expected: list[str]
) -> None:
    assert kinds(CountsStableValidator(), session, evidence(_READ, table(**{"rows": 9, **more}))) == expected


@pytest.mark.parametrize(
    ("more", "other", "expected"),
    [
        ({"empty": ("name",)}, {}, ["all_null"]),
        ({"empty": ("nickname",)}, {}, []),
        ({}, {"unfilled": {"people": ("name",)}}, ["all_null"]),
        ({"empty": ("name",), "rows": 5}, {}, []),
        ({"empty": ("name",), "columns": ("name", "name__v_text")}, {}, []),
        ({"empty": ("name",)}, {"script": "person['name'] = None"}, []),
    ],
)
def test_a_column_is_empty_only_where_the_field_is(
    session: Session, more: dict[str, Any], other: dict[str, Any], expected: list[str]
) -> None:
    known = evidence(_READ, table(**{"rows": 9, **more}), **other)
    assert kinds(ColumnsFilledValidator(), session, known) == expected


def test_without_a_ledger_the_look_at_the_api_tells_which_fields_had_values(session: Session) -> None:
    fields = (Field("name", ("text",)), Field("note", ("null",), nullable=True))
    seen = ApiProfile("", (Endpoint("people", "people", records=Records(fields=fields)),))
    known = evidence([], table(rows=9, empty=("name", "note")), profile=seen)
    (finding,) = found(ColumnsFilledValidator(), session, known)
    assert finding.evidence["columns"] == ["name"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (evidence(_READ, table(rows=9, columns=("id",))), []),
        (evidence(_READ, table(rows=0, absent=True)), ["nothing_loaded"]),
        (evidence([got("/people", 0, resource="people")], table(rows=0, absent=True)), ["no_records"]),
        (evidence(_READ, table("a", 5, columns=("id",)), table(rows=0, absent=True)), ["empty_table"]),
        (evidence([got("/people", 0, resource="people")], table(rows=0, columns=("id",))), []),
        (evidence([], table(rows=0, columns=("id",))), ["empty_table"]),
        (evidence(_READ, table(rows=1, columns=("error__code", "message"))), ["error_as_data"]),
        (evidence(_READ, table(rows=9, repeated=8, columns=("error", "code"))), ["error_as_data"]),
        (evidence(_READ, table(rows=9, repeated=0, columns=("message", "code"))), []),
    ],
)
def test_tables_are_there_with_rows_where_the_api_has_some(
    session: Session, known: Evidence, expected: list[str]
) -> None:
    assert kinds(TablesNotEmptyValidator(), session, known) == expected


def test_nothing_is_judged_where_no_load_was_looked_at(session: Session) -> None:
    judges = (LoadCompleteValidator, RecordsOnceValidator, CountsStableValidator, ColumnsFilledValidator)
    assert not any(judge().check(session, Outcome()) for judge in judges)
