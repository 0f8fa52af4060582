"""What a story tells of tables and queries after the script has changed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.export.story import Story, gather
from pilot.facts import Facts
from pilot.names import ProjectNames
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.verdict import Judged, TableVerdict
from pilot.warehouse.tables import TableInfo
from tests.support.rooms import PlainRedactor

BEFORE, NOW = TableInfo("crm_data", "customers", 3), TableInfo("crm_data", "clients", 3)
LEFT = TableVerdict("customers", 3, Judged.NOT_PROVABLE, "nothing came for it", earlier=True)
LOADED = TableVerdict("clients", 3, Judged.COMPLETE, "3 = 3")


def _told(root: Path, facts: Facts) -> Story:
    with closing(Store.open(root)) as store:
        known = replace(facts, names=ProjectNames("crm", "duckdb"))
        session = Session.start(store, PlainRedactor(), "create_pipeline", known)
        return gather(session, lambda _: "import dlt\n", str, samples=False)


def test_a_table_that_only_earlier_loads_fed_is_left_out(tmp_path: Path) -> None:
    story = _told(tmp_path, Facts(tables=(BEFORE, NOW), verdicts=(LEFT, LOADED)))
    assert story.tables == (NOW,)


def test_where_nothing_new_came_at_all_every_table_is_told(tmp_path: Path) -> None:
    assert _told(tmp_path, Facts(tables=(BEFORE,), verdicts=(LEFT,))).tables == (BEFORE,)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("SELECT count(*) FROM crm_data.customers", False),
        ('SELECT * FROM clients JOIN "crm_data"."customers" USING (id)', False),
        ("SELECT * FROM Customers", False),
        ("SELECT * FROM crm_data.dropped", False),
        ('SELECT extract(year FROM created), customers FROM "crm_data"."clients"', True),
        ("WITH c AS (SELECT * FROM crm_data.clients) SELECT * FROM c", True),
    ],
)
def test_a_query_is_told_where_it_runs_on_the_tables_of_now(tmp_path: Path, sql: str, kept: bool) -> None:
    story = _told(tmp_path, Facts(tables=(BEFORE, NOW), verdicts=(LEFT, LOADED), sql=sql))
    assert story.sql == (sql if kept else "")
