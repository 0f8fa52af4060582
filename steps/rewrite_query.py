"""Write a query again that failed."""

from pilot.facts import Facts
from pilot.kit import Kit
from pilot.querying import query_draft
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
        evidence = session.reason.evidence if session.reason else {}
        attempt = SqlAttempt(str(evidence.get("sql", "")), str(evidence.get("error", "")))
        draft = query_draft(session, kit, "Writing the query again", (attempt,))
        return Outcome(says=draft.says, learned=Facts(sql=draft.sql))
