"""Failures at the destination: locked, refused, full, or failed in another way."""

from __future__ import annotations

import re

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.result import ErrorLink, RunError
from pilot.run.wording import evidence_of, first_line, has, link_from, link_like

_ERRORS = (
    "DestinationConnectionError",
    "DatabaseTerminalException",
    "DatabaseTransientException",
    "DatabaseUndefinedRelation",
    "LoadClientJobFailed",
    "LoadClientJobRetry",
    "LoadClientJobTerminalRetry",
    "DestinationHasFailedJobs",
    "SqlClientNotAvailable",
)
_DRIVERS = (
    "_duckdb.",
    "duckdb.",
    "psycopg2.",
    "psycopg.",
    "sqlite3.",
    "sqlalchemy.exc.",
    "pymysql.",
    "snowflake.",
)
_SCHEMA_UPDATES = (
    "DestinationSchemaTampered",
    "DestinationSchemaWillNotUpdate",
    "SchemaUpdateError",
    "SchemaUpdateTerminalError",
    "SchemaUpdateTransientError",
)

_FULL = (
    "No space left on device",
    "Disk quota exceeded",
    "disk is full",
    "disk full",
    "out of disk space",
    "could not extend file",
)
_LOCKED = ("Could not set lock", "being used by another process", "database is locked", "Lock wait timeout")
_KEY_REFUSED = (
    "authentication failed",
    "Access denied",
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "incorrect username or password",
    "invalid credentials",
    "Unauthorized",
    "could not deserialize key",
)
_UNOPENED = {
    "not a valid DuckDB database file": "the file is no DuckDB database: move it away",
    "can only read versions": "the file was written by another version of DuckDB",
    "orrupt": "the file is damaged: move it away",
    "Cannot open file": "its file can't be opened: does the folder exist?",
    "Cannot open database": "its file can't be opened: does the folder exist?",
    "unable to open database file": "its file can't be opened: does the folder exist?",
    "read-only": "it can only be read",
    "Permission denied": "the system does not permit it",
    "permission denied": "this user may not do that there",
    "could not translate host name": "its host's name is not known (DNS)",
    "Connection refused": "nothing answers at its address",
    "timeout expired": "it did not answer in time",
    "could not connect": "no connection can be made",
}
"""What databases say when they can't be had, and what that means."""


def destination_failure(error: RunError) -> Finding | None:
    """A failure of the database that the data goes to."""
    full = _link_saying(error, *_FULL)
    if full is not None and error.status is None:
        says, hint = "The disk is full.", "Free some space, then pilot resume goes on."
        return Finding(FindingKind.OUT_OF_SPACE, says, Remedy.STOP, evidence_of(error, full), hint)
    database = link_from(error, *_DRIVERS)
    link = database or link_like(error, *_ERRORS)
    if link is None and error.dlt_step not in ("load", "sync"):
        return None
    if locked := _link_saying(error, *_LOCKED):
        return _locked(error, locked)
    at_work = error.dlt_step in ("load", "sync") or link_like(error, *_ERRORS) is not None
    return (_refused(error) if at_work or _is_input(link) else None) or _failed(
        error, link or error.root, at_work
    )


def _locked(error: RunError, link: ErrorLink) -> Finding:
    evidence = evidence_of(error, link)
    by = ""
    if holder := re.search(r"held in (\S+) \(PID (\d+)\)|PID (\d+)", link.message):
        program = (holder[1] or "").rpartition("/")[2]
        number = holder[2] or holder[3]
        evidence["process"] = int(number)
        by = f" ({program}, process {number})" if program else f" (process {number})"
    if file := re.search(r'(?:lock on|open) file "([^"]+)"', link.message):
        evidence["file"] = file[1]
    says = f"The database is open in another program{by}."
    hint = "Close it there, then pilot resume goes on."
    return Finding(FindingKind.DESTINATION_LOCKED, says, Remedy.UNLOCK, evidence, hint)


def _refused(error: RunError) -> Finding | None:
    """The database could not be had at all."""
    if link := _link_saying(error, *_KEY_REFUSED):
        says = f"The destination refuses the credentials: {first_line(link.message)}"
        return Finding(FindingKind.DESTINATION_REFUSED, says, Remedy.SECRET, evidence_of(error, link))
    for words, meaning in _UNOPENED.items():
        if link := next((link for link in reversed(error.chain) if words in link.message), None):
            says = f"The destination can't be used: {meaning}."
            hint = "Put that right (its credentials are in .dlt/), then pilot resume goes on."
            return Finding(FindingKind.DESTINATION_REFUSED, says, Remedy.STOP, evidence_of(error, link), hint)
    return None


def _failed(error: RunError, link: ErrorLink, at_work: bool) -> Finding:
    """What the database said against the data, or against a query."""
    message = link.message
    if has(message, "Ambiguous reference"):
        says = "Dataset and pipeline have the same name, which DuckDB refuses: give the dataset another."
        return Finding(FindingKind.CONFIGURATION, says, Remedy.REPAIR, evidence_of(error, link))
    if has(message, "Conversion Error", "Constraint Error", "Out of Range Error", "violates"):
        says = f"The data does not fit the table: {first_line(message)}"
        return Finding(FindingKind.SCHEMA_CONFLICT, says, Remedy.REPAIR, evidence_of(error, link))
    if updated := link_like(error, *_SCHEMA_UPDATES):
        says = f"The loaded tables can't take the schema: {first_line(updated.message)}"
        return Finding(FindingKind.SCHEMA_CONFLICT, says, Remedy.REPAIR, evidence_of(error, updated))
    if at_work or _is_input(link):
        says = f"The destination failed: {first_line(message)}"
        return Finding(FindingKind.DESTINATION, says, Remedy.STOP, evidence_of(error, link))
    says = f"The database refuses a query of the script: {first_line(message)}"
    return Finding(FindingKind.CODE_ERROR, says, Remedy.REPAIR, evidence_of(error, link))


def _is_input(link: ErrorLink | None) -> bool:
    """Whether a driver's error is about the file or the connection, not about a query."""
    return link is not None and link.type.rpartition(".")[2] in (
        "IOException",
        "OperationalError",
        "ConnectionException",
    )


def _link_saying(error: RunError, *words: str) -> ErrorLink | None:
    return next((link for link in reversed(error.chain) if has(link.message, *words)), None)
