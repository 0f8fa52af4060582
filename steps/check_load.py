"""Look at what was loaded: tables, rows, columns."""

from pilot.desk import table_blocks
from pilot.drafting import names_of
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step


class CheckLoad(Step):
    """The load's packages are complete, its tables are there and not empty."""

    title = "Check load"
    needs = ("names", "loaded")
    gives = ("tables",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Count."""
        names = names_of(session.facts)
        with kit.host.working("Counting rows"):
            loads = kit.warehouse.finished_loads(names)
            tables = kit.warehouse.tables(names)
        total = sum(info.rows for info in tables)
        said = (_counted(len(tables), "table"), f"{total:,} rows", _counted(len(loads), "finished load"))
        return Outcome(
            says=", ".join(said),
            learned=Facts(tables=tables),
            shows=table_blocks(tables),
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
