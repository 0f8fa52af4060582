"""Classifies a failed run: which kind of failure it is, in one line, and which remedy fits."""

from __future__ import annotations

import re
from collections.abc import Callable

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.answer_failure import answer_failure, connection_failure
from pilot.run.destination_failure import destination_failure
from pilot.run.result import Ending, RunError, RunMode, RunResult
from pilot.run.wording import evidence_of, first_line, has, link_like, place, steady, tail

Judge = Callable[[RunError], "Finding | None"]

_CONFIGURATION = (
    "DictValidationException",
    "ConfigurationException",
    "ConfigurationValueError",
    "ValueErrorWithKnownValues",
    "InvalidPipelineName",
    "UnknownDestinationModule",
    "UnknownSourceReference",
    "PipelineConfigMissing",
)
_SCHEMA = (
    "DataValidationError",
    "UnboundColumnException",
    "CannotCoerceColumnException",
    "CannotCoerceNullException",
    "TablePropertiesConflictException",
    "SchemaIdentifierNormalizationCollision",
    "IncrementalCursorPathMissing",
    "IncrementalCursorInvalidCoercion",
)


def classify(result: RunResult) -> Finding | None:
    """What is wrong with a run; None for one that went well."""
    if result.ok:
        return None
    if result.ending is Ending.INTERRUPTED:
        return Finding(FindingKind.FAILED, "The run was stopped with Ctrl-C.")
    if result.ending is Ending.TIME_LIMIT:
        return _time_limit(result)
    if result.error is None:
        return _silent_failure(result)
    judged = (judge(result.error) for judge in _JUDGES)
    return next((finding for finding in judged if finding), None) or _code_error(result.error)


def _time_limit(result: RunResult) -> Finding:
    says = f"The script ran into the time limit ({round(result.seconds)} s)."
    evidence: dict[str, Json] = {"output": tail(result.stdout + result.stderr)}
    if result.mode is RunMode.CHECK:
        says = (
            "The preview did not end within the time limit: it reads without a bound, or pages without end."
        )
        return Finding(FindingKind.TIME_LIMIT, says, Remedy.REPAIR, evidence)
    return Finding(FindingKind.TIME_LIMIT, says, Remedy.STOP, evidence)


def _silent_failure(result: RunResult) -> Finding:
    """The script ended badly without an exception."""
    last = tail(result.stderr) or tail(result.stdout)
    if result.exit_code < 0:
        says = f"The script was killed by signal {-result.exit_code}."
        if result.exit_code == -9:
            says = "The script was killed, most likely because memory ran out."
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


def _import_missing(error: RunError) -> Finding | None:
    extra = link_like(error, "MissingDependencyException")
    if extra is not None:
        says = "A package is missing: " + " ".join(extra.message.split())[:300]
        return Finding(FindingKind.IMPORT_MISSING, says, Remedy.STOP, evidence_of(error, extra))
    link = link_like(error, "ModuleNotFoundError", "ImportError")
    if link is None:
        return None
    named = re.search(r"No module named '([^']+)'", link.message)
    evidence = evidence_of(error, link)
    if named:
        evidence["module"] = named[1].partition(".")[0] if "." not in named[1] else named[1]
    says = f"{place(error)}{first_line(link.message)}"
    return Finding(FindingKind.IMPORT_MISSING, says, Remedy.REPAIR, evidence)


def _unexpected_answer(error: RunError) -> Finding | None:
    link = link_like(error, "JSONDecodeError")
    if link is None:
        return None
    body = (error.body or "").strip()
    looks = "an empty answer" if error.body == "" else "something else than JSON"
    if body.startswith("<"):
        looks = "HTML or XML instead of JSON"
    says = f"{place(error)}the API gave {looks}: {first_line(link.message)}"
    return Finding(FindingKind.UNEXPECTED_ANSWER, says, Remedy.REPAIR, evidence_of(error, link))


def _configuration(error: RunError) -> Finding | None:
    link = link_like(error, *_CONFIGURATION)
    if link is None:
        return None
    lines = _useful_lines(link.message)
    evidence = evidence_of(error, link) | {"error": steady("\n".join(lines))}
    says = f"{place(error)}dlt refuses the configuration: {lines[0]}"
    return Finding(FindingKind.CONFIGURATION, says, Remedy.REPAIR, evidence)


def _useful_lines(message: str) -> list[str]:
    """dlt tells once for every type that would do why it does not: the reasons, each once."""
    reasons: dict[str, None] = {}
    for line in message.splitlines():
        reason = re.sub(r"^For `\w+`: ", "", line.strip())
        if reason != line.strip() and "expects class" not in reason and not has(reason, "Provided value"):
            reasons[reason[:400]] = None
    first = next((line.strip()[:400] for line in message.splitlines() if line.strip()), "no reason given")
    return list(reasons)[:4] or [first]


def _schema_conflict(error: RunError) -> Finding | None:
    link = link_like(error, *_SCHEMA)
    if link is None:
        return None
    says = f"The data does not fit the declared schema: {first_line(link.message)}"
    return Finding(FindingKind.SCHEMA_CONFLICT, says, Remedy.REPAIR, evidence_of(error, link))


def _memory_limit(error: RunError) -> Finding | None:
    link = link_like(error, "MemoryError")
    if link is None or not link.message:
        return None
    return Finding(
        FindingKind.MEMORY_LIMIT, f"Stopped: {link.message}.", Remedy.REPAIR, evidence_of(error, link)
    )


def _code_error(error: RunError) -> Finding:
    link = error.root
    kind = link.type.rpartition(".")[2]
    says = f"{place(error)}{kind}: {first_line(link.message)}".rstrip(": ")
    return Finding(FindingKind.CODE_ERROR, says, Remedy.REPAIR, evidence_of(error, link))


_JUDGES: tuple[Judge, ...] = (
    _missing_secret,
    _syntax_error,
    _import_missing,
    _schema_conflict,
    destination_failure,
    answer_failure,
    _unexpected_answer,
    connection_failure,
    _configuration,
    _memory_limit,
)
"""Asked in this order: what dlt tried to do says more than how the network library put it."""
