"""Several choices out of a list: boxes to check at a real pseudo-terminal, keys with commas elsewhere."""

from __future__ import annotations

import pytest

from pilot.hosts.answers import meant
from pilot.testing import ScriptedHost
from tests.hosts.conversation import QUESTIONS
from tests.hosts.test_terminal import Start, start

__all__ = ["start"]
MANY = QUESTIONS["many"]


def test_enter_alone_takes_what_is_checked_before(start: Start) -> None:
    session = start("many")
    session.expect("Which endpoints?")
    session.expect("orders")
    session.press("enter")
    session.expect("-> '/teams'")
    assert session.wait() == 0


def test_boxes_are_checked_with_the_space_bar(start: Start) -> None:
    session = start("many")
    session.expect("orders")
    session.type("\x1b[B ")
    session.press("enter")
    session.expect("-> '/teams,/users'")


def test_typing_finds_a_choice_also_with_a_slash(start: Start) -> None:
    session = start("many")
    session.expect("orders")
    session.type("/ord")
    session.type(" ")
    session.press("enter")
    session.expect("-> '/teams,/orders'")


def test_at_least_one_has_to_be_picked(start: Start) -> None:
    session = start("many")
    session.expect("at least one")
    session.expect("orders")
    session.type(" ")
    session.press("enter")
    session.type(" ")
    session.press("enter")
    session.expect("-> '/teams'")


@pytest.mark.parametrize(("key", "ends"), [("\x03", "Interrupted"), ("\x04", "EndOfInput")])
def test_ctrl_c_and_ctrl_d_leave(start: Start, key: str, ends: str) -> None:
    session = start("many")
    session.expect("orders")
    session.type(key)
    assert session.wait() == 130


def test_on_a_plain_terminal_the_choices_are_typed(start: Start) -> None:
    session = start("many", env={"TERM": "dumb"})
    session.expect("Which endpoints?")
    session.answer("/orders, /teams")
    session.expect("-> '/teams,/orders'")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "/teams"),
        ("/users", "/users"),
        ("/orders,/users", "/users,/orders"),
        ("/users,/none", None),
        (",", None),
    ],
)
def test_what_is_typed_means_keys_in_the_order_of_the_choices(typed: str, answer: str | None) -> None:
    assert meant(MANY, typed) == answer


def test_a_scripted_host_answers_with_keys() -> None:
    assert ScriptedHost(["/orders,/teams"]).ask(MANY) == "/teams,/orders"
