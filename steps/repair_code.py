"""Repair the script from what a validator found."""

from dataclasses import replace

from pilot.drafting import brief_of, write_agreed
from pilot.finding import Finding, FindingKind
from pilot.kit import Kit
from pilot.project.preview import has_preview, remove_preview
from pilot.session.session import Session
from pilot.step import Outcome, Step
from pilot.writers.acceptance import repaired


class RepairCode(Step):
    """The writer's repair, shown as a diff and agreed to."""

    title = "Repair code"
    needs = ("names", "writer")

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Draft a repair of the finding that is the reason for this run."""
        finding = session.reason or Finding(FindingKind.FAILED, "The script failed.")
        loading = bool(session.facts.preview_removed)

        def settle(text: str) -> str:
            # once the preview is gone a repair must not bring it back: the next run is a load
            return remove_preview(text) if loading and has_preview(text) else text

        brief = replace(brief_of(session, kit), tried=session.tried, traffic=session.last_traffic)
        written = write_agreed(
            session, kit, brief, lambda writer, brief: repaired(writer, brief, finding, settle), settle
        )
        return Outcome(says=written.says, learned=written.learned, shows=written.shows)
