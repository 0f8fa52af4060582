"""Policies: TOML in, typed data out, with errors that name the policy."""

import pytest

from pilot.errors import UsageError
from pilot.finding import Remedy
from pilot.policy import Limits, StepUse, parse_policy

_TEXT = """
title = "Try"
validators = ["watch"]
[limits]
repairs = 1
[remedies]
repair = "mend"
secret = "ask"
[[step]]
use = "ask"
[[step]]
use = "run"
validators = ["look"]
remedies = { repair = "other" }
"""


def test_a_policy_is_read_as_written() -> None:
    policy = parse_policy("try", _TEXT)
    assert (policy.name, policy.title, policy.validators) == ("try", "Try", ("watch",))
    assert policy.step[1] == StepUse("run", ("look",), {Remedy.REPAIR: "other"})
    assert policy.limits == Limits(repairs=1)


def test_a_step_s_own_remedy_goes_before_the_policy_s() -> None:
    policy = parse_policy("try", _TEXT)
    assert policy.remedy_step(0, Remedy.REPAIR) == "mend"
    assert policy.remedy_step(1, Remedy.REPAIR) == "other"
    assert policy.remedy_step(1, Remedy.WAIT) is None


def test_an_earlier_step_is_found_and_a_later_one_is_not() -> None:
    policy = parse_policy("try", _TEXT)
    assert policy.earlier(1, "ask") == 0
    assert policy.earlier(0, "run") is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("title = ", "can't be read"),
        ('title = "x"', "step"),
        ('title = "x"\nsteps = []\n[[step]]\nuse = "a"', "steps"),
        ('title = "x"\n[remedies]\nheal = "a"\n[[step]]\nuse = "a"', "heal"),
        ('title = "x"\n[limits]\nrepairs = "many"\n[[step]]\nuse = "a"', "int"),
    ],
)
def test_a_policy_that_can_t_be_read_says_what_is_wrong(text: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_policy("mine", text)
    assert "mine" in caught.value.message
    assert named in caught.value.message
