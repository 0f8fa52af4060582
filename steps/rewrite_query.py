"""Write a query again that failed."""

from pilot.drafting import writer_choice
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step
from pilot.writers.writer import SqlAttempt


class RewriteQuery(Step):
    """The writer sees its query and the destination's own words about it."""

    title = "Rewrite query"
    needs = ("tables", "writer")
    gives = ("sql",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Ask for another query."""
        facts = session.facts
        evidence = session.reason.evidence if session.reason else {}
        attempt = SqlAttempt(str(evidence.get("sql", "")), str(evidence.get("error", "")))
        with kit.host.working("Writing the query again") as progress:
            writer = kit.writers.open(writer_choice(facts), progress.write)
            draft = writer.query(facts.tables or (), failed=(attempt,))
        return Outcome(says=draft.says, learned=Facts(sql=draft.sql))
