"""Write the script."""

from dataclasses import replace

from pilot.drafting import brief_of, write_agreed
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class WriteCode(Step):
    """The writer's first draft, shown as a diff and agreed to."""

    title = "Write code"
    needs = ("names", "goal", "writer")
    gives = ("written",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Draft until the person agrees."""
        if session.facts.verified:
            return Outcome(Status.SKIPPED, "the verified source is taken as it came")
        brief = brief_of(session, kit)
        written = write_agreed(session, kit, brief, lambda writer, brief: writer.write(brief))
        learned = replace(written.learned, preview_removed=False)
        return Outcome(says=written.says, learned=learned, shows=written.shows)
