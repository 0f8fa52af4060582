"""Classifies a failed run: which kind of failure it is, in one line, and which remedy fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.answer_failure import (
    answer_failure,
    ignored_answer,
    unexpected_answer,
    unreadable_answer,
)
from pilot.run.configuration_failure import (
    configuration_refused,
    import_missing,
    schema_conflict,
    variable_missing,
)
from pilot.run.connection_failure import connection_failure
from pilot.run.destination_failure import destination_failure
from pilot.run.endless import loop_in
from pilot.run.fence_failure import fence_failure
from pilot.run.result import Ending, RunError, RunMode, RunResult
from pilot.run.traffic import Exchange
from pilot.run.wording import evidence_of, first_line, link_like, place, tail

Judge = Callable[[RunError], "Finding | None"]

_PLACEHOLDER = "Placeholder value encountered"
"""How dlt warns when a value that it read is one of its own placeholders."""


def classify(result: RunResult) -> Finding | None:
    """What is wrong with a run; None for one that went well."""
    if result.ok:
        return _older_load() if result.left_behind else None
    if result.ending is Ending.INTERRUPTED:
        return Finding(FindingKind.FAILED, "The run was stopped with Ctrl-C.")
    if result.ending in (Ending.TIME_LIMIT, Ending.IN_VAIN):
        return _endless(result) or _time_limit(result)
    if (kept_from := fence_failure(result)) is not None:
        return kept_from
    if result.error is None:
        return _ignored_in_silence(result) or _silent_failure(result)
    if link_like(result.error, "MemoryError"):
        return _endless(result) or _memory_limit(result.error)
    return _with_history(_judged(result, result.error), result)


def _judged(result: RunResult, error: RunError) -> Finding:
    """The failure behind an exception, with what the API had said last, and what the fence knows."""
    answer = _last_answer(result)
    for judge in _BEFORE_ANSWERS:
        if found := judge(error):
            return found
    if answer is not None and (found := unexpected_answer(error, answer)):
        return found
    found = unreadable_answer(error) or connection_failure(error, result.unreached, result.fence)
    return found or configuration_refused(error) or _code_error(error, answer)


def _with_history(finding: Finding, result: RunResult) -> Finding:
    """A failure in the light of what was there before the run: old packages, placeholders."""
    if result.left_behind and finding.kind is not FindingKind.DESTINATION_LOCKED:
        return _older_package(finding)
    if finding.kind is FindingKind.SECRET_REFUSED and _PLACEHOLDER in result.stderr:
        says = f"A placeholder was sent in place of a key, and the API refuses it: {finding.says}"
        return replace(finding, kind=FindingKind.SECRET_PLACEHOLDER, says=says)
    return finding


def _older_package(finding: Finding) -> Finding:
    says = f"What fails is a load package that an earlier run left behind: {finding.says}"
    hint = "Drop it: dlt pipeline NAME abort-packages"
    return Finding(FindingKind.PENDING_PACKAGES, says, Remedy.CLEAR, finding.evidence, hint)


def _older_load() -> Finding:
    says = "The run loaded what an earlier one had left behind, and nothing of its own."
    hint = "Run it once more."
    return Finding(FindingKind.PENDING_PACKAGES, says, Remedy.CLEAR, {"loaded": True}, hint)


def _endless(result: RunResult) -> Finding | None:
    loop = loop_in(result.traffic)
    if loop is None:
        return None
    says = f"The script pages without end: {loop.says}."
    return Finding(FindingKind.ENDLESS_PAGING, says, Remedy.REPAIR, loop.evidence)


def _time_limit(result: RunResult) -> Finding:
    says = f"The script ran into the time limit ({round(result.seconds)} s)."
    evidence: dict[str, Json] = {"output": tail(result.stdout + result.stderr)}
    if result.mode is RunMode.CHECK:
        says = (
            "The preview did not end within the time limit: it reads without a bound, or pages without end."
        )
        return Finding(FindingKind.TIME_LIMIT, says, Remedy.REPAIR, evidence)
    hint = "Allow more with --timeout SECONDS, or have it load less: pilot refine."
    return Finding(FindingKind.TIME_LIMIT, says, Remedy.STOP, evidence, hint)


def _ignored_in_silence(result: RunResult) -> Finding | None:
    """The script ended badly by itself, right after the API had answered with an error."""
    answer = _last_answer(result)
    if answer is None or not answer.says and (answer.status or 0) < 400:
        return None
    said = (tail(result.stderr) or tail(result.stdout)).splitlines()
    return ignored_answer(answer, said[-1][:200] if said else f"exit code {result.exit_code}")


def _last_answer(result: RunResult) -> Exchange | None:
    answers = (exchange for exchange in reversed(result.traffic) if exchange.status is not None)
    return next(answers, None)


def _silent_failure(result: RunResult) -> Finding:
    """The script ended badly without an exception."""
    last = tail(result.stderr) or tail(result.stdout)
    if result.exit_code == -9:
        says = "The script was killed, most likely because memory ran out."
        evidence: dict[str, Json] = {"exit_code": result.exit_code, "output": last}
        return Finding(FindingKind.MEMORY_LIMIT, says, Remedy.REPAIR, evidence)
    if result.exit_code < 0:
        says = f"The script was killed by signal {-result.exit_code}."
    else:
        says = f"The script ended with exit code {result.exit_code}."
        if last:
            says = f"{says[:-1]}: {last.splitlines()[-1][:200]}"
    return Finding(FindingKind.FAILED, says, Remedy.REPAIR, {"exit_code": result.exit_code, "output": last})


def _missing_secret(error: RunError) -> Finding | None:
    link = link_like(error, "ConfigFieldMissingException")
    if link is None:
        return None
    fields = error.fields or tuple(re.findall(r"for field `([^`]+)`", link.message))
    named = ", ".join(fields) or "a field"
    says = f"No value for {named}: it is in no secrets.toml, config.toml or environment variable."
    return Finding(FindingKind.SECRET_MISSING, says, Remedy.SECRET, {"fields": list(fields)})


def _syntax_error(error: RunError) -> Finding | None:
    link = link_like(error, "SyntaxError", "IndentationError", "TabError")
    if link is None:
        return None
    says = f"{place(error)}the file is no valid Python: {first_line(link.message)}"
    return Finding(FindingKind.SYNTAX_ERROR, says, Remedy.REPAIR, evidence_of(error, link))


def _memory_limit(error: RunError) -> Finding:
    link = link_like(error, "MemoryError") or error.root
    says = f"Stopped: {link.message or 'no memory was left'}."
    return Finding(FindingKind.MEMORY_LIMIT, says, Remedy.REPAIR, evidence_of(error, link))


def _code_error(error: RunError, answer: Exchange | None) -> Finding:
    link = error.root
    kind = link.type.rpartition(".")[2]
    says = f"{place(error)}{kind}: {first_line(link.message)}".rstrip(": ")
    evidence = evidence_of(error, link)
    if answer is not None and answer.fields and not error.raised_in:
        evidence["answer"] = {"looks": answer.looks, "fields": [*answer.fields]}
    return Finding(FindingKind.CODE_ERROR, says, Remedy.REPAIR, evidence)


_BEFORE_ANSWERS: tuple[Judge, ...] = (
    _missing_secret,
    _syntax_error,
    import_missing,
    variable_missing,
    schema_conflict,
    destination_failure,
    answer_failure,
)
"""Asked in this order: what dlt tried to do says more than how the network library put it."""
