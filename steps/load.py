"""Run the script for real: extract, normalize, load."""

from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.judge.warnings import unfilled_columns
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.run.load_progress import progress_read
from pilot.run.result import RunMode
from pilot.run_remarks import remarks_of
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step
from pilot.unseen_load import HalfDone, broken_off, load_begins, loads_of_run, what_became
from pilot.verdict import LoadRecord


class Load(Step):
    """The real load. One that was finished is not run again; a failed one does not poison the next."""

    title = "Load"
    needs = ("names", "written", "preview_removed")
    gives = ("loaded",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Run the script and clear what a failed run leaves behind."""
        names = names_of(session.facts)
        earlier = what_became(session, kit)
        if isinstance(earlier, HalfDone):
            shown = ", ".join(f"_dlt_load_id {load}" for load in earlier.loads)
            raise PilotError(
                f"The load was stopped when it had appended rows ({shown}); perhaps it was to do more.",
                "Take these rows out if you want them once only; then pilot resume runs it again.",
            )
        if earlier is not None:
            _seal(kit, names)
            learned = Facts(loaded=True, load=earlier)
            return Outcome(says="finished before pilot was stopped", learned=learned)
        kit.consent.run(names.script, f"loads into {names.destination}", wishes=True)
        environment = kit.project.secrets.environment(kit.project.secrets.wanted(names))
        if broken_off(session):
            # dlt would load the stopped run's packages first, and then the same records again
            kit.runner.clear_pending(names.pipeline)
        _keep_copy(session, kit, names)
        session.learn(Facts(load_begun=load_begins(session, kit)))
        with (
            kit.host.working(f"Loading with {names.script}") as progress,
            progress_read(progress, kit.options.verbose) as watch,
        ):
            kit.warehouse.prepare(names)
            result = kit.runner.run(
                names.script, RunMode.LOAD, environment, kit.options.timeout, watch, names.pipeline
            )
        _seal(kit, names)
        if not result.ok:
            if not result.left_behind:  # an earlier run's packages are not ours to drop unasked
                # dlt would retry the broken package at every later run, whatever the script says then
                kit.runner.clear_pending(names.pipeline)
            return Outcome(Status.FAILED, "the load failed", run=result)
        loads = loads_of_run(session, kit, result.loads)
        cell = session.running.id if session.running else None
        record = LoadRecord(loads, unfilled_columns(result.stderr), cell)
        session.learn(Facts(load=record))  # at once: a kill before the cell's end must not make it load again
        learned = Facts(loaded=True, load=record)
        says = f"loaded into {names.destination}"
        return Outcome(says=says, learned=learned, shows=remarks_of(result), run=result)


def _keep_copy(session: Session, kit: Kit, names: ProjectNames) -> None:
    """A copy of the database as it is now, for undo; where there is none, undo says so."""
    if kit.copies is not None and names.database is not None and session.running is not None:
        kit.copies.take(session.running.id, names.database)


def _seal(kit: Kit, names: ProjectNames) -> None:
    if kit.copies is not None and names.database is not None:
        kit.copies.seal(names.database)
