"""Ask the loaded tables something worth knowing."""

from pilot.desk import result_blocks
from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit
from pilot.querying import query_draft
from pilot.screen import Code
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class QueryTables(Step):
    """One query, written by the writer, run read-only."""

    title = "Query tables"
    needs = ("names", "tables", "writer")
    gives = ("sql",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Write the query, or take the one that was just rewritten, and run it."""
        facts = session.facts
        sql, says = facts.sql or "", ""
        if session.reason is None or not sql:
            draft = query_draft(session, kit, "Writing a query")
            sql, says = draft.sql, draft.says
        try:
            result = kit.warehouse.query(names_of(facts), sql)
        except PilotError as error:
            finding = Finding(
                FindingKind.QUERY_FAILED,
                f"The query failed: {error.message}",
                Remedy.REPAIR,
                {"sql": sql, "error": error.message},
            )
            return Outcome(
                Status.FAILED, finding.says, Facts(sql=sql), (Code(sql, "sql"),), findings=(finding,)
            )
        says = says or f"{len(result.rows)} row{'' if len(result.rows) == 1 else 's'}"
        return Outcome(says=says, learned=Facts(sql=sql), shows=result_blocks(result, sql))
