"""The built-in writer: no key, no model, the same script each time for the same evidence."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.api.profile import ApiProfile
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind
from pilot.warehouse.tables import TableInfo
from pilot.writers.builtin.design import design
from pilot.writers.builtin.queries import first_query
from pilot.writers.builtin.script import script
from pilot.writers.writer import Brief, Draft, SqlAttempt, SqlDraft, Usage

MODEL_HINT = "This needs a model: set OPENAI_API_KEY, or name one with --model."


class BuiltinWriter:
    """Writes from the API profile, repairs and refines by rule; says so when a request is beyond it."""

    @property
    def usage(self) -> Usage:
        """Nothing: no model is asked."""
        return Usage()

    def write(self, brief: Brief) -> Draft:
        """A script for every endpoint that was seen, or that only waits for its key."""
        plan = design(brief.profile, brief.names)
        if not plan.resources:
            raise _blind(brief.profile)
        return Draft(script(plan, preview=not brief.preview_removed), plan.plan)

    def repair(self, brief: Brief, finding: Finding) -> Draft:
        """The script as a fresh look at the API would have it."""
        draft = self.write(brief)
        if draft.text == brief.script:
            raise beyond(f"The built-in writer knows no repair for this: {finding.says}")
        return draft

    def refine(self, brief: Brief, request: str) -> Draft:
        """Nothing yet that can be done by rule."""
        raise beyond(f"The built-in writer can't do this by rule: {request}")

    def query(
        self, tables: Sequence[TableInfo], request: str | None = None, failed: Sequence[SqlAttempt] = ()
    ) -> SqlDraft:
        """A query that the tables' schema suggests."""
        if request:
            raise beyond(f"The built-in writer can't turn words into a query: {request}")
        return first_query(tables, failed)


def beyond(says: str) -> StepFailed:
    """The request is beyond this writer."""
    return StepFailed(Finding(FindingKind.BEYOND_WRITER, says), MODEL_HINT)


def _blind(profile: ApiProfile) -> StepFailed:
    reasons = [f"{e.path or e.name}: {e.error}" for e in profile.endpoints if e.error]
    why = "; ".join([*reasons, *profile.notes]) or "no URL was named"
    return StepFailed(
        Finding(FindingKind.BEYOND_WRITER, f"Nothing could be seen of this API ({why})."),
        "Name the URL of an endpoint that answers with records, or set OPENAI_API_KEY / --model "
        "for a writer that works from a description.",
    )
