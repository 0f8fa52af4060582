"""What a session may ask of models: tokens, money and time, kept to before a request is sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pilot.finding import FindingKind
from pilot.model.client import Endpoint, Gate, ModelClient
from pilot.model.faults import ModelFailed
from pilot.model.patience import Patience
from pilot.model.preferences import Limits
from pilot.model.prices import Price, PriceList
from pilot.model.purse import Bounds, BudgetSpent, Purse
from pilot.model.request import Message, size_of
from pilot.writers.writer import Usage
from tests.support.model_server import ModelServer, Script

ASKED = [Message("system", "You write pipelines."), Message("user", "Write one. " * 40)]
SIZE = size_of(ASKED)
PRICED = PriceList({"m": Price(1_000.0, 2_000.0)})
"""A token that is sent costs a tenth of a cent, one that is received twice as much."""


@contextmanager
def asking(script: Script, purse: Purse, reply: int = 1_000) -> Iterator[tuple[ModelClient, ModelServer]]:
    with ModelServer(script) as server:
        endpoint = Endpoint(server.url, "endpoint", "m", Limits(100_000, reply))
        patience = Patience(first=0.01, answer=5, silence=5)
        client = ModelClient(endpoint, Gate(str, lambda text: None), lambda text: None, patience, purse)
        purse.spent = lambda: client.usage
        try:
            yield client, server
        finally:
            client.close()


def test_a_request_that_would_go_beyond_the_tokens_is_not_sent() -> None:
    with asking(["x"], Purse(Bounds(tokens=SIZE + 100))) as (client, server):
        with pytest.raises(BudgetSpent) as caught:
            client.ask(ASKED, wanted=500)
        assert server.requests == []
    finding = caught.value.finding
    assert finding.kind is FindingKind.BUDGET_SPENT
    assert finding.says.startswith(f"0 of {SIZE + 100:,} tokens are spent and about ")
    assert "--max-tokens" in caught.value.hint
    assert finding.evidence["max_tokens"] == SIZE + 100


def test_the_answer_may_be_as_long_as_what_is_left() -> None:
    with asking(["word " * 300], Purse(Bounds(tokens=2 * SIZE + 600))) as (client, server):
        client.ask(ASKED)
        assert SIZE < client.usage.tokens <= 2 * SIZE + 600
        assert server.requests[0]["max_completion_tokens"] < 1_000
        with pytest.raises(BudgetSpent):
            client.ask(ASKED)
        assert len(server.requests) == 1


def test_a_server_that_does_not_keep_to_the_length_is_cut_off() -> None:
    endless = "def function(): return 1\n" * 20_000
    with asking([endless], Purse(Bounds(tokens=SIZE * 2 + 600))) as (client, server):
        with pytest.raises(BudgetSpent):
            client.ask(ASKED)
        assert len(server.requests) == 1
        assert client.usage.tokens < 2 * (SIZE * 2 + 600)


def test_without_bounds_nothing_is_cut() -> None:
    with asking(["word " * 3_000], Purse()) as (client, _):
        assert len(client.ask(ASKED).text) == len("word " * 3_000)


def test_money_is_counted_and_kept() -> None:
    with asking([{"content": "x", "usage": [100, 50]}], Purse(Bounds(cost=1.0), PRICED)) as (client, server):
        client.ask(ASKED)
        assert client.usage.cost == pytest.approx(0.2)
        assert server.requests[0]["max_completion_tokens"] <= (1.0 - SIZE * 1.2 / 1_000) / 0.002 + 1
        for _ in range(9):
            try:
                client.ask(ASKED)
            except BudgetSpent as broke:
                assert broke.message.startswith("$") and "$1.00" in broke.message
                break
        assert client.usage.cost is not None and client.usage.cost <= 1.0
        assert 1 < len(server.requests) < 5


def test_what_is_free_is_bounded_by_nothing() -> None:
    free = PriceList({"m": Price(0.0, 0.0)})
    with asking(["x"], Purse(Bounds(cost=0.0), free)) as (client, _):
        assert client.ask(ASKED).text == "x"
        assert client.usage.cost == 0.0


def test_an_unknown_price_makes_the_cost_unknown_and_a_bound_on_it_unkeepable() -> None:
    purse = Purse(Bounds(), PriceList())
    assert purse.usage("m", "https://models.example/v1", 10, 5) == Usage(1, 10, 5, 0.0, 1)
    assert purse.usage("m", "https://models.example/v1", 10, 5).cost is None
    assert not Purse(Bounds(cost=1.0)).affords("m", "https://models.example/v1")
    with pytest.raises(BudgetSpent, match="not known"):
        Purse(Bounds(cost=1.0)).allow("m", "https://models.example/v1", 10, 10, 10)


def test_a_known_part_and_an_unknown_one_are_unknown_together() -> None:
    known, unknown = Usage(1, 10, 5, 0.25), Usage(1, 10, 5, 0.0, 1)
    assert (known + unknown).cost is None
    assert (known + unknown - unknown).cost == 0.25


def test_what_must_come_by_a_time_is_not_waited_for_beyond_it() -> None:
    purse = Purse(deadline=time.monotonic() + 0.5)
    with asking([{"fault": "hang", "seconds": 30}], purse) as (client, server):
        begun = time.monotonic()
        with pytest.raises(BudgetSpent, match="time"):
            client.ask(ASKED)
        assert time.monotonic() - begun < 4
        assert len(server.requests) == 1


def test_a_busy_endpoint_is_not_waited_for_beyond_the_time() -> None:
    purse = Purse(deadline=time.monotonic() + 0.5)
    busy = {"status": 429, "headers": {"Retry-After": "20"}}
    with asking([busy], purse) as (client, _), pytest.raises(ModelFailed):
        begun = time.monotonic()
        client.ask(ASKED)
    assert time.monotonic() - begun < 4
