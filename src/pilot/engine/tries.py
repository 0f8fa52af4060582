"""What was tried against the findings of one step: kept for the next try, and told when it is given up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pilot.project.sameness import changed_lines, fingerprint
from pilot.session.cell import Cell
from pilot.writers.writer import Tried


@dataclass
class Tries:
    """The remedies so far, oldest first."""

    all: list[Tried] = field(default_factory=list)
    best: int = 0
    """How many of them lie behind the best state of the script."""

    def add(self, child: Cell, before: str, after: str) -> None:
        """A remedy was carried out, or failed."""
        states = (fingerprint(before), fingerprint(after)) if before != after else ()
        done = child.state.finished
        what, came = (f"{child.title}: {child.says}", "") if done else (child.title, child.says)
        self.all.append(Tried(what, changed_lines(before, after), states, came))

    def came_to(self, what: str) -> None:
        """What the newest one led to; what was said of it first holds."""
        if self.all and not self.all[-1].came:
            self.all[-1] = replace(self.all[-1], came=what)

    @property
    def told(self) -> tuple[str, ...]:
        """All of them for the person, a line each."""
        return tuple(f"{tried.what} → {tried.came}" if tried.came else tried.what for tried in self.all)

    def kept(self, script: str) -> str:
        """Which state of the script is left; "" where none of them changed it."""
        if not any(tried.states for tried in self.all):
            return ""
        if not self.best:
            return f"{script} is as it was before the repairs."
        return f"{script} is as repair {self.best} of {len(self.all)} left it: none got further."
