"""The built-in writer: no key, no model, the same script each time for the same evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from pilot.api.fit import misfits
from pilot.api.incremental_words import wants_incremental
from pilot.api.profile import ApiProfile
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Remedy
from pilot.warehouse.tables import TableInfo
from pilot.writers.builtin.config import NOT_SEEN
from pilot.writers.builtin.design import Design, design
from pilot.writers.builtin.flat import advised, fitting, with_columns
from pilot.writers.builtin.queries import first_query
from pilot.writers.builtin.refinements import refined
from pilot.writers.builtin.repairs import ending, renewed, untouched
from pilot.writers.builtin.script import script
from pilot.writers.builtin.wishes import EXAMPLES, Change, Wish, understood, wants_fit
from pilot.writers.builtin.workbench import MODEL_HINT
from pilot.writers.writer import Brief, Draft, SqlAttempt, SqlDraft, Usage

_IN_COLUMNS = "import pyarrow as pa\n"
_UNFIT = (FindingKind.CODE_ERROR, FindingKind.SCHEMA_CONFLICT, FindingKind.IMPORT_MISSING)
"""What goes wrong where the records are not what their columns were made for, or pyarrow is gone."""


def _own_pyarrow() -> bool:
    """Whether pilot's own Python has pyarrow, found out without importing it."""
    return find_spec("pyarrow") is not None


class BuiltinWriter:
    """Writes from the API profile, repairs and refines by rule; says so when a request is beyond it.

    `has_pyarrow` tells whether the script can have pyarrow; it is asked only where that would help.
    """

    def __init__(self, has_pyarrow: Callable[[], bool] | None = None) -> None:
        self._has_pyarrow = has_pyarrow or _own_pyarrow

    @property
    def usage(self) -> Usage:
        """Nothing: no model is asked."""
        return Usage()

    def write(self, brief: Brief) -> Draft:
        """A script for every endpoint that was seen, or that only waits for its key."""
        # what is asked for piece by piece is small, and dlt follows it by looking at rows
        in_columns = not wants_incremental(brief.goal)
        plan = self._designed(brief, in_columns=in_columns)(brief.profile)
        if not plan.resources:
            raise _blind(brief.profile)
        text = script(plan, preview=not brief.preview_removed)
        return Draft(*_incremental(text, plan, brief.goal))

    def repair(self, brief: Brief, finding: Finding) -> Draft:
        """The script in line with a fresh look at the API; never the same text again."""
        if brief.script is None:
            return self.write(brief)
        in_columns = _IN_COLUMNS in brief.script
        designed = self._designed(brief, in_columns or NOT_SEEN in brief.script)
        if finding.kind is FindingKind.ENDLESS_PAGING and untouched(brief.script, brief.profile, designed):
            plan = designed(ending(brief.profile, finding))
            if (text := script(plan, preview=not brief.preview_removed)) != brief.script:
                return Draft(text, f"what never ended ends now\n{plan.plan}")
        plan = designed(brief.profile)
        if plan.resources and untouched(brief.script, brief.profile, designed):
            text = script(plan, preview=not brief.preview_removed)
            if text != brief.script:
                return Draft(text, plan.plan)
        if in_columns and finding.kind in _UNFIT and (rows := self._in_rows(brief, brief.script)):
            return Draft(rows, "the records don't fit the columns that were seen: read row by row, slower")
        text, told = _renewed(brief.script, plan, finding) if plan.resources else (brief.script, "")
        if text == brief.script:
            raise beyond(f"The built-in writer knows no repair for this: {finding.says}")
        return Draft(text, told)

    def refine(self, brief: Brief, request: str) -> Draft:
        """The script with small edits, where the request is one that rules can carry out."""
        if wants_fit(request):
            return self._fitted(brief, request)
        wishes = understood(request)
        if not wishes:
            raise beyond(
                f"The built-in writer can't do this by rule: {request.strip()}", f"It can: {EXAMPLES}."
            )
        text = brief.script or self.write(brief).text
        plan = design(brief.profile, brief.names)
        try:
            return Draft(*refined(text, plan, wishes))
        except StepFailed:
            if (rows := self._in_rows(brief, text)) is None:
                raise
        return Draft(*refined(rows, plan, wishes))

    def _fitted(self, brief: Brief, request: str) -> Draft:
        finding = Finding(FindingKind.PROFILE_MISMATCH, request.strip(), Remedy.REPAIR)
        try:
            return self.repair(brief, finding)
        except StepFailed:
            if misfits(brief.script or "", brief.profile):
                raise
        raise StepFailed(Finding(FindingKind.BEYOND_WRITER, "The script fits the profile already."))

    def query(
        self, tables: Sequence[TableInfo], request: str | None = None, failed: Sequence[SqlAttempt] = ()
    ) -> SqlDraft:
        """A query that the tables' schema suggests."""
        if request:
            raise beyond(f"The built-in writer can't turn words into a query: {request}")
        return first_query(tables, failed)

    def _designed(self, brief: Brief, in_columns: bool) -> Callable[[ApiProfile], Design]:
        """What to read, in columns where that is wanted, worth it and possible."""

        def designed(profile: ApiProfile) -> Design:
            plan = design(profile, brief.names)
            if not in_columns or not fitting(plan):
                return plan
            return with_columns(plan) if self._has_pyarrow() else advised(plan)

        return designed

    def _in_rows(self, brief: Brief, text: str) -> str | None:
        """The script that reads row by row, for one of ours that reads in columns as it is."""
        plan = design(brief.profile, brief.names)
        for preview in (True, False):
            if fitting(plan) and text == script(with_columns(plan), preview):
                return script(plan, preview)
        return None


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
