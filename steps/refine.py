"""What next? Requests in words, until the person leaves."""

import re
from collections.abc import Callable
from functools import partial

from pilot.errors import AnswerMissing, Declined, EndOfInput, StartPolicy
from pilot.facts import Facts
from pilot.host import Question
from pilot.kit import Kit
from pilot.project.naming import check_name
from pilot.screen import Line
from pilot.session.cell import Cell, CellState
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
            kit.host.show(Line(f"Going on with what was not finished: {cut_short.input}", "warn"))
            done += self._carried_out(session, kit, partial(kit.policies.resume, cut_short))
        while request := self._ask(kit, question):
            _start_another(request)
            news = Facts(request=request)
            done += self._carried_out(session, kit, partial(kit.policies.run, _POLICY, news, "Request"))
        return Outcome(says=f"{done} change{'' if done == 1 else 's'}" if done else "nothing asked for")

    def _carried_out(self, session: Session, kit: Kit, run: Callable[[], Cell]) -> bool:
        """Whether a request came to its end; what kept it from it is told."""
        try:
            cell = run()
        except (AnswerMissing, Declined) as error:
            kit.host.show(Line(error.message, "warn"))
            return False
        if not cell.state.finished:
            below = (part for part in session.below(cell.id) if part.state is not CellState.UNDONE)
            back = " /undo takes its changes back." if any(part.changes for part in below) else ""
            kit.host.show(Line(f"Not done.{back}", "warn"))
        return cell.state is CellState.DONE

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
