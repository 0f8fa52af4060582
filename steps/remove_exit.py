"""Take the preview and its `exit()` out, so that the next run loads."""

from pilot.drafting import names_of
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit
from pilot.project.preview import has_preview, remove_preview
from pilot.run.limits import limits_left
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class RemoveExit(Step):
    """Takes exactly the preview out; everything else stays as it is."""

    title = "Remove exit"
    needs = ("names", "written")
    gives = ("preview_removed",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Remove it by the syntax tree, after consent."""
        names = names_of(session.facts)
        text = kit.project.read(names.script) or ""
        learned = Facts(preview_removed=True)
        outcome = Outcome(Status.SKIPPED, f"no preview in {names.script}", learned)
        if has_preview(text):
            text = remove_preview(text)
            kit.consent.change(names.script, text)
            outcome = Outcome(Status.DONE, "the next run loads", learned)
        limits = limits_left(text)
        if not limits:
            return outcome
        finding = Finding(
            FindingKind.LIMIT_LEFT,
            f"The script would load only a part: {', '.join(limits)}.",
            Remedy.REPAIR,
            {"limits": list(limits)},
        )
        return Outcome(Status.FAILED, finding.says, learned, findings=(finding,))
