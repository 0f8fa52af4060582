"""Ends that are no good ones: what a person is told of tables that are open."""

from __future__ import annotations

from pilot.commands.shortfalls import not_proven, with_others
from pilot.finding import Finding, FindingKind
from pilot.verdict import Judged, TableVerdict


def _open(name: str, judged: Judged = Judged.NOT_PROVABLE) -> TableVerdict:
    return TableVerdict(name, 3, judged, f"{name} is open")


def test_strict_names_tables_without_their_children_and_not_all_of_many() -> None:
    names = ("a", "a__list", "a__list__more", "b", "c", "d", "e")
    found = not_proven([TableVerdict("whole", 1, Judged.COMPLETE, "so"), *map(_open, names)], "run_pipeline")
    assert found is not None
    assert "(a: a is open; b: b is open; c: c is open; and 2 more)" in found.says
    assert found.hint == "pilot check tells more."
    again = not_proven([_open("a")], "check_pipeline")
    assert again is not None and "pilot check" not in again.hint


def test_strict_is_content_with_proofs_and_not_with_nothing() -> None:
    assert not_proven([TableVerdict("whole", 1, Judged.COMPLETE, "so")], "run_pipeline") is None
    assert not_proven((), "run_pipeline") is not None


def test_the_headline_names_the_other_incomplete_tables() -> None:
    bad = [_open(name, Judged.INCOMPLETE) for name in ("a", "b", "c")]
    first = Finding(FindingKind.INCOMPLETE, "Table a is incomplete: so.", evidence={"table": "a"})
    assert with_others(first, bad).says == "Table a is incomplete: so. So are b, c."
    assert with_others(first, [*bad[:1], _open("x")]) is first
    other = Finding(FindingKind.DECLINED, "no")
    assert with_others(other, bad) is other
