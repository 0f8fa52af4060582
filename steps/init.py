"""Make the dlt project, with dlt's own `dlt init`."""

from dataclasses import replace

from pilot.errors import AnswerMissing, Declined
from pilot.facts import Facts
from pilot.host import Choice, Question
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.project.init import files_of
from pilot.project.verified_sources import verified_source
from pilot.screen import Line
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
            return self._existing(names, session, kit)
        verified = self._wants_verified(names, kit)
        if verified:
            names = replace(names, name=verified)
        session.record_coming(kit.project.root, files_of(names))
        with kit.host.working(f"dlt init {names.name} {names.destination}"):
            files = kit.project.init(names, bool(verified))
        session.record_created(kit.project.root, files)
        learned = Facts(names=names)
        if verified:
            learned = Facts(
                names=names, written=True, verified=True, goal=f"dlt's verified source {verified}"
            )
        return Outcome(
            says=f"{len(files)} file{'' if len(files) == 1 else 's'}",
            learned=learned,
            shows=(Line("  ".join(files), "quiet"),),
        )

    def _existing(self, names: ProjectNames, session: Session, kit: Kit) -> Outcome:
        """A script of that name is here already: go on from it only when the person says so."""
        if not session.facts.restart:
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

    def _wants_verified(self, names: ProjectNames, kit: Kit) -> str | None:
        """Offer dlt's verified source of that name; never by default, never unattended."""
        source = verified_source(names.name)
        if source is None or not kit.host.interactive:
            return None
        text = f"dlt has a verified source '{source}', fetched from github.com. Use it?"
        question = Question(
            text,
            flag="NAME",
            default="d",
            choices=(Choice("d", "describe an API"), Choice("v", "verified source")),
            free=False,
        )
        wanted = kit.host.ask(question) == "v" and kit.consent.contact("github.com", "to fetch it")
        return source if wanted else None
