"""Verdicts on tables: what was read against what is stored, children, and tables that are not there."""

from __future__ import annotations

from typing import Any

import pytest

from pilot.api.profile import ApiProfile, Endpoint
from pilot.judge.compare import compared, kept, second_run, unstable
from pilot.judge.show import summary
from pilot.judge.verdicts import verdicts
from pilot.judge.warnings import unfilled_columns
from pilot.verdict import Judged, TableVerdict, announced_more
from pilot.warehouse.tables import TableInfo
from tests.judge.ledgers import evidence, failed, got, only, pages, table

_READ = pages(3, last=5, total=25, resource="people", filled=("id", "name"))
_UNTOLD = pages(3, last=5, resource="people", filled=("id", "name"))


def test_rows_that_equal_the_apis_total_are_complete() -> None:
    assert only(verdicts(evidence(_READ, table(rows=25)))) == ("complete", "API total 25 = 25 rows")


def test_a_table_is_judged_on_its_total_however_little_a_run_added() -> None:
    assert only(verdicts(evidence(_READ, table(rows=25, new=3, incremental=True))))[0] == "complete"
    nothing_new = [got("/people?since=9", 0, resource="people", total=0)]
    told = only(verdicts(evidence(nothing_new, table(rows=25, new=0, disposition="merge"))))
    assert told == ("complete", "nothing new came; 25 rows are of earlier loads")


@pytest.mark.parametrize("new", [1, 137, None])
def test_an_incremental_run_tells_of_what_is_new_beside_what_was_there(new: int | None) -> None:
    traffic = [got("/people?since=9", 1, resource="people", more=False, more_by="has_more")]
    followed = table(rows=137, new=new, incremental=True, disposition="merge")
    judged, reason = only(verdicts(evidence(traffic, followed)))
    assert "1 new record came, 137 rows are here" in reason and "became" not in reason


def test_rows_of_earlier_loads_do_not_stand_for_a_page_that_did_not_come() -> None:
    signs = ("a", "b", "a", "c")
    traffic = [got(f"/people?page={n}", total=40, at=n, edges=sign) for n, sign in enumerate(signs, 1)]
    merged = table(rows=40, new=30, disposition="merge")
    gap = "API total 40, 30 read: page 3 brought the records of page 1 again"
    assert only(verdicts(evidence(traffic, merged))) == ("incomplete", gap)


def test_a_load_that_appends_what_was_there_says_so() -> None:
    def reason(again: int) -> str:
        return only(verdicts(evidence(_READ, table(rows=50, new=25, disposition="append", again=again))))[1]

    assert (
        reason(25) == "API total 25 = 25 rows; earlier loads brought the same: every run appends it once more"
    )
    assert reason(24) == "API total 25 = 25 rows", "some of it may come again by right"


def test_an_incremental_load_that_stops_at_known_records_is_not_alarmed() -> None:
    newest = [got("/people", more=True, more_by="next", resource="people")]
    assert only(verdicts(evidence(newest, table(rows=90, new=4, incremental=True))))[0] == "not provable"
    assert only(verdicts(evidence(newest, table(rows=10, new=10, incremental=True))))[0] == "incomplete"


def test_records_that_a_script_leaves_out_are_missing_unless_that_was_asked_for() -> None:
    half = table(rows=12, columns=("id", "name"))
    assert only(verdicts(evidence(_UNTOLD, half))) == (
        "incomplete",
        "25 records came, 12 rows are here: the script leaves 13 out",
    )
    assert only(verdicts(evidence(_UNTOLD, half, words="only the active people")))[0] == "not provable"
    for script in ("s.people.add_filter(even)", "seen = dlt.current.resource_state()"):
        assert only(verdicts(evidence(_UNTOLD, half, script=script)))[0] == "not provable"
    assert only(verdicts(evidence(_UNTOLD, table(rows=12, columns=("size",)))))[0] == "not provable"
    assert only(verdicts(evidence(_READ, table(rows=1, columns=("people",)))))[0] == "not provable"


def test_what_a_script_leaves_out_is_missing_however_far_the_rest_was_read() -> None:
    full = [got("/people", 100, filled=("id", "name"))]
    half = table(rows=50, columns=("id", "name"))
    assert only(verdicts(evidence(full, half))) == (
        "incomplete",
        "100 records came, 50 rows are here: the script leaves 50 out",
    )
    days = [got(f"/people?day={n}", 4, filled=("id", "name")) for n in range(9)]
    assert only(verdicts(evidence(days, table(rows=18, columns=("id", "name")))))[0] == "not provable"


