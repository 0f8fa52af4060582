"""Blocks as Markdown."""

from hypothesis import given
from hypothesis import strategies as some

from pilot.export.markdown import escaped, fenced, listing
from pilot.screen import Diff, Line, Output, table


def test_what_an_api_says_is_never_markup() -> None:
    hostile = "**bold** <script>alert(1)</script> [link](http://x) `code` # head"
    shown = escaped(hostile)
    assert "<" not in shown.replace("\\<", "") and "`" not in shown.replace("\\`", "")
    assert "**" not in shown and "[link]" not in shown


def test_a_value_with_a_bar_or_a_line_end_stays_one_cell_of_a_table() -> None:
    shown = listing([table(("a", "b"), [("x|y", "one\ntwo")])])
    assert shown.splitlines()[-1] == "| x\\|y | one two |"


@given(some.text("`~ab\n", max_size=40))
def test_a_listing_cannot_end_its_own_fence(text: str) -> None:
    lines = fenced(text, "").splitlines()
    assert lines[0] == lines[-1]
    assert not any(line.startswith(lines[0]) for line in lines[1:-1])


def test_a_change_is_told_as_a_unified_diff() -> None:
    shown = listing([Diff("a.py", "x = 1\n", "x = 2\n"), Line("done"), Output("printed")])
    assert "-x = 1\n+x = 2" in shown and shown.startswith("```diff") and "printed" in shown
