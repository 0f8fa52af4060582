"""Run the script up to its preview: does the API answer, and with records?"""

from pilot.drafting import names_of
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.project.preview import has_preview
from pilot.run.result import RunMode
from pilot.run.traffic import told_cached
from pilot.run_remarks import remarks_of
from pilot.screen import Output
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class CheckApi(Step):
    """The preview prints the first records and stops before anything is loaded."""

    title = "Check API"
    needs = ("names", "written")
    gives = ("checked",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Run it, with short timeouts and the API's own error bodies."""
        names = names_of(session.facts)
        script = kit.project.read(names.script) or ""
        if not has_preview(script):
            says = "no preview in the script: the load will show"
            return Outcome(Status.SKIPPED, says, Facts(checked=True), script=script)
        kit.consent.run(names.script, "shows the first records, loads nothing", wishes=True)
        environment = kit.project.secrets.environment(kit.project.secrets.wanted(names))
        with kit.host.working(f"Running {names.script}") as progress:
            result = kit.runner.run(
                names.script, RunMode.CHECK, environment, kit.options.timeout, progress.write
            )
        shown = (Output(result.stdout, "first records"),) if result.ok and result.stdout else ()
        says = f"the API answered in {result.seconds:.1f} s{told_cached(result.traffic)}"
        shows = (*shown, *remarks_of(result))
        return Outcome(Status.DONE, says, Facts(checked=True), shows, result, script=script)
