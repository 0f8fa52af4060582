"""What next? Requests in words, until the person leaves."""

import re

from pilot.errors import AnswerMissing, Declined, EndOfInput, StartPolicy
from pilot.facts import Facts
from pilot.host import Question
from pilot.kit import Kit
from pilot.project.naming import check_name
from pilot.screen import Line
from pilot.session.cell import CellState
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step

_POLICY = "refine_pipeline"


class Refine(Step):
    """Each request is a cell of its own: change, check, load, check the load."""

    title = "Refine"
    needs = ("written", "tables")

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Take requests until an empty line, /quit or Ctrl-D."""
        if not kit.host.interactive:
            return Outcome(Status.SKIPPED, "nobody is there to ask")
        done = 0
        question = Question(
            "What next? In words; Enter leaves, /help tells more.",
            flag="pilot refine",
            optional=True,
            kept=False,
        )
        cut_short = session.interrupted(_POLICY)
        if cut_short is not None:
            told = f"Not finished when pilot was stopped: {cut_short.input}. Say it again, or /undo."
            kit.host.show(Line(told, "warn"))
        while request := self._ask(kit, question):
            _start_another(request)
            try:
                cell = kit.policies.run(_POLICY, Facts(request=request), "Request")
            except (AnswerMissing, Declined) as error:
                kit.host.show(Line(error.message, "warn"))
                continue
            if cell.state is CellState.DONE:
                done += 1
            else:
                kit.host.show(Line("Not done. /undo takes its changes back.", "warn"))
        return Outcome(says=f"{done} changes" if done else "nothing asked for")

    def _ask(self, kit: Kit, question: Question) -> str:
        try:
            return kit.host.ask(question).strip()
        except EndOfInput:
            return ""


def _start_another(request: str) -> None:
    """`dlt init NAME DESTINATION`, typed like a request, starts the policy for that pipeline."""
    match = re.fullmatch(r"dlt\s+init\s+(\S+)(?:\s+(\S+))?", request)
    if match:
        raise StartPolicy(check_name(match[1]), match[2] or "duckdb")
