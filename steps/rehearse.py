"""Judge what is loaded by a rehearsal: the script loads once more, into a database that is thrown away."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pilot.api.words import hosts_in
from pilot.drafting import names_of
from pilot.errors import Declined, PilotError
from pilot.facts import Facts
from pilot.judge.compare import behind, compared, kept, second_run, unstable
from pilot.judge.evidence import Evidence
from pilot.judge.show import summary, verdict_blocks
from pilot.judge.verdicts import verdicts
from pilot.judging import load_evidence, rehearsal_evidence
from pilot.kit import Kit
from pilot.run.load_progress import progress_read
from pilot.run.rehearsal import database_of, rehearsal_environment
from pilot.run.result import RunMode, RunResult
from pilot.run_remarks import remarks_of
from pilot.session.cell import CellState
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step

_JUDGING = ("check_load", "rehearse")
_WHY = "a rehearsal into a throwaway database"


class Rehearse(Step):
    """What the script reads now, what of it is stored, and whether the destination has as much."""

    title = "Check load"
    needs = ("names",)
    gives = ("verdicts",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Rehearse where the person agrees; else look at what there is."""
        if kit.options.look:
            return _looked(session, kit)
        with TemporaryDirectory(prefix="pilot-rehearsal-") as folder:
            try:
                result = _rehearsed(session, kit, Path(folder))
            except Declined as declined:
                return _looked(session, kit, declined)
            if not result.ok:
                return Outcome(Status.FAILED, "the rehearsal failed", run=result)
            warehouse = kit.warehouse.at(database_of(Path(folder), names_of(session.facts).pipeline))
            evidence = rehearsal_evidence(session, kit, warehouse, result)
            second = None
            if kit.options.twice:
                again = _rehearsed(session, kit, Path(folder))
                if not again.ok:
                    return Outcome(Status.FAILED, "the second rehearsal failed", run=again)
                second = rehearsal_evidence(session, kit, warehouse, again)
        return _judged(session, kit, evidence, result, second)


def _rehearsed(session: Session, kit: Kit, folder: Path) -> RunResult:
    """One rehearsal, agreed to. Raises Declined."""
    names = names_of(session.facts)
    for host in hosts_in(session.facts.goal or ""):
        kit.consent.contact(host, "you named it")
    kit.consent.run(names.script, _WHY)
    secrets = kit.project.secrets
    environment = {**secrets.environment(secrets.wanted(names)), **rehearsal_environment(folder)}
    with (
        kit.host.working(f"Rehearsing {names.script}") as progress,
        progress_read(progress, kit.options.verbose) as watch,
    ):
        return kit.runner.run(names.script, RunMode.LOAD, environment, kit.options.timeout, watch)


def _judged(
    session: Session, kit: Kit, evidence: Evidence, run: RunResult, second: Evidence | None
) -> Outcome:
    """The rehearsal's verdict, laid over what the destination really has."""
    with kit.host.working("Counting rows"):
        tables = kit.warehouse.tables(names_of(session.facts))
    rehearsed = verdicts(evidence)
    judged = compared(rehearsed, tables)
    says = summary(judged) if tables else f"nothing is loaded yet; rehearsed: {summary(rehearsed)}"
    says = f"{says}; {second_run(evidence, second)}" if second else says
    return Outcome(
        says=says,
        learned=Facts(tables=tables or None, verdicts=judged, loaded=bool(tables) or None),
        shows=(*verdict_blocks(judged), *remarks_of(run)),
        run=run,
        evidence=evidence,
        findings=(*(unstable(evidence, second) if second else ()), *behind(rehearsed, tables)),
    )


def _looked(session: Session, kit: Kit, declined: Declined | None = None) -> Outcome:
    """Without a run: by the newest load's ledger, where there is one, else by what was proven before."""
    names = names_of(session.facts)
    with kit.host.working("Counting rows"):
        tables = kit.warehouse.tables(names)
        if not tables and not kit.warehouse.finished_loads(names):
            raise declined or PilotError("Nothing is loaded yet.", "pilot check rehearses a load first.")
        evidence = load_evidence(session, kit, tables)
    judged = verdicts(evidence)
    if not evidence.feeds:
        judged = kept(judged, session.facts.verdicts or (), _proven_on(session))
    says = f"nothing was run: declined; {summary(judged)}" if declined else summary(judged)
    learned = Facts(tables=tables or None, verdicts=judged)
    return Outcome(says=says, learned=learned, shows=verdict_blocks(judged), evidence=evidence)


def _proven_on(session: Session) -> str:
    """The day of the last run that tables were judged by."""
    judging = [
        cell for cell in session.cells if cell.step in _JUDGING and cell.state is not CellState.RUNNING
    ]
    return time.strftime("%Y-%m-%d", time.localtime(judging[-1].started)) if judging else ""
