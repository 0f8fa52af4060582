"""Find the pipeline of a folder: the session's own, or the one that a script here makes."""

import os

from pilot.errors import AnswerMissing, PilotError
from pilot.facts import Facts
from pilot.host import Choice, Question
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.project.existing import pipelines_in
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class FindPipeline(Step):
    """Script, pipeline, dataset and destination, by the script and by dlt's local state."""

    title = "Find the pipeline"
    gives = ("names",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Look; ask where there are several."""
        known = session.facts.names
        if known is not None and kit.options.script in (None, known.script, known.pipeline):
            return Outcome(Status.SKIPPED, f"{known.script}, as it was")
        found = pipelines_in(kit.project.root, os.environ, kit.options.script)
        if not found:
            where = kit.options.script or "this folder"
            hint = "Name the script or the pipeline: pilot check NAME (or name another --dir)"
            raise PilotError(f"No script that makes a dlt pipeline was found in {where}.", hint)
        names = found[0] if len(found) == 1 else _picked(kit, found)
        learned = Facts(name=names.name, destination=names.destination, names=names, written=True)
        says = f"{names.script}: {names.pipeline} into {names.destination}, dataset {names.dataset}"
        return Outcome(says=says, learned=learned)


def _picked(kit: Kit, found: tuple[ProjectNames, ...]) -> ProjectNames:
    """The one that the person means."""
    if not kit.host.interactive:
        listed = ", ".join(f"{names.pipeline} ({names.script})" for names in found)
        raise AnswerMissing(f"Which pipeline? {listed}", f"pilot check {found[0].script}")
    choices = tuple(Choice(str(n), f"{names.pipeline} ({names.script})") for n, names in enumerate(found, 1))
    question = Question("Which pipeline?", flag="pilot check NAME", default="1", choices=choices, free=False)
    return found[int(kit.host.ask(question)) - 1]
