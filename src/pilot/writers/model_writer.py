"""The writer with a model behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pilot.finding import Finding
from pilot.model.budget import MARGIN, Part, estimate_tokens
from pilot.model.client import Answer, ModelClient
from pilot.model.faults import ModelFailed, TooLong
from pilot.model.reply import BadReply, NothingReply, QuestionReply, parse_code
from pilot.model.request import Message
from pilot.model.sql import parse_sql
from pilot.warehouse.tables import TableInfo
from pilot.writers.requests import (
    PromptSource,
    brief_parts,
    finding_parts,
    request_text,
    table_parts,
    trial_parts,
)
from pilot.writers.row_values import RowValues
from pilot.writers.writer import Brief, Draft, Inquiry, Reply, SqlAttempt, SqlDraft, Unchanged, Usage

_Read = TypeVar("_Read")
_SYSTEM = "system"
_MOST_ASKED = 2
_SHORTEST_SCRIPT = 800
_SHORTEST_QUERY = 256
"""Tokens: an answer with less room would be cut off, for nothing."""


class _Unusable(Exception):
    """An answer can't be used; the message says why."""


class ModelWriter:
    """Asks a model: each request stands alone on the same system message, without history."""

    def __init__(
        self,
        client: ModelClient,
        prompts: PromptSource,
        watch: Callable[[str], None] | None = None,
        *,
        shares: bool = False,
    ) -> None:
        self._client = client
        self._prompts = prompts
        self._watch = watch
        self._shares = shares

    @property
    def usage(self) -> Usage:
        """Everything asked of this model so far."""
        return self._client.usage

    def write(self, brief: Brief) -> Reply:
        """A first script for the goal."""
        return _whole(self._code("write_code", brief, []), brief)

    def repair(self, brief: Brief, finding: Finding) -> Reply:
        """The script in the brief, changed so that the finding goes away."""
        return _whole(self._code("repair_code", brief, self._told(brief, finding)), brief)

    def refine(self, brief: Brief, request: str) -> Reply:
        """The script in the brief, changed as the person asks."""
        return self._code("refine_code", brief, [Part("request", " ".join(request.split()))])

    def query(
        self, tables: Sequence[TableInfo], request: str | None = None, failed: Sequence[SqlAttempt] = ()
    ) -> SqlDraft:
        """One query worth asking of these tables, or the one that answers the request."""
        parts = table_parts(tables, request, self._failed(tables, request, failed))
        return self._read("query_tables", parts, _query_in, _SHORTEST_QUERY)

    def _told(self, brief: Brief, finding: Finding) -> list[Part]:
        """What a run came to; without row values where they are not shared."""
        if self._shares:
            return [*finding_parts(finding), *trial_parts(brief)]
        written = [*(part.text for part in brief_parts(brief)), *(tried.change for tried in brief.tried)]
        private = RowValues([self._prompts(_SYSTEM), *written])
        told = replace(brief, traffic=tuple(map(private.exchange, brief.traffic)))
        return [*finding_parts(private.finding(finding)), *map(private.part, trial_parts(told))]

    def _failed(
        self, tables: Sequence[TableInfo], request: str | None, failed: Sequence[SqlAttempt]
    ) -> list[SqlAttempt]:
        """Queries that failed; what the database quoted of its rows is masked where it is not shared."""
        if self._shares:
            return list(failed)
        names = [name for table in tables for name in (table.qualified, *(c.name for c in table.columns))]
        private = RowValues([request or "", *names, *(attempt.sql for attempt in failed)])
        return [replace(attempt, error=private.error(attempt.error)) for attempt in failed]

    def _code(self, prompt: str, brief: Brief, more: Sequence[Part]) -> Reply:
        def reply_in(answer: Answer) -> Reply:
            read = parse_code(answer.text, brief.names.script, brief.script, answer.cut)
            if isinstance(read, BadReply):
                raise _Unusable(read.reason)
            if isinstance(read, NothingReply):
                return Unchanged(read.says)
            return Inquiry(read.question) if isinstance(read, QuestionReply) else Draft(read.text, read.plan)

        wanted = max(_SHORTEST_SCRIPT, estimate_tokens(brief.script or ""))
        parts = brief_parts(brief)
        if not self._shares:
            private = RowValues(part.text for part in parts if part.name != "profile")
            parts = [replace(p, text=private.profile(p.text)) if p.name == "profile" else p for p in parts]
        return self._read(prompt, [*more, *parts], reply_in, wanted)

    def _read(
        self, prompt: str, parts: Sequence[Part], parse: Callable[[Answer], _Read], wanted: int
    ) -> _Read:
        """Ask; once more, with the reason, when the answer can't be used."""
        objection = reason = ""
        for _ in range(_MOST_ASKED):
            try:
                return parse(self._ask(prompt, parts, objection, wanted))
            except _Unusable as unusable:
                reason = str(unusable)
                objection = f"Your last answer could not be used: {reason}. Answer again, in full.\n"
        raise ModelFailed(
            f"The model's answer could not be used, twice: {reason}.",
            "Say more about what you want, or try another model: --model NAME",
        )

    def _ask(self, prompt: str, parts: Sequence[Part], objection: str, wanted: int) -> Answer:
        """One answer; once more with less, when the model's window turns out to be smaller."""
        try:
            return self._client.ask(self._messages(prompt, parts, objection), self._watch, wanted)
        except TooLong as failure:
            window = self._client.limits.window
            said = failure.window or window
            self._client.narrow(said if said < window else window // 2)
        return self._client.ask(self._messages(prompt, parts, objection), self._watch, wanted)

    def _messages(self, prompt: str, parts: Sequence[Part], objection: str) -> list[Message]:
        """The prefix, the same in every request so that endpoints cache it, and what is asked."""
        system = self._prompts(_SYSTEM)
        limits = self._client.limits
        room = round((limits.window - limits.reply) / MARGIN) - estimate_tokens(system + objection)
        text = request_text(self._prompts(prompt), prompt, parts, room)
        if text is None:
            says = f"The request does not fit into the model's window of {limits.window} tokens."
            raise ModelFailed(says, "Try a model with a larger window (--model NAME), or set `window` right.")
        return [Message("system", system), Message("user", text + objection)]


def _whole(reply: Reply, brief: Brief) -> Reply:
    """A reply where no file may be left as it is: it counts as a draft of the same file."""
    return Draft(brief.script or "", reply.says) if isinstance(reply, Unchanged) else reply


def _query_in(answer: Answer) -> SqlDraft:
    read = parse_sql(answer.text, answer.cut)
    if isinstance(read, BadReply):
        raise _Unusable(read.reason)
    return SqlDraft(read.sql, read.says)
