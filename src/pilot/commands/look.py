"""The commands that look: status, log, show, query, undo, doctor."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Protocol, TypeAlias

import msgspec

from pilot.api.show import profile_blocks
from pilot.catalogue import Catalogue
from pilot.commands.build import check_begun, take_up
from pilot.comparison import diff_blocks
from pilot.desk import result_blocks
from pilot.drafting import writer_choice
from pilot.errors import PilotError
from pilot.facts import WriterChoice
from pilot.finding import Json
from pilot.host import Host
from pilot.hosts.text import spelled_out
from pilot.judge.show import summary
from pilot.money import cost_of
from pilot.notebook import cell_blocks, log_blocks
from pilot.options import Options
from pilot.policy import Policy
from pilot.report import report
from pilot.screen import Block, Diff, Line, Table
from pilot.secrecy.redaction import Redactor
from pilot.secrecy.typed import without_keys
from pilot.session.cell import Cell
from pilot.session.lock import holder
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.traffic_blocks import traffic_blocks
from pilot.workshop import Workshop, open_ground, open_to_ask, open_workshop, tell_remark

_NOTHING: tuple[Sequence[Block], Json] = (
    (Line("No pipeline was begun in this folder."), Line("Start: pilot init NAME, or pilot demo")),
    {"version": 1, "status": "nothing"},
)
Looks: TypeAlias = Callable[[Session], tuple[Sequence[Block], Json]]
"""What a command shows, and the same as a JSON value."""


def status(options: Options) -> int:
    """Where things stand, and what comes next."""
    return _look(options, lambda session: _status(options, session))


def log(options: Options) -> int:
    """A line per cell."""
    return _look(options, lambda session: (log_blocks(session), _cells(session)))


def traffic(options: Options, cell: int | None) -> int:
    """A line per request of the script, in one cell or in all."""

    def looks(session: Session) -> tuple[Sequence[Block], Json]:
        if cell is not None and cell not in {known.id for known in session.cells}:
            raise PilotError(f"There is no cell {cell}.", "pilot log shows the cells.")
        exchanges = session.traffic(cell)
        return traffic_blocks(exchanges, cell), {"version": 1, "traffic": msgspec.to_builtins(exchanges)}

    return _look(options, looks)


def show(options: Options, number: int | None) -> int:
    """One cell in full."""

    def looks(session: Session) -> tuple[Sequence[Block], Json]:
        blocks = cell_blocks(session, number)
        wanted = [c for c in session.cells if number in (None, c.id)]
        return blocks, msgspec.to_builtins(wanted[-1])

    return _look(options, looks)


def undo(options: Options, number: int | None, *, rows: bool = False) -> int:
    """Take back the last change, or a cell and everything after it."""
    check_begun(options)
    with open_workshop(replace(options, rows=rows), take_up(options)) as shop:
        blocks = shop.desk.undo(number)
        says: list[Json] = [block.text for block in blocks if isinstance(block, Line)]
        show_or_print(shop, options, blocks, {"version": 1, "says": says})
    return 0


def redo(options: Options) -> int:
    """Take the last undo back."""
    check_begun(options)
    with open_workshop(options, take_up(options)) as shop:
        blocks = shop.desk.redo()
        says: list[Json] = [block.text for block in blocks if isinstance(block, Line)]
        show_or_print(shop, options, blocks, {"version": 1, "says": says})
    return 0


def diff(options: Options, first: int, second: int | None) -> int:
    """What differs in the files between two cells."""

    def looks(session: Session) -> tuple[Sequence[Block], Json]:
        blocks = diff_blocks(session, first, second)
        files = [msgspec.to_builtins(block) for block in blocks if isinstance(block, Diff)]
        return blocks, {"version": 1, "files": files}

    return _look(options, looks)


def profile(options: Options, words: str) -> int:
    """What is known of the API; with words, put it right."""
    if not words:
        return _look(options, _profile)
    check_begun(options)
    with open_workshop(options, take_up(options)) as shop:
        blocks = shop.desk.profile(words)
        show_or_print(shop, options, blocks, msgspec.to_builtins(shop.session.facts.profile))
    return 0


def _profile(session: Session) -> tuple[Sequence[Block], Json]:
    known = session.facts.profile
    if known is None:
        raise PilotError("Nothing was seen of an API yet.", "pilot resume goes on to look at it.")
    return profile_blocks(known), msgspec.to_builtins(known)


def query(options: Options, words: str) -> int:
    """Run SQL, or a question in words, over the loaded tables."""
    check_begun(options)
    with open_to_ask(options, take_up(options)) as shop:
        before = shop.kit.writers.usage
        try:
            sql, result = shop.desk.ask(words, lambda: _writer_for_once(shop))
        except PilotError as error:
            if type(error) is not PilotError:
                raise
            raise PilotError(_first_words(error.message), error.hint) from error
        finally:
            if (used := shop.kit.writers.usage - before).requests:
                shop.engine.note(Cell(0, "query", "Query", input=without_keys(words), usage=used))
        names = _distinct(result.columns)
        rows: list[Json] = [dict(zip(names, row, strict=True)) for row in result.values]
        document: Json = {"version": 1, "sql": sql, "rows": rows, "more": result.more}
        show_or_print(shop, options, result_blocks(result, sql if sql != words else ""), document)
    return 0


def _writer_for_once(shop: Workshop) -> WriterChoice:
    """The writer for one question; the session keeps its own."""
    own = writer_choice(shop.session.facts)
    if shop.options.model is None and own.kind == "model":
        return own
    choice, says = shop.kit.writers.set_up(shop.options.model)
    if choice != own:
        shop.host.show(Line(says))
    return choice


def _first_words(message: str) -> str:
    """A destination's error in one line, without the query that was just typed."""
    return " ".join(re.split(r"\n+(?=LINE \d+:)", message)[0].split())


