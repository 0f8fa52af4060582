"""The JSON document that a command prints at its end: a contract, to which keys are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pilot.api.cautions import warnings_of
from pilot.facts import Facts
from pilot.finding import Finding, Json
from pilot.policy import Policy
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.verdict import announced_more, complete_tables
from pilot.writers.writer import Usage

VERSION = 1
_STATUS = {
    CellState.DONE: "done",
    CellState.SKIPPED: "skipped",
    CellState.FAILED: "failed",
    CellState.DECLINED: "declined",
}


Document: TypeAlias = dict[str, Json]


def report(
    session: Session, policy: Policy, parent: int | None, status: str, failure: Document | None
) -> Document:
    """What came of a policy. `status` is one of `done failed needs_input interrupted`.

    `parent` is the cell below which the policy's cells lie, and which alone are counted; None for all.
    """
    facts = session.facts
    tops = session.children(parent)
    cells = session.cells if parent is None else session.below(parent)
    return {
        "version": VERSION,
        "status": status,
        "policy": policy.name,
        "writer": facts.writer.kind if facts.writer else None,
        "pipeline": _pipeline(facts),
        "steps": [_step(entry.use, _cells(tops, policy.name, i)) for i, entry in enumerate(policy.step)],
        "tables": tables(facts),
        "verdict": verdict(facts),
        "repairs": sum(cell.repairs for cell in cells),
        "model": _model(facts, sum((cell.usage for cell in cells), Usage())),
        "failure": failure,
        "warnings": [
            *warnings_of(facts.profile, complete_tables(facts.verdicts)),
            *announced_more(facts.verdicts),
        ],
    }


def early_report(policy: str | None, status: str, failure: Document | None) -> Document:
    """The document of a command that ended before there was a session."""
    return {
        "version": VERSION,
        "status": status,
        "policy": policy,
        "writer": None,
        "pipeline": None,
        "steps": [],
        "tables": [],
        "verdict": [],
        "repairs": 0,
        "model": None,
        "failure": failure,
        "warnings": [],
    }


def failure_of(step: str | None, finding: Finding, tried: Sequence[str] = (), kept: str = "") -> Document:
    """A finding as the document's `failure`, what was tried against it, and which state that left."""
    return {
        "step": step,
        "kind": finding.kind.value,
        "message": finding.says,
        "hint": finding.hint,
        "remedy": finding.remedy.value,
        "tried": [*tried],
        "kept": kept,
    }


def tables(facts: Facts) -> list[Json]:
    """The loaded tables."""
    return [
        {
            "name": info.name,
            "rows": info.rows,
            "columns": [{"name": column.name, "type": column.type} for column in info.columns],
        }
        for info in facts.tables or ()
    ]


def verdict(facts: Facts) -> list[Json]:
    """How complete each table was proven to be, and by what."""
    return [
        {"table": own.table, "rows": own.rows, "complete": own.judged.value, "reason": own.reason}
        for own in facts.verdicts or ()
    ]


def _cells(tops: Sequence[Cell], policy: str, position: int) -> list[Cell]:
    return [cell for cell in tops if (cell.policy, cell.position) == (policy, position)]


def _step(name: str, cells: Sequence[Cell]) -> Document:
    live = [cell for cell in cells if cell.state is not CellState.UNDONE]
    return {
        "name": name,
        "status": _STATUS.get(live[-1].state, "pending") if live else "pending",
        "seconds": round(sum(cell.seconds for cell in live), 3),
        "attempts": sum(cell.attempts for cell in live),
    }


def _pipeline(facts: Facts) -> Document | None:
    names = facts.names
    if names is None:
        return None
    return {
        "name": names.pipeline,
        "script": names.script,
        "destination": names.destination,
        "dataset": names.dataset,
    }


def _model(facts: Facts, usage: Usage) -> Document | None:
    if facts.writer is None or facts.writer.kind != "model":
        return None
    return {
        "name": facts.writer.model,
        "requests": usage.requests,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": usage.cost,
    }
