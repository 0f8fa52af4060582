"""Run the script for real: extract, normalize, load."""

from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.judge.warnings import unfilled_columns
from pilot.kit import Kit
from pilot.load_start import can_start_over, keep_start, leave_nothing, must_start_over, start_over
from pilot.names import ProjectNames
from pilot.run.load_progress import progress_read
from pilot.run.result import RunMode
from pilot.run_remarks import remarks_of
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step
from pilot.unseen_load import HalfDone, broken_off, loads_of_run, what_became
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
        if isinstance(earlier, LoadRecord):
            _seal(kit, names)
            learned = Facts(loaded=True, load=earlier)
            return Outcome(says="finished before pilot was stopped", learned=learned)
        back = must_start_over(session, kit) and can_start_over(session, kit)
        if isinstance(earlier, HalfDone) and not back:
            raise _twice(earlier)
        first = ", without what the load before had loaded" if back else ""
        kit.consent.run(names.script, f"loads into {names.destination}{first}", wishes=True)
        environment = kit.project.secrets.environment(kit.project.secrets.wanted(names))
        if back or broken_off(session):
            start_over(session, kit)
        keep_start(session, kit)
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
                leave_nothing(session, kit)
            return Outcome(Status.FAILED, "the load failed", run=result)
        loads = loads_of_run(session, kit, result.loads)
        cell = session.running.id if session.running else None
        record = LoadRecord(loads, unfilled_columns(result.stderr), cell)
        session.learn(Facts(load=record))  # at once: a kill before the cell's end must not make it load again
        learned = Facts(loaded=True, load=record)
        says = f"loaded into {names.destination}"
        return Outcome(says=says, learned=learned, shows=remarks_of(result), run=result)


def _twice(found: HalfDone) -> PilotError:
    shown = ", ".join(f"_dlt_load_id {load}" for load in found.loads)
    return PilotError(
        f"The load was stopped when it had appended rows ({shown}); perhaps it was to do more.",
        "Take these rows out if you want them once only; then pilot resume runs it again.",
    )


def _seal(kit: Kit, names: ProjectNames) -> None:
    if kit.copies is not None and names.database is not None:
        kit.copies.seal(names.database)