def _distinct(columns: Sequence[str]) -> list[str]:
    """Names of columns for an object, in which each can stand once."""
    names: list[str] = []
    for column in columns:
        number = sum(name == column or name.startswith(f"{column}_") for name in names)
        names.append(f"{column}_{number + 1}" if column in names else column)
    return names


def _look(options: Options, looks: Looks) -> int:
    """Show something of the session without taking the lock, or changing anything."""
    with open_ground(replace(options, no_input=True)) as ground, ExitStack() as stack:
        session = None
        if Store.exists(options.root):
            store = stack.enter_context(closing(Store.look(options.root)))
            live = holder(options.root) is not None
            session = Session.look(store, ground.redactor, options.session, live=live)
            tell_remark(ground.host, store)
        blocks, document = _NOTHING if session is None else looks(session)
        show_or_print(ground, options, blocks, document)
    return 0


class Place(Protocol):
    """Where a command shows: with a session or without."""

    @property
    def host(self) -> Host:
        """Where the person is."""

    @property
    def redactor(self) -> Redactor:
        """What takes secrets out."""


def show_or_print(place: Place, options: Options, blocks: Sequence[Block], document: Json) -> None:
    """A command's result: a JSON document on stdout where that was asked for, else blocks."""
    if options.json:
        print(spelled_out(msgspec.json.encode(place.redactor.tree(document)).decode()))
    else:
        place.host.show(*blocks)


def _status(options: Options, session: Session) -> tuple[Sequence[Block], Json]:
    catalogue = Catalogue(options.root, _not_trusted)
    policy = catalogue.policy(session.policy)
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
    if facts.verdicts:
        rows.append(("verdict", summary(facts.verdicts)))
    if (usage := session.usage).requests:
        rows.append(("model", f"{usage.requests} requests, {usage.tokens:,} tokens, cost {cost_of(usage)}"))
    done = len(policy.step) - len(open_steps)
    rows.append(("steps", f"{done} of {len(policy.step)} finished"))
    following = 'Next: pilot query "…", pilot refine "…"'
    if open_steps:
        following = f"Next: {_title(catalogue, open_steps[0])} (pilot resume)"
    return (Table(("", facts.name or "pipeline"), tuple(rows), wraps=True), Line(following)), dict(document)


def _not_trusted() -> None:
    raise PilotError("The project's own Python is not run to look at a session.")


def _title(catalogue: Catalogue, step: str) -> str:
    """A step's title; for one of the project's own, which may not be trusted yet, its name in words."""
    try:
        return catalogue.step(step).title
    except PilotError:
        return step.replace("_", " ").capitalize()


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
