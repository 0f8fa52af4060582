"""`pilot doctor --privacy`: what the next request to a model would hold, and what never leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TypeAlias

import msgspec

from pilot.commands.look import show_or_print
from pilot.drafting import brief_of
from pilot.facts import Facts, WriterChoice
from pilot.finding import Finding, Json, Remedy
from pilot.model.rehearsal import Rehearsed
from pilot.names import ProjectNames
from pilot.options import Options
from pilot.screen import Block, Code, Line, Table, table
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.workshop import Ground, open_ground
from pilot.writers.writer import Brief, Writer

Ask: TypeAlias = "Callable[[Writer], object]"
_YOUR_WORDS = "(what you will have typed)"
_NEVER = (
    ("secrets", "the values of {secrets}: masked in each text, and looked for again in the whole request"),
    ("rows", "{rows}"),
    ("files", "secrets.toml and all others: only the script, your words and what the API showed go"),
    ("environment", "none of its variables, but for the model's own key, which goes in a header"),
    ("habits", "pilot reports nothing to anybody, and switches dlt's telemetry off where it runs dlt"),
)


def privacy(options: Options) -> int:
    """Show the next request as it would be sent, and what is kept back."""
    with open_ground(replace(options, no_input=True)) as ground, ExitStack() as stack:
        session = None
        if Store.exists(options.root):
            store = stack.enter_context(closing(Store.look(options.root)))
            session = Session.look(store, ground.redactor, options.session, live=False)
        choice = _choice(ground, session)
        what, ask = _next_request(ground, session)
        request = ground.writers.rehearse(choice, ask)
        document: dict[str, Json] = {
            "version": 1,
            "sends": request is not None,
            "for": what,
            "url": request.url if request else None,
            "body": msgspec.to_builtins(request.body) if request else None,
            "shares_rows": ground.sharing.allowed,
            "hidden": list(ground.project.secrets.values()),
        }
        show_or_print(ground, options, _blocks(ground, what, request), document)
    return 0


def _choice(ground: Ground, session: Session | None) -> WriterChoice:
    known = session.facts.writer if session else None
    return known if known and ground.options.model is None else ground.writers.set_up(ground.options.model)[0]


def _next_request(ground: Ground, session: Session | None) -> tuple[str, Ask]:
    """What would be asked of a writer next, as things stand."""
    facts = session.facts if session else Facts()
    if session is None or facts.names is None:
        names = ProjectNames(facts.name or "pipeline", facts.destination or "duckdb")
        brief = Brief(facts.goal or _YOUR_WORDS, names)
        return "the first script", lambda writer: writer.write(brief)
    brief = brief_of(session, ground)
    if not facts.written:
        brief = replace(brief, goal=brief.goal or _YOUR_WORDS)
        return "the first script", lambda writer: writer.write(brief)
    finding = _failed(session)
    if finding is not None:
        return f"a repair: {finding.says}", lambda writer: writer.repair(brief, finding)
    # a change is checked like a first draft, so it may bring a preview again
    changed = replace(brief, preview_removed=False)
    return "a change that you ask for", lambda writer: writer.refine(changed, _YOUR_WORDS)


def _failed(session: Session) -> Finding | None:
    """What went wrong last, where a writer would be asked to repair it."""
    last = session.cells[-1] if session.cells else None
    finding = last.failure if last else None
    return finding if finding is not None and finding.remedy is Remedy.REPAIR else None


def _blocks(ground: Ground, what: str, request: Rehearsed | None) -> Sequence[Block]:
    never = _never(ground)
    if request is None:
        return (Line("Nothing is sent to any model: the built-in writer is used.", "good"), never)
    body = msgspec.to_builtins(request.body)
    messages = body.pop("messages")
    shown: list[Block] = [Line(f"The next request to a model would be for {what}. It goes to {request.url}:")]
    for message in messages:
        shown += [Line(f"{message['role']}:", "quiet"), Code(message["content"], "markdown")]
    settings = ", ".join(f"{name}: {value}" for name, value in body.items())
    return (*shown, Line(f"With {settings}.", "quiet"), never)


def _never(ground: Ground) -> Table:
    known = ground.project.secrets.values()
    names = ", ".join(sorted(known)) if known else "secrets (none are known yet)"
    rows = "values of records: only names and types of fields go (--share-samples changes that)"
    if ground.sharing.allowed:
        rows = "values of records are shared here: --no-share-samples takes that back"
    told = [(what, text.format(secrets=names, rows=rows)) for what, text in _NEVER]
    return msgspec.structs.replace(table(("what never leaves", ""), told), wraps=True)
