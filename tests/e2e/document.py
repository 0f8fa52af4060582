"""The JSON document that `--json` promises, as types: decoding one checks it."""

from __future__ import annotations

from typing import Literal

import msgspec


class PipelineEntry(msgspec.Struct):
    """What was made."""

    name: str
    script: str
    destination: str
    dataset: str


class StepEntry(msgspec.Struct):
    """A step of the policy."""

    name: str
    status: Literal["done", "skipped", "failed", "declined", "pending"]
    seconds: float
    attempts: int


class ColumnEntry(msgspec.Struct):
    """A column of a table."""

    name: str
    type: str


class TableEntry(msgspec.Struct):
    """A loaded table."""

    name: str
    rows: int
    columns: list[ColumnEntry]


class VerdictEntry(msgspec.Struct):
    """How complete a table was proven to be."""

    table: str
    rows: int
    complete: Literal["complete", "incomplete", "not provable"]
    reason: str


class ModelEntry(msgspec.Struct):
    """What was asked of a model."""

    name: str
    requests: int
    input_tokens: int
    output_tokens: int


class FailureEntry(msgspec.Struct):
    """What ended the command."""

    step: str | None
    kind: str
    message: str


class Document(msgspec.Struct):
    """The whole document; later versions only add keys."""

    version: Literal[1]
    status: Literal["done", "failed", "needs_input", "interrupted"]
    policy: str | None
    writer: Literal["builtin", "model"] | None
    pipeline: PipelineEntry | None
    steps: list[StepEntry]
    tables: list[TableEntry]
    verdict: list[VerdictEntry]
    repairs: int
    model: ModelEntry | None
    failure: FailureEntry | None

    def statuses(self) -> dict[str, str]:
        """Steps with how they ended, in order."""
        return {step.name: step.status for step in self.steps}
