"""What models cost, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilot.writers.writer import Usage


def dollars(amount: float) -> str:
    """An amount for people: `$1.25`, `$0.0042`, `$0.00`."""
    return f"${amount:,.2f}" if amount >= 1 or not amount else f"${amount:.4f}"


def cost_of(usage: Usage) -> str:
    """What was asked of models cost so much; or that this is not known."""
    return "unknown" if usage.cost is None else dollars(usage.cost)
