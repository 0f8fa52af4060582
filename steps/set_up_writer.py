"""Set up the writer: a model, or the built-in one."""

from pilot.facts import Facts
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step


class SetUpWriter(Step):
    """Which writer, which model, and why: one line."""

    title = "Set up writer"
    gives = ("writer",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Find out, asking before a key from the environment can cost anything."""
        choice, says = kit.writers.set_up(kit.options.model)
        return Outcome(says=says, learned=Facts(writer=choice))
