"""Ask whether the script may contact a host that it wants, and that nobody spoke of."""

from pilot.drafting import names_of
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step


class AskHost(Step):
    """The fence kept the script from a host: the person decides, and the run is repeated."""

    title = "Ask host"
    needs = ("names",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Ask for each host of the finding."""
        script = names_of(session.facts).script
        reason = session.reason or Finding(FindingKind.FENCED, f"{script} was kept from a host.")
        listed = reason.evidence.get("hosts")
        hosts = [str(host) for host in listed] if isinstance(listed, list) else []
        for host in hosts:
            if not kit.consent.contact(host, f"{script} wants it"):
                raise StepFailed(
                    reason, f"{host} was not agreed to: change the script, or agree at the next run."
                )
        return Outcome(says=f"{', '.join(hosts)} may be contacted")
