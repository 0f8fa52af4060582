"""Failures at the destination: locked, refused, broken, full."""

from __future__ import annotations

import re

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.result import ErrorLink, RunError
from pilot.run.wording import evidence_of, first_line, has, link_like

_ERRORS = (
    "DestinationConnectionError",
    "DatabaseTerminalException",
    "DatabaseTransientException",
    "DatabaseUndefinedRelation",
    "LoadClientJobFailed",
    "LoadClientJobRetry",
    "LoadClientJobTerminalRetry",
    "DestinationHasFailedJobs",
)


def destination_failure(error: RunError) -> Finding | None:
    """A failure of the database that the data goes to."""
    if any(has(link.message, "No space left on device") for link in error.chain):
        return _stop(error, error.root, "The disk is full.")
    database = _database_link(error)
    if database is not None:
        return _duckdb_failure(error, database)
    link = link_like(error, *_ERRORS)
    if link is None and error.dlt_step not in ("load", "sync"):
        return None
    cause = link or error.root
    return _stop(error, cause, f"The destination failed: {first_line(cause.message)}")


def _duckdb_failure(error: RunError, link: ErrorLink) -> Finding:
    message = link.message
    if has(message, "Could not set lock", "being used by another process"):
        holder = re.search(r"PID (\d+)", message)
        by = f" (process {holder[1]})" if holder else ""
        return _stop(error, link, f"The database is open in another program{by}: close it there.")
    if has(message, "not a valid DuckDB database file"):
        return _stop(error, link, "The database file is no DuckDB database: move it away.")
    if has(message, "Ambiguous reference"):
        says = "Dataset and pipeline have the same name, which DuckDB refuses: give the dataset another."
        return Finding(FindingKind.CONFIGURATION, says, Remedy.REPAIR, evidence_of(error, link))
    if has(message, "Conversion Error", "Constraint Error", "Out of Range Error"):
        says = f"The data does not fit the table: {first_line(message)}"
        return Finding(FindingKind.SCHEMA_CONFLICT, says, Remedy.REPAIR, evidence_of(error, link))
    if error.dlt_step in ("load", "sync") or link.type.endswith("IOException"):
        return _stop(error, link, f"DuckDB failed: {first_line(message)}")
    says = f"DuckDB refuses a query of the script: {first_line(message)}"
    return Finding(FindingKind.CODE_ERROR, says, Remedy.REPAIR, evidence_of(error, link))


def _database_link(error: RunError) -> ErrorLink | None:
    return next(
        (link for link in reversed(error.chain) if link.type.startswith(("_duckdb.", "duckdb."))), None
    )


def _stop(error: RunError, link: ErrorLink, says: str) -> Finding:
    return Finding(FindingKind.DESTINATION, says, Remedy.STOP, evidence_of(error, link))
