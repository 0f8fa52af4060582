"""Which parameters a refusal names, and which values the person's words have for them."""

from __future__ import annotations

import json

import pytest

from pilot.api.fetch import Answer
from pilot.api.required import required_by, said_value


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("Required parameter 'city' is missing", ["city"]),
        ("Parameters 'from' and 'to' are required (YYYY-MM-DD)", ["from", "to"]),
        ("Missing required parameters: start_date, end_date", ["start_date", "end_date"]),
        ("lat, lon and units must be provided", ["lat", "lon", "units"]),
        ("The resource is not there", []),
    ],
)
def test_every_parameter_that_a_refusal_names_is_known(message: str, names: list[str]) -> None:
    body = json.dumps({"message": message}).encode()
    assert required_by(Answer("http://x", 400, {"content-type": "application/json"}, body)) == names


def test_dates_are_said_as_people_say_them() -> None:
    words = "Load   from 2024-01-02 to 2024-01-20"
    assert (said_value(words, "from"), said_value(words, "to")) == ("2024-01-02", "2024-01-20")
