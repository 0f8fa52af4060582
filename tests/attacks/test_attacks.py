"""Every attack at every level that claims to stop it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pilot.options import Level
from pilot.run.fence.inside import landlock
from pilot.run.result import Ending, RunResult
from tests.attacks.attacks import ATTACKS, BASIC, FULL, Attack
from tests.attacks.house import AttackHouse, attack_house

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the full fence is Linux's")
needs_landlock = pytest.mark.skipif(landlock.version() < 4, reason="no Landlock that holds the network")

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AttackHouse]:
    with attack_house(tmp_path) as built:
        yield built


def no_process_left(house: AttackHouse, result: RunResult) -> bool:
    return house.sleepers() == []


def nobody_heard(house: AttackHouse, result: RunResult) -> bool:
    return house.heard == []


def nothing_beside(house: AttackHouse, result: RunResult) -> bool:
    return not (house.folder / "escaped").exists()


def no_dump(house: AttackHouse, result: RunResult) -> bool:
    return result.exit_code == -6 and not list(house.root.glob("core*"))


def ended_by_bound(house: AttackHouse, result: RunResult) -> bool:
    return result.ending is Ending.EXITED and result.error is not None and result.seconds < 10


def text_only(house: AttackHouse, result: RunResult) -> bool:
    return CONTROL.search(result.stdout) is None


def short_output(house: AttackHouse, result: RunResult) -> bool:
    kept = len(result.stdout) + len(result.stderr)
    return result.ending is Ending.TIME_LIMIT and result.cut and kept < 200_000


LEFT: dict[str, Callable[[AttackHouse, RunResult], bool]] = {
    "": lambda house, result: "GOT OUT" not in result.stdout,
    "process": no_process_left,
    "ear": nobody_heard,
    "file": nothing_beside,
    "core": no_dump,
    "many": ended_by_bound,
    "ending": ended_by_bound,
    "plain": text_only,
    "short": short_output,
}


ALONE = [attack for attack in ATTACKS if attack.alone]
TOGETHER = [attack for attack in ATTACKS if not attack.alone]
KEYS = (
    "OPENAI_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "AIRFLOW__CORE__FERNET_KEY",
    "DESTINATION__SNOWFLAKE__CREDENTIALS",
)


def named(attacks: list[Attack], level: str) -> list[object]:
    return [pytest.param(attack, id=attack.name) for attack in attacks if level in attack.stopped_by]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Level], dict[str, str]]]:
    """What each of the attacks that can share a process printed, at a level."""
    known: dict[Level, dict[str, str]] = {}
    before = {name: os.environ.get(name) for name in KEYS}
    os.environ.update(dict.fromkeys(KEYS, "stolen"))

    def at(level: Level) -> dict[str, str]:
        if level not in known:
            with attack_house(tmp_path_factory.mktemp(level.value)) as house:
                known[level] = house.run_all(TOGETHER, level)
        return known[level]

    yield at
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@needs_landlock
@pytest.mark.parametrize("attack", named(TOGETHER, FULL))
def test_the_full_fence_stops_it(attack: Attack, told: Callable[[Level], dict[str, str]]) -> None:
    assert "GOT OUT" not in told(Level.FULL)[attack.name]


@needs_landlock
@pytest.mark.parametrize("attack", named(ALONE, FULL))
def test_the_full_fence_ends_it(attack: Attack, house: AttackHouse) -> None:
    assert LEFT[attack.leaves](house, house.run(attack, Level.FULL))


@pytest.mark.parametrize("attack", TOGETHER, ids=lambda attack: attack.name)
def test_the_basic_fence_stops_what_is_said_and_no_more(
    attack: Attack, told: Callable[[Level], dict[str, str]]
) -> None:
    out = "GOT OUT" in told(Level.BASIC)[attack.name]
    if attack.needs == "luck" or (attack.needs == "root" and os.geteuid() != 0):
        return
    assert out is (BASIC not in attack.stopped_by), told(Level.BASIC)[attack.name]


@pytest.mark.parametrize("attack", named(ALONE, BASIC))
def test_the_basic_fence_ends_it(attack: Attack, house: AttackHouse) -> None:
    assert LEFT[attack.leaves](house, house.run(attack, Level.BASIC))
