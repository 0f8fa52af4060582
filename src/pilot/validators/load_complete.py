"""What a load brought is all that the API had for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.judge.evidence import Evidence
from pilot.judge.feeds import Feed
from pilot.run.traffic import Exchange
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator
from pilot.verdict import Judged, TableVerdict

_SHOWN = 4
_REFUSED = (401, 403)
_OF_THE_REQUEST = re.compile(
    r"page|offset|cursor|limit|range|param|invalid|unknown|unsupported", re.IGNORECASE
)
"""What an error speaks of that another request would not get."""


class LoadCompleteValidator(Validator):
    """No table is proven to be incomplete; what can't be proven is said in the verdict, and is no finding."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """One finding for each table that is."""
        bad = [v for v in outcome.learned.verdicts or () if v.judged is Judged.INCOMPLETE]
        evidence = outcome.evidence or Evidence(())
        return tuple(_finding(verdict, evidence) for verdict in bad)


def _finding(verdict: TableVerdict, evidence: Evidence) -> Finding:
    table = next((t for t in evidence.counts if t.name == verdict.table), None)
    names = [t.name for t in evidence.counts]
    told: dict[str, Json] = {"table": verdict.table, "rows": verdict.rows, "reason": verdict.reason}
    parent = table.parent if table else next((n for n in names if verdict.table.startswith(f"{n}__")), "")
    if parent:
        says = f"Table {verdict.table} lost rows: {verdict.reason}."
        return Finding(FindingKind.CHILD_ROWS_LOST, says, Remedy.REPAIR, {**told, "parent": parent})
    feeds = evidence.feeds_of(table) if table else [f for f in evidence.feeds if not f.chains]
    told["requests"] = [line for feed in feeds for line in _requests(feed)][:_SHOWN]
    says = f"Table {verdict.table} is incomplete: {verdict.reason}."
    refused = [f for feed in feeds for f in feed.failures if f.status in _REFUSED]
    if refused and not any(feed.chains for feed in feeds):
        hint = "The script went on without an answer: look at the key, and at what it may read."
        return Finding(FindingKind.SECRET_REFUSED, says, Remedy.SECRET, told, hint)
    if error := next((f.says for feed in feeds for f in feed.failures if _says_error(f)), ""):
        told["answer"] = error
        says = f"{says[:-1]}; the API answers with an error: {error}"
        if any(feed.chains for feed in feeds) and not _OF_THE_REQUEST.search(error):
            return Finding(FindingKind.INCOMPLETE, says, Remedy.STOP, told, "Try again: pilot run.")
    return Finding(FindingKind.INCOMPLETE, says, Remedy.REPAIR, told)


def _says_error(answer: Exchange) -> bool:
    """Whether an answer is an error that its status does not tell."""
    return bool(answer.says) and (answer.status or 400) < 400


def _requests(feed: Feed) -> list[Json]:
    """The requests that tell most: the failed ones, the first and the last page."""
    pages = feed.pages
    shown = [*feed.failures[:2], *pages[:1], *pages[1:][-1:]]
    return [
        {
            "url": page.url,
            "status": page.status,
            "records": page.records,
            "more": page.more_by if page.more else page.more,
            "total": page.total,
        }
        for page in shown
    ]
