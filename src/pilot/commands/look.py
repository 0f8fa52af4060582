"""The commands that look: status, log, show, query, undo, doctor."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeAlias

import msgspec

from pilot.catalogue import Catalogue
from pilot.commands.build import renew_writer, take_up
from pilot.desk import result_blocks
from pilot.finding import Json
from pilot.hosts.choose import open_host
from pilot.hosts.writer import ScreenWriter
from pilot.notebook import cell_blocks, log_blocks
from pilot.options import Options
from pilot.policy import Policy
from pilot.project.secrets import ProjectSecrets
from pilot.redaction import Redactor
from pilot.report import report
from pilot.screen import Block, Line, table
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.workshop import open_workshop

Looks: TypeAlias = Callable[[Session], tuple[Sequence[Block], Json]]
"""What a command shows, and the same as a JSON value."""


def status(options: Options) -> int:
    """Where things stand, and what comes next."""
    return _look(options, lambda session: _status(options, session))


def log(options: Options) -> int:
    """A line per cell."""
    return _look(options, lambda session: (log_blocks(session), _cells(session)))


def show(options: Options, number: int | None) -> int:
    """One cell in full."""

    def looks(session: Session) -> tuple[Sequence[Block], Json]:
        blocks = cell_blocks(session, number)
        wanted = [c for c in session.cells if number in (None, c.id)]
        return blocks, msgspec.to_builtins(wanted[-1])

    return _look(options, looks)


def undo(options: Options, number: int | None) -> int:
    """Take back the last change, or a cell and everything after it."""
    with open_workshop(options, take_up) as shop:
        blocks = shop.desk.undo(number)
        shop.host.show(*blocks)
        if options.json:
            print(msgspec.json.encode({"version": 1, "says": [_text(block) for block in blocks]}).decode())
    return 0


def query(options: Options, words: str) -> int:
    """Run SQL, or a question in words, over the loaded tables."""
    with open_workshop(options, take_up) as shop:
        renew_writer(shop)
        sql, result = shop.desk.ask(words)
        if options.json:
            rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
            document = {
                "version": 1,
                "sql": sql,
                "columns": result.columns,
                "rows": rows,
                "more": result.more,
            }
            print(msgspec.json.encode(document).decode())
        else:
            shop.host.show(*result_blocks(result, sql if sql != words else ""))
    return 0


def _look(options: Options, looks: Looks) -> int:
    """Show something of the session without taking the lock, or changing anything."""
    redactor = Redactor(ProjectSecrets(options.root, (), os.environ).values)
    host = open_host(
        no_input=True, json=options.json, quiet=False, verbose=options.verbose, redact=redactor.text
    )
    if not Store.exists(options.root):
        return _nothing(options, host)
    with closing(Store.open(options.root)) as store:
        session = Session.newest(store, redactor)
        if session is None:
            return _nothing(options, host)
        blocks, document = looks(session)
        if options.json:
            print(msgspec.json.encode(document).decode())
        else:
            host.show(*blocks)
    return 0


def _nothing(options: Options, host: ScreenWriter) -> int:
    if options.json:
        print('{"version":1,"status":"nothing"}')
    else:
        host.show(
            Line("No pipeline was begun in this folder."), Line("Start: pilot init NAME (or: pilot demo)")
        )
    return 0


def _status(options: Options, session: Session) -> tuple[Sequence[Block], Json]:
    policy = Catalogue(options.root, lambda: None).policy(session.policy)
    open_steps = [entry.use for i, entry in enumerate(policy.step) if not _finished(session, policy, i)]
    state = "done" if not open_steps else "open"
    document = report(session, policy, None, state, None)
    facts = session.facts
    rows = [("policy", policy.title), ("writer", _writer(session))]
    if facts.names is not None:
        rows += [("script", facts.names.script), ("data", facts.names.database or facts.names.destination)]
    if facts.goal:
        rows.append(("API", facts.goal))
    if facts.tables:
        rows.append(("tables", ", ".join(f"{t.name} ({t.rows:,})" for t in facts.tables)))
    done = len(policy.step) - len(open_steps)
    rows.append(("steps", f"{done} of {len(policy.step)} finished"))
    following = (
        f"Next: {open_steps[0]} (pilot resume)" if open_steps else 'Next: pilot query "…", pilot refine "…"'
    )
    return (table(("", facts.name or "pipeline"), rows), Line(following)), dict(document)


def _finished(session: Session, policy: Policy, position: int) -> bool:
    cell = session.at(policy.name, position, None)
    return cell is not None and cell.state.finished


def _writer(session: Session) -> str:
    choice = session.facts.writer
    if choice is None:
        return "not set up yet"
    return choice.model or choice.kind


def _cells(session: Session) -> Json:
    return {"version": 1, "cells": [msgspec.to_builtins(cell) for cell in session.cells]}


def _text(block: Block) -> str:
    return block.text if isinstance(block, Line) else ""
