"""A query's rows as a chart."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as some

from pilot.export.chart import Series, chart, series
from pilot.screen import Table, table

DAYS = table(("day", "records", "average"), [("2026-06-03", 48, 13.1), ("2026-06-01", 96, 16.3)])


def test_rows_by_day_are_drawn_in_the_order_of_time() -> None:
    found = series(DAYS)
    assert found == Series("day", "records", (("2026-06-01", 96.0), ("2026-06-03", 48.0)), True)
    assert 'class="line"' in chart(found)


def test_rows_by_group_are_drawn_as_bars_as_they_come() -> None:
    found = series(table(("country", "stations"), [("NO", 7), ("IS", 2), ("", 1)]))
    assert found is not None and not found.over_time
    shown = chart(found)
    assert shown.count('class="bar"') == 3 and "(none)" in shown


def test_rows_that_show_nothing_are_not_drawn() -> None:
    for rows in ([("a", 1)], [("a", 1), ("b", 1)], [("a", "x"), ("b", "y")], [("a", 1), ("a", 2)]):
        assert series(table(("name", "value"), rows)) is None
    assert series(Table((), ())) is None


@given(some.lists(some.tuples(some.text(max_size=40), some.floats(-1e9, 1e9)), min_size=2, max_size=30))
def test_whatever_is_drawn_is_a_picture_with_finite_places(points: list[tuple[str, float]]) -> None:
    for over_time in (True, False):
        shown = chart(Series("label", "measure", tuple(points), over_time))
        assert "nan" not in shown and "inf" not in shown.replace("info", "")
        ElementTree.fromstring(re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", shown))


def test_a_heading_tells_how_much_of_a_query_is_drawn() -> None:
    days = tuple((f"2026-06-{day:02}", float(day)) for day in range(1, 21))
    assert Series("day", "records", days, True).heading == "records by day"
    assert Series("day", "records", days, True, 28).heading == "records by day (20 of 28)"
    assert Series("city", "records", days, False).heading == "records by city (12 of 20)"
