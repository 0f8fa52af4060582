"""A question in words, asked of a model once: the session stays as it was."""

from __future__ import annotations

from tests.e2e.house import WITH_KEY, House
from tests.e2e.replies import QUERY


def test_a_question_asks_a_model_and_the_session_keeps_its_writer(house: House) -> None:
    begun = ("init", "weather", "--api", house.stations, "--yes", *WITH_KEY, "--model", "builtin")
    assert house.document(*begun)["writer"] == "builtin"
    server = house.model([QUERY])
    answer = house.document("query", "Which stations are the highest?", "--model", "gpt-6.1-sol")
    assert answer["rows"][0] == {"name": "Zugspitze", "metres": 2964}
    status = house.document("status")
    assert (status["writer"], status["model"]) == ("builtin", None)
    (cell,) = house.cells("query")
    assert cell["input"] == "Which stations are the highest?" and cell["usage"]["requests"] == 1
    assert len(server.requests) == 1

    spent = cell["usage"]["input_tokens"] + cell["usage"]["output_tokens"]
    more = ("query", "And the lowest?", "--model", "gpt-6.1-sol", "--max-tokens", str(spent + 500))
    assert house.document(*more, code=1)["failure"]["kind"] == "budget_spent"
    assert len(server.requests) == 1

    # the document of a run counts that run, not the session
    ran = house.document("run", "--yes", *WITH_KEY, "--model", "gpt-6.1-sol")
    assert (ran["repairs"], ran["model"]["requests"], ran["model"]["cost"]) == (0, 0, 0)
    assert house.document("status")["model"]["requests"] == 1
