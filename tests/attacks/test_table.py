"""The documentation claims what the tests prove."""

from __future__ import annotations

from tests.attacks.attacks import ATTACKS
from tests.attacks.table import PAGE, with_table


def test_the_table_of_the_documentation_is_that_of_the_attacks() -> None:
    page = PAGE.read_text("utf-8")
    assert page == with_table(page), "python -m tests.attacks.table"


def test_there_are_attacks_enough_and_each_is_told_apart() -> None:
    assert len(ATTACKS) >= 50
    assert (
        len({attack.name for attack in ATTACKS}) == len({attack.tries for attack in ATTACKS}) == len(ATTACKS)
    )
