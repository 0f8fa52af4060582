"""What models may still be asked for: a request that would go beyond tokens, money or time is not sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Json
from pilot.model.budget import MARGIN
from pilot.model.prices import Price, PriceList
from pilot.money import dollars
from pilot.writers.writer import Usage


class BudgetSpent(StepFailed):
    """The next request would cost more than is left."""

    def __init__(self, says: str, evidence: dict[str, Json], flag: str) -> None:
        hint = f"pilot resume with a larger {flag} goes on; --model builtin asks no model."
        super().__init__(Finding(FindingKind.BUDGET_SPENT, says, evidence=evidence, hint=hint))


@dataclass(frozen=True)
class Bounds:
    """What a session may ask of models in all. None: as much as it takes."""

    tokens: int | None = None
    """Sent and received."""
    cost: float | None = None
    """US dollars."""

    @property
    def set(self) -> bool:
        """Whether there are any."""
        return self.tokens is not None or self.cost is not None


def _nothing() -> Usage:
    return Usage()


@dataclass
class Purse:
    """The bounds of one session, and what it has asked for: `spent` tells, whichever model it was."""

    bounds: Bounds = field(default_factory=Bounds)
    prices: PriceList = field(default_factory=PriceList)
    spent: Callable[[], Usage] = _nothing
    deadline: float | None = None
    """When, by the monotonic clock, what is asked for must have come."""

    def usage(self, model: str, url: str, given: int, said: int) -> Usage:
        """One answered request, priced where that can be done."""
        price = self.prices.of(model, url)
        cost = price.of(given, said) if price else 0.0
        return Usage(1, given, said, cost, 0 if price else 1)

    def affords(self, model: str, url: str) -> bool:
        """Whether what the model costs can be counted, where it has to be."""
        return self.bounds.cost is None or self.prices.of(model, url) is not None

    def seconds_left(self) -> float | None:
        """Seconds until the deadline; None where there is none."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def in_time(self) -> None:
        """Raises BudgetSpent where the time is up."""
        if (left := self.seconds_left()) is not None and left <= 0:
            raise BudgetSpent("The time for repairs is used up.", {}, "--max-seconds")

    def allow(self, model: str, url: str, size: int, wanted: int, most: int) -> int:
        """How many tokens the answer to a request of about `size` tokens may have: at most `most`.

        Raises BudgetSpent where that is less than the `wanted`, or the time is up.
        """
        self.in_time()
        size = round(size * MARGIN)  # an estimate may be too low
        price = self.prices.of(model, url)
        allowed = min(most, self._by_tokens(size), self._by_cost(size, price))
        if allowed < min(wanted, most):
            raise self._broke(size + wanted, price, allowed == self._by_tokens(size))
        return int(allowed)

    def _by_tokens(self, size: int) -> float:
        return float("inf") if self.bounds.tokens is None else self.bounds.tokens - self.spent().tokens - size

    def _by_cost(self, size: int, price: Price | None) -> float:
        if self.bounds.cost is None:
            return float("inf")
        cost = self.spent().cost
        if price is None or cost is None:
            return 0.0
        left = self.bounds.cost - cost - price.of(size, 0)
        if left < 0 or not price.output:
            return -1.0 if left < 0 else float("inf")
        return left / price.of(0, 1)

    def _broke(self, needed: int, price: Price | None, tokens: bool) -> BudgetSpent:
        """What was spent of what, in the words of the bound that was met."""
        spent, bounds = self.spent(), self.bounds
        evidence: dict[str, Json] = {
            "requests": spent.requests,
            "tokens": spent.tokens,
            "max_tokens": bounds.tokens,
            "cost": spent.cost,
            "max_cost": bounds.cost,
        }
        end = "so the next request was not sent"
        if tokens:
            told = (
                f"{spent.tokens:,} of {bounds.tokens:,} tokens are spent and about {needed:,} more are needed"
            )
            return BudgetSpent(f"{told}, {end}.", evidence, "--max-tokens")
        if price is None or spent.cost is None:
            return BudgetSpent(f"What the model costs is not known, {end}.", evidence, "--max-cost")
        told = f"{dollars(spent.cost)} of {dollars(bounds.cost or 0.0)} are spent"
        return BudgetSpent(f"{told} and the next answer may not fit, {end}.", evidence, "--max-cost")
