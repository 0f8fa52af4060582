"""Change the script as the person asks, in words."""

from pilot.project.preview import has_preview

from pilot.drafting import brief_of, write_agreed
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step


class ChangeCode(Step):
    """The writer's change, shown as a diff and agreed to."""

    title = "Change code"
    needs = ("names", "writer", "request")
    gives = ("written",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Draft the change until the person agrees."""
        request = session.facts.request or ""
        written = write_agreed(
            session, kit, brief_of(session, kit), lambda writer, brief: writer.refine(brief, request)
        )
        learned = Facts(written=True, preview_removed=not has_preview(written.text))
        return Outcome(says=written.says, learned=learned, shows=written.shows)
