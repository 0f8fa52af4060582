"""Ask which API to load, in plain words."""

from pilot.api.words import hosts_in, propose_name, without_secrets
from pilot.facts import Facts
from pilot.host import Question
from pilot.kit import Kit
from pilot.project.naming import check_name
from pilot.screen import Line
from pilot.secrecy.typed import hear_addresses, heard
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class AskApi(Step):
    """The person's words, and (where the command line has none) a name for the pipeline."""

    title = "Ask API"
    gives = ("goal", "name")

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Take the answer from the command line or ask."""
        if session.facts.verified:
            return Outcome(Status.SKIPPED, "the verified source knows its API")
        question = Question("Which API do you want to load?", flag="--api TEXT")
        if session.reason is not None:
            kit.host.show(Line(session.reason.hint or session.reason.says, "warn"))
            question = Question("Which API do you want to load? Name a URL of it.", flag="--api TEXT")
        # what --api said when all was begun counts as well where pilot was stopped right then
        given = (kit.options.api or _said_before(session)) if session.reason is None else None
        secrets = kit.project.secrets
        said = heard(given, session, secrets, kit.host) if given else kit.host.ask(question)
        hear_addresses(said, secrets)
        goal = without_secrets(said)
        if goal != said:
            kit.host.show(
                Line("The key in that URL is not kept; pilot asks for it once it is needed.", "warn")
            )
        kit.consent.person_named(hosts_in(goal))
        name = session.facts.name or self._name(goal, kit)
        return Outcome(says=goal, learned=Facts(goal=goal, name=name))

    def _name(self, goal: str, kit: Kit) -> str:
        proposal = propose_name(goal)
        if kit.options.yes:
            return proposal
        question = Question("What should the pipeline be called?", flag="NAME (or --yes)", default=proposal)
        return check_name(kit.host.ask(question))


def _said_before(session: Session) -> str | None:
    said = session.facts.extra.get("api")
    return said if isinstance(said, str) else None
