"""The contract of a validator: it looks at what a step produced and returns findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilot.finding import Finding

if TYPE_CHECKING:
    from pilot.session.session import Session
    from pilot.step import Outcome


class Validator(ABC):
    """Looks, never repairs and never prints."""

    @abstractmethod
    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """What is wrong, the most important first; empty when all is well."""