def test_a_key_that_makes_one_row_of_many_records_is_found_and_one_that_merges_repeats_is_not() -> None:
    merged: dict[str, Any] = {
        "disposition": "merge",
        "keys": ("status",),
        "staged": 25,
        "columns": ("id", "status"),
    }
    wrong = table(rows=1, staged_different=25, staged_values={"": 1, "id": 25}, **merged)
    assert only(verdicts(evidence(_UNTOLD, wrong))) == (
        "incomplete",
        "merged by status, 25 different id became 1 row",
    )
    right = table(rows=24, staged_different=24, staged_values={"": 24, "id": 24}, **merged)
    assert only(verdicts(evidence(_UNTOLD, right))) == (
        "complete",
        "the last page was not full (5 of 10); 1 of 25 came twice",
    )


def test_a_list_of_parents_that_was_not_read_to_its_end_makes_their_children_incomplete() -> None:
    parents = got("/people", more=True, more_by="next", resource="orders")
    details = [got(f"/people/{n}/orders", 3, resource="orders") for n in range(100, 110)]
    assert only(verdicts(evidence([parents, *details], table("orders", 30))))[0] == "incomplete"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (21, ("complete", "21 entries in people = 21 rows")),
        (9, ("incomplete", "21 entries came in people, 9 rows are here")),
    ],
)
def test_a_child_table_holds_what_the_lists_held(rows: int, told: tuple[str, str]) -> None:
    traffic = [got("/people", 7, resource="people", nested={"tags": 21})]
    child = table("people__tags", rows, parent="people", new=None)
    found = verdicts(evidence(traffic, table(rows=7), child))
    assert (found[1].judged.value, found[1].reason) == told


def test_lists_without_a_table_are_lost_only_where_the_rest_was_taken_and_nobody_named_them() -> None:
    traffic = [got("/people", 7, resource="people", nested={"tags": 21}, filled=("id", "name", "tags"))]
    whole = table(rows=7, columns=("id", "name"))
    assert [v.table for v in verdicts(evidence(traffic, whole))] == ["people", "people__tags"]
    assert len(verdicts(evidence(traffic, table(rows=7, columns=("id",))))) == 1
    assert len(verdicts(evidence(traffic, table(rows=7, columns=("id", "name", "tags"))))) == 1
    assert len(verdicts(evidence(traffic, whole, script="del row['tags']"))) == 1


def test_a_resource_whose_requests_all_failed_is_told_though_it_has_no_table() -> None:
    found = verdicts(evidence([*_READ, failed("/orders", 500, resource="orders")], table(rows=25)))
    assert (found[1].table, found[1].judged, found[1].rows) == ("orders", Judged.INCOMPLETE, 0)
    for probe in (failed("/people/none", 404, resource="people"), failed("/ping", 404), failed("/me", 401)):
        assert len(verdicts(evidence([*_READ, probe], table(rows=25)))) == 1
    assert len(verdicts(evidence([*_READ, failed("/orders", 502)], table(rows=25)))) == 2


def test_without_a_ledger_the_look_at_the_api_can_prove_and_never_alarms() -> None:
    seen = ApiProfile("https://api.example.com", (Endpoint("people", "people", total=25),))
    assert only(verdicts(evidence([], table(rows=25), profile=seen))) == (
        "complete",
        "API total 25 = 25 rows",
    )
    assert only(verdicts(evidence([], table(rows=10), profile=seen)))[0] == "not provable"
    assert only(verdicts(evidence([], table(rows=10)))) == (
        "not provable",
        "no request was seen that it came from",
    )


def test_feeds_find_their_table_by_path_or_number_where_no_resource_is_known() -> None:
    plain = pages(3, last=5, total=25, path="/v1/persons")
    assert only(verdicts(evidence(plain, table("person", 25))))[0] == "complete"
    others = [got("/v1/orders", 4, total=4)]
    found = verdicts(evidence([*plain, *others], table("a", 25, resource=""), table("b", 4, resource="")))
    assert [verdict.judged.value for verdict in found] == ["complete", "complete"]


def test_a_rehearsal_tells_of_what_is_loaded() -> None:
    def judged(rows: int | None, brought: int = 25, found: Judged = Judged.COMPLETE) -> tuple[int, str]:
        tables = () if rows is None else (TableInfo("data", "people", rows),)
        (verdict,) = compared([TableVerdict("people", brought, found, "because")], tables)
        return verdict.rows, verdict.judged.value

    assert judged(25) == (25, "complete")
    assert judged(30) == (30, "complete")
    assert judged(10) == (10, "incomplete")
    assert judged(None) == (0, "not provable")
    assert judged(30, found=Judged.INCOMPLETE) == (30, "incomplete")
    (old,) = compared([], (TableInfo("data", "old", 3),))
    assert old.judged is Judged.NOT_PROVABLE


def test_a_second_rehearsal_finds_counts_that_change_of_equal_answers() -> None:
    once = evidence(_READ, table(rows=25, disposition="merge"))
    twice = evidence(_READ, table(rows=50, disposition="merge"))
    assert [finding.evidence["twice"] for finding in unstable(once, twice)] == [50]
    assert not list(unstable(once, once))
    assert second_run(once, twice) == "a second run: people +25 rows"
    assert second_run(once, once) == "a second run changed no counts"


