"""Wait until nobody else holds the database, or load into another file."""

import time
from dataclasses import replace
from pathlib import Path

from pilot.drafting import names_of
from pilot.errors import StepFailed
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind
from pilot.host import Choice, Question
from pilot.kit import Kit
from pilot.names import ProjectNames, names_in
from pilot.project.rename import with_names
from pilot.session.session import Session
from pilot.step import Outcome, Step
from pilot.warehouse.lock import is_free

_WAIT, _OTHER = "w", "o"
_LONGEST = 60.0


class WaitForDatabase(Step):
    """Only one program at a time may write a DuckDB file; whoever has it open keeps every other out."""

    title = "Wait for the database"
    needs = ("names",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Wait, as long as a minute; or call the pipeline otherwise, and with it its file."""
        reason = session.reason or Finding(FindingKind.DESTINATION_LOCKED, "The database is locked.")
        names = names_of(session.facts)
        other = _other_file(kit, names)
        if other is not None and _ask(kit, other) == _OTHER:
            return _moved(kit, names, other)
        file = Path(str(reason.evidence.get("file") or kit.project.root / (names.database or "")))
        end = time.monotonic() + _LONGEST
        with kit.host.working("Waiting for the database") as progress:
            while not is_free(file):
                if (left := end - time.monotonic()) <= 0:
                    raise StepFailed(reason)
                progress.say(f"{file.name} is in use; waiting {left:.0f} s more (Ctrl-C stops)")
                time.sleep(min(left, 0.5))
        return Outcome(says=f"{file.name} is free")


def _ask(kit: Kit, other: ProjectNames) -> str:
    if not kit.host.interactive:
        return _WAIT
    choices = (Choice(_WAIT, "wait"), Choice(_OTHER, f"load into {other.database}"))
    return kit.host.ask(
        Question(
            "Wait until it is closed there, or load into another file?",
            flag="--yes",
            default=_WAIT,
            choices=choices,
            free=False,
        )
    )


def _other_file(kit: Kit, names: ProjectNames) -> ProjectNames | None:
    """The names with a database that is not there yet: the file is called after the pipeline."""
    text = kit.project.read(names.script) or ""
    if names.database is None or names.database_name is not None:
        return None
    taken = {path.name for path in kit.project.root.glob("*.duckdb")}
    numbered = (replace(names, pipeline_name=f"{names.pipeline}_{number}") for number in range(2, 100))
    other = next((one for one in numbered if one.database not in taken), None)
    return other if other and names_in(with_names(text, other), names) == other else None


def _moved(kit: Kit, names: ProjectNames, other: ProjectNames) -> Outcome:
    kit.consent.change(names.script, with_names(kit.project.read(names.script) or "", other))
    return Outcome(says=f"loads into {other.database}", learned=Facts(names=other))
