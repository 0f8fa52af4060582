"""Look at what was loaded: tables, rows, and how complete each of them is proven to be."""

from pilot.drafting import names_of
from pilot.errors import OutOfReach
from pilot.facts import Facts
from pilot.judge.show import summary, verdict_blocks
from pilot.judge.verdicts import verdicts, verdicts_on_reading
from pilot.judging import load_evidence, newest_feeds
from pilot.kit import Kit
from pilot.screen import Line
from pilot.session.session import Session
from pilot.step import Outcome, Step


class CheckLoad(Step):
    """Every table: its rows, and whether it is complete, incomplete, or neither can be proven."""

    title = "Check load"
    needs = ("names", "loaded")
    gives = ("tables", "verdicts")

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Count, compare with what the API was seen to answer, and judge."""
        try:
            with kit.host.working("Counting rows"):
                tables = kit.warehouse.tables(names_of(session.facts))
                evidence = load_evidence(session, kit, tables)
        except OutOfReach as hidden:
            told = Line(f"{hidden.message} {hidden.hint}", "warn")
            judged = verdicts_on_reading(newest_feeds(session))
            shows = (told, *(verdict_blocks(judged) if judged else ()))
            return Outcome(says="loaded, and not looked at", learned=Facts(verdicts=judged), shows=shows)
        judged = verdicts(evidence)
        return Outcome(
            says=summary(judged),
            learned=Facts(tables=tables, verdicts=judged),
            shows=verdict_blocks(judged),
            evidence=evidence,
        )