def test_a_second_rehearsal_finds_rows_that_are_appended_again() -> None:
    once = evidence(_READ, table(rows=25, disposition="append", repeated=2))
    again = evidence(_READ, table(rows=50, disposition="append", repeated=27))
    (finding,) = unstable(once, again)
    assert finding.says == "people: a second run adds 25 rows of the same records."
    stamped = evidence(_READ, table(rows=50, disposition="append", repeated=4))
    assert [found.evidence["twice"] for found in unstable(once, stamped)] == [50]
    history = evidence(_READ, table(rows=50, disposition="append", repeated=2))
    assert not list(unstable(once, history))


def test_rows_that_can_not_be_compared_are_told_apart_by_their_key() -> None:
    once = evidence(_READ, table(rows=25, disposition="append"), different_keys={"people": 25})
    twice = table(rows=50, disposition="append")
    assert list(unstable(once, evidence(_READ, twice, different_keys={"people": 25})))
    assert not list(unstable(once, evidence(_READ, twice, different_keys={"people": 50})))
    assert not list(unstable(once, evidence(_READ, twice)))


def test_a_look_that_proves_nothing_keeps_what_was_proven_while_the_rows_are_the_same() -> None:
    before = [
        TableVerdict("people", 25, Judged.COMPLETE, "because"),
        TableVerdict("teams", 0, Judged.INCOMPLETE, "no table"),
        TableVerdict("grown", 5, Judged.COMPLETE, "because"),
    ]
    look = [
        TableVerdict(name, rows, Judged.NOT_PROVABLE, "unseen")
        for name, rows in (("people", 25), ("grown", 6))
    ]
    told = kept(look, before, "2026-01-02")
    assert [(v.table, v.judged.value, v.reason) for v in told] == [
        ("people", "complete", "because; proven on 2026-01-02"),
        ("grown", "not provable", "unseen"),
        ("teams", "incomplete", "no table; proven on 2026-01-02"),
    ]
    assert kept(told, told, "2026-03-04") == told


def test_what_a_script_fills_no_longer_is_told_as_that_and_not_counted_again() -> None:
    left = table("orders", rows=25, new=0, resource="orders")
    child = table("orders__lines", rows=50, new=None, parent="orders")
    told = verdicts(evidence(_READ, table(rows=25), left, child))
    assert [v.reason for v in told[1:2]] == ["nothing came for it in this load: its rows are of earlier ones"]
    assert [v.earlier for v in told] == [False, True, True]
    assert summary(told) == "1 table, 25 rows: complete; beside it 2 of earlier loads"


def test_rows_that_no_request_brought_are_not_called_others_records() -> None:
    told = verdicts(evidence(_READ, table(rows=25), table("fixed", rows=2)))
    assert told[1].reason == (
        "no request was seen that it came from; all that were seen were read to their ends"
    )
    assert not told[1].earlier


def test_records_that_were_announced_and_did_not_come_are_told_at_the_end() -> None:
    short = [got("/people", 120, resource="people", total=170, more=False, more_by="next")]
    told = verdicts(evidence(short, table(rows=120)))
    assert told[0].judged is Judged.NOT_PROVABLE
    assert announced_more(told) == [
        "people: the API announces 50 records more than came; they may be missing"
    ]
    assert not announced_more(verdicts(evidence(_READ, table(rows=25))))
    assert not announced_more(verdicts(evidence(short, table(rows=170, new=120))))
    assert not announced_more(verdicts(evidence(short, table(rows=120, new=4, incremental=True))))


def test_columns_that_dlt_saw_nothing_for_are_read_from_its_warning() -> None:
    warning = (
        "2026-11-21 01:06:50,095|[WARNING]|1|2|dlt|validate.py|verify_normalized_table:113|In schema `src`: "
        "The following columns in table 'people' did not receive any data during this load and therefore "
        "could not have their types inferred:\n  - name\n  - note\n\nUnless type hints are provided, …\n"
    )
    assert unfilled_columns(f"before\n{warning}after") == {"people": ("name", "note")}
    assert unfilled_columns("nothing of the kind") == {}


def test_all_of_them_are_one_line() -> None:
    complete = TableVerdict("a", 1200, Judged.COMPLETE, "")
    unknown = TableVerdict("b", 4, Judged.NOT_PROVABLE, "")
    assert summary([complete]) == "1 table, 1,200 rows: complete"
    assert summary([complete, complete]) == "2 tables, 2,400 rows: all complete"
    assert summary([complete, unknown]) == "2 tables, 1,204 rows: 1 complete, 1 not provable"
    assert summary([]) == "0 tables, 0 rows"
