"""The schema as a picture."""

import re
from xml.etree import ElementTree

from pilot.export.picture import Column, Drawn, picture


def test_a_child_is_joined_to_its_parent() -> None:
    tables = (Drawn("orders", (Column("id", "bigint", True),)), Drawn("orders__items", (), "orders"))
    shown = picture(tables)
    assert shown.count('class="link"') == 1 and 'class="key"' in shown
    ElementTree.fromstring(shown)


def test_a_wide_table_tells_how_many_columns_are_left_out() -> None:
    shown = picture((Drawn("wide", tuple(Column(f"column_{i}") for i in range(40))),))
    assert "… 26 more" in shown and "column_30" not in shown


def test_many_tables_stay_within_the_width_of_the_page() -> None:
    shown = picture(tuple(Drawn(f"table_{i}", (Column("id", "bigint"),)) for i in range(30)))
    assert max(float(x) for x in re.findall(r'rect x="([\d.]+)"', shown)) < 1040


def test_without_tables_there_is_no_picture() -> None:
    assert picture(()) == ""
    assert 'class="box"' in picture((Drawn("own", (), "own"),))
