"""Look at the API before any code is written for it."""

from pilot.api.show import profile_blocks, profile_line
from pilot.api.words import hosts_in
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class ProbeApi(Step):
    """A few read-only requests to the URLs that the person named."""

    title = "Probe API"
    needs = ("goal",)
    gives = ("profile",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Probe, and show what was seen; nothing to probe is said and is no failure."""
        if session.facts.verified:
            return Outcome(Status.SKIPPED, "nothing to write, so nothing to look at")
        goal = session.facts.goal or ""
        kit.consent.person_named(hosts_in(f"{goal} {kit.options.docs or ''}"))
        with kit.host.working("Looking at the API") as progress:
            profile = kit.prober.probe(goal, kit.options.docs, _keys(session, kit), progress.say)
        status = Status.DONE if profile.requests else Status.SKIPPED
        return Outcome(status, profile_line(profile), Facts(profile=profile), profile_blocks(profile))


def _keys(session: Session, kit: Kit) -> dict[str, str]:
    """The keys that were given for this API; none that may be the destination's."""
    given = kit.project.secrets.given()
    if session.facts.destination == "duckdb":
        return given
    return {name: value for name, value in given.items() if name.startswith("sources.")}
