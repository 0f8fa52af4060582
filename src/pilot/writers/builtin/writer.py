"""The built-in writer: no key, no model, the same script each time for the same evidence."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.api.incremental_words import wants_incremental
from pilot.api.profile import ApiProfile
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Remedy
from pilot.warehouse.tables import TableInfo
from pilot.writers.builtin.design import Design, design
from pilot.writers.builtin.queries import first_query
from pilot.writers.builtin.refinements import refined
from pilot.writers.builtin.repairs import renewed, untouched
from pilot.writers.builtin.script import script
from pilot.writers.builtin.wishes import EXAMPLES, Change, Wish, understood
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
        text = script(plan, preview=not brief.preview_removed)
        return Draft(*_incremental(text, plan, brief.goal))

    def repair(self, brief: Brief, finding: Finding) -> Draft:
        """The script in line with a fresh look at the API; never the same text again."""
        if brief.script is None:
            return self.write(brief)
        plan = design(brief.profile, brief.names)
        if plan.resources and untouched(brief.script, brief.profile, brief.names):
            text = script(plan, preview=not brief.preview_removed)
            if text != brief.script:
                return Draft(text, plan.plan)
        text, told = _renewed(brief.script, plan, finding) if plan.resources else (brief.script, "")
        if text == brief.script:
            raise beyond(f"The built-in writer knows no repair for this: {finding.says}")
        return Draft(text, told)

    def refine(self, brief: Brief, request: str) -> Draft:
        """The script with small edits, where the request is one that rules can carry out."""
        wishes = understood(request)
        if not wishes:
            raise beyond(
                f"The built-in writer can't do this by rule: {request.strip()}", f"It can: {EXAMPLES}."
            )
        text = brief.script or self.write(brief).text
        return Draft(*refined(text, design(brief.profile, brief.names), wishes))

    def query(
        self, tables: Sequence[TableInfo], request: str | None = None, failed: Sequence[SqlAttempt] = ()
    ) -> SqlDraft:
        """A query that the tables' schema suggests."""
        if request:
            raise beyond(f"The built-in writer can't turn words into a query: {request}")
        return first_query(tables, failed)


def _incremental(text: str, plan: Design, goal: str) -> tuple[str, str]:
    """The script loading only what is new, where the person wants that and a filter was proven."""
    if not wants_incremental(goal):
        return text, plan.plan
    told = [plan.plan]
    for resource in plan.resources:
        try:
            text, done = refined(text, plan, (Wish(Change.INCREMENTAL, {"resource": resource.name}),))
        except StepFailed as failed:
            done = f"{resource.name} is loaded whole each time: {failed.finding.says}"
        told.append(done)
    return text, "\n".join(told)


def _renewed(text: str, plan: Design, finding: Finding) -> tuple[str, str]:
    try:
        return renewed(text, plan, finding)
    except SyntaxError:  # a script that does not parse was edited by hand, or cut off
        raise beyond(f"The script is no valid Python: {finding.says}") from None


def beyond(says: str, hint: str = "") -> StepFailed:
    """The request is beyond this writer."""
    return StepFailed(Finding(FindingKind.BEYOND_WRITER, says), f"{MODEL_HINT} {hint}".strip())


def _blind(profile: ApiProfile) -> StepFailed:
    reasons = [f"{e.path or e.name}: {e.error}" for e in profile.endpoints if e.error]
    why = "; ".join([*reasons, *profile.notes]) or "no URL was named"
    return StepFailed(
        Finding(FindingKind.BEYOND_WRITER, f"Nothing could be seen of this API ({why}).", Remedy.ASK),
        "Name the URL of an endpoint that answers with records, or set OPENAI_API_KEY / --model "
        "for a writer that works from a description.",
    )
