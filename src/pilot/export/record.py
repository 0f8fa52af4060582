"""A session as one JSON document: the audit trail, and what a replay needs. docs/session-json.md tells it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

import msgspec

from pilot import __version__
from pilot.finding import Json
from pilot.session.cell import Cell
from pilot.session.session import WITHHELD, Session

FORMAT = "pilot-session"
VERSION = 1


def record(session: Session, clean: Callable[[Json], Json]) -> dict[str, Json]:
    """Everything that the session holds, with times in UTC. `clean` takes secrets out, once more."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "version": VERSION,
        "pilot": __version__,
        "exported": moment(time.time()),
        "session": {"number": session.number, "policy": session.policy},
        "facts": msgspec.to_builtins(session.facts),
        "cells": [_cell(cell) for cell in session.cells],
        "answers": [_dated(msgspec.to_builtins(answer), "at") for answer in session.answers()],
        "consents": [
            {"cell": cell, "at": moment(at), "act": act, "answer": answer}
            for cell, at, act, answer in session.consents()
        ],
        "model": [_dated(msgspec.to_builtins(exchange), "at") for exchange in session.exchanges()],
        "traffic": [
            {"cell": cell.id, **msgspec.to_builtins(exchange)}
            for cell in session.cells
            for exchange in session.traffic(cell.id)
        ],
        "files": _files(session),
    }
    cleaned = clean(document)
    assert isinstance(cleaned, dict)
    return cleaned


def moment(seconds: float) -> str:
    """Seconds since the epoch as an ISO 8601 time in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")


def _cell(cell: Cell) -> dict[str, Json]:
    return _dated(msgspec.to_builtins(cell), "started")


def _dated(entry: dict[str, Json], field: str) -> dict[str, Json]:
    seconds = entry[field]
    return {**entry, field: moment(float(seconds))} if isinstance(seconds, (int, float)) else entry


def _files(session: Session) -> dict[str, Json]:
    """Each content that a cell found or left, by its hash; what holds a secret is not among them."""
    digests = {digest for cell in session.cells for c in cell.changes for digest in (c.before, c.after)}
    files: dict[str, Json] = {}
    for digest in sorted(d for d in digests if d not in (None, WITHHELD)):
        kept = session.content(digest)
        if digest is not None and kept is not None:
            content, mode = kept
            files[digest] = {"mode": f"{mode:04o}", "text": content.decode("utf-8", "replace")}
    return files
