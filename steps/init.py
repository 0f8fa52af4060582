"""Make the dlt project, with dlt's own `dlt init`."""

from pilot.errors import AnswerMissing, Declined
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.project.verified_sources import is_verified
from pilot.screen import Choice, Line, Question
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class Init(Step):
    """Runs `dlt init`; nothing that exists is overwritten without asking."""

    title = "Init"
    needs = ("name", "destination")
    gives = ("names",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Make the files, or keep the script that is there."""
        names = ProjectNames(session.facts.name or "", session.facts.destination or "duckdb")
        if kit.project.read(names.script) is not None:
            return self._existing(names, kit)
        verified = self._wants_verified(names, kit)
        with kit.host.working(f"dlt init {names.name} {names.destination}"):
            files = kit.project.init(names, verified)
        session.record_created(kit.project.root, files)
        learned = Facts(names=names, written=True if verified else None)
        return Outcome(says=f"{len(files)} files", learned=learned, shows=(Line("  ".join(files), "quiet"),))

    def _existing(self, names: ProjectNames, kit: Kit) -> Outcome:
        """A script of that name is here already: go on from it only when the person says so."""
        if not kit.options.restart:
            flag = "--restart, or another NAME"
            if not kit.host.interactive:
                raise AnswerMissing(f"{names.script} exists; may a new draft replace it?", flag)
            question = Question(
                f"{names.script} exists. Go on from it (a new draft is shown as a diff first)?",
                flag=flag,
                choices=(Choice("y", "yes"), Choice("n", "no")),
                free=False,
            )
            if kit.host.ask(question) != "y":
                raise Declined(f"{names.script} exists and was kept.", "pilot init with another NAME.")
        return Outcome(Status.SKIPPED, f"{names.script} is here already", learned=Facts(names=names))

    def _wants_verified(self, names: ProjectNames, kit: Kit) -> bool:
        """Offer dlt's verified source of that name; never by default, never unattended."""
        if not kit.host.interactive or not is_verified(names.name):
            return False
        text = f"dlt has a verified source '{names.name}', fetched from github.com. Use it?"
        question = Question(
            text,
            flag="NAME",
            default="d",
            choices=(Choice("d", "describe an API"), Choice("v", "verified source")),
            free=False,
        )
        return kit.host.ask(question) == "v" and kit.consent.contact("github.com", "to fetch the source")
