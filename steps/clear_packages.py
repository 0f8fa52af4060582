"""Drop load packages that an earlier run left behind: dlt would take them up before anything new."""

from pilot.drafting import names_of
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step


class ClearPackages(Step):
    """With dlt's own means, after consent: what was extracted then and never loaded is gone afterwards."""

    title = "Drop old packages"
    needs = ("names",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Drop them; where they were loaded after all, nothing is left to do but to run again."""
        names = names_of(session.facts)
        if session.reason is not None and session.reason.evidence.get("loaded"):
            return Outcome(says="they are loaded now; the script runs once more, for its own data")
        why = "drops what an earlier run read and could not load"
        kit.consent.run(f"dlt pipeline {names.pipeline} abort-packages", why)
        with kit.host.working("Dropping old packages"):
            cleared = kit.runner.clear_pending(names.pipeline)
        return Outcome(says="dropped" if cleared else "nothing was left behind")
