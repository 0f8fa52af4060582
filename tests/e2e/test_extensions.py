"""A project's own step, validator and policy: trusted first, then run to the end with the built-in ones."""

from __future__ import annotations

from tests.e2e.house import WITH_KEY, House, answer

STEP = '''
"""Notes how many rows there are."""

from pilot.facts import Facts
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step


class CountRows(Step):
    """Counts."""

    title = "Count rows"
    needs = ("tables",)
    gives = ("rows",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        rows = sum(table.rows for table in session.facts.tables or ())
        return Outcome(says=f"{rows} rows in all", learned=Facts(extra={"rows": rows}))
'''
VALIDATOR = '''
"""Wants enough rows."""

from pilot.finding import Finding, FindingKind
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator


class EnoughRows(Validator):
    """At least LEAST rows."""

    def check(self, session: Session, outcome: Outcome) -> tuple[Finding, ...]:
        rows = outcome.learned.extra["rows"]
        return () if rows >= LEAST else (Finding(FindingKind.NOTHING_LOADED, f"only {rows} rows"),)
'''
POLICY = """
title = "Count what came"

[remedies]
repair = "repair_code"
secret = "wait_for_secrets"

[[step]]
use = "set_up_writer"
[[step]]
use = "init"
[[step]]
use = "ask_api"
[[step]]
use = "probe_api"
[[step]]
use = "write_code"
[[step]]
use = "wait_for_secrets"
[[step]]
use = "check_api"
[[step]]
use = "remove_exit"
[[step]]
use = "load"
[[step]]
use = "check_load"
[[step]]
use = "count_rows"
validators = ["enough_rows"]
"""


def extend(house: House, kind: str, name: str, text: str) -> None:
    """Put an extension into the project."""
    file = house.folder / ".pilot" / kind / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def test_a_projects_own_policy_runs_its_own_step_and_validator_once_it_is_trusted(house: House) -> None:
    extend(house, "steps", "count_rows.py", STEP)
    extend(house, "validators", "enough_rows.py", VALIDATOR.replace("LEAST", "20"))
    extend(house, "policies", "count.toml", POLICY)
    init = ("init", "weather", "--api", house.stations, "--policy", "count", "--yes", *WITH_KEY)

    refused = house.document(*init, code=3)
    assert "--trust" in refused["failure"]["hint"]

    terminal = house.terminal(*init, "--restart")
    answer(terminal, ("Trust it to run with your rights?", "no"))
    assert terminal.wait() == 1
    assert ".pilot/steps/count_rows.py" in terminal.text()

    terminal = house.terminal(*init, "--restart")
    answer(terminal, ("Trust it to run with your rights?", "yes"))
    assert terminal.wait() == 0
    (cell,) = house.cells("count_rows")
    assert cell["says"] == "24 rows in all" and cell["state"] == "done"

    assert house.document(*init, "--restart")["status"] == "done"

    extend(house, "validators", "enough_rows.py", VALIDATOR.replace("LEAST", "99"))
    assert house.document(*init, "--restart", code=3)["status"] == "needs_input"
    ended = house.document(*init, "--restart", "--trust", code=1)
    assert ended["failure"]["message"] == "only 24 rows" and ended["failure"]["step"] == "count_rows"
