"""The session: what is known, and the cells so far."""

from __future__ import annotations

from dataclasses import dataclass

from pilot.facts import Facts
from pilot.session.cell import Cell


@dataclass
class Session:
    """What is known: typed facts and frozen cells; no client, no console inside."""

    facts: Facts
    cells: list[Cell]
