"""Has the writer write a query; a model whose budget is spent leaves that to the built-in writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pilot.drafting import writer_choice
from pilot.errors import StepFailed
from pilot.facts import WriterChoice
from pilot.finding import FindingKind
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.writers.writer import SqlAttempt, SqlDraft

_SPENT = "The model's budget is spent, so this is the built-in query"


def query_draft(session: Session, kit: Kit, title: str, failed: Sequence[SqlAttempt] = ()) -> SqlDraft:
    """A query over the tables: what is loaded is loaded, whether or not there is money for a better one."""
    choice, tables = writer_choice(session.facts), session.facts.tables or ()
    with kit.host.working(title) as progress:
        try:
            return kit.writers.open(choice, progress.write).query(tables, failed=failed)
        except StepFailed as failure:
            if failure.finding.kind is not FindingKind.BUDGET_SPENT:
                raise
        draft = kit.writers.open(WriterChoice("builtin"), progress.write).query(tables, failed=failed)
    return replace(draft, says=f"{_SPENT}: {draft.says}" if draft.says else f"{_SPENT}.")
