"""Reads a model's reply: the right whole file, a question, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

from pilot.model.blocks import Block, blocks_of, is_python, outside
from pilot.model.edits import EditMissed, apply, edits_of
from pilot.model.scripts import Flaw, examine, imported_modules, parses
from pilot.model.unwrap import (
    json_of,
    marked_up,
    normalised,
    nothing_in,
    question_in,
    texts_in,
    without_thoughts,
)

_QUESTION = re.compile(r"^\W*question\W*:\W*(?P<text>.*)$", re.I)
_NOTHING = re.compile(r"^\W*nothing(?: (?:is )?to (?:be )?changed?)?\W*:\W*(?P<text>.*)$", re.I | re.M)
_AS_IT_IS = re.compile(
    r"\bno (?:code |further |other )*changes? (?:is|are|was|were) (?:needed|required|necessary)\b"
    r"|\bnothing (?:needs|has|is) to (?:be )?changed?\b|\b(?:doesn't|does not) need (?:any|to be) chang",
    re.I,
)
_NO_QUESTION = ("", "none", "no", "n/a", "-")
_REFUSAL = re.compile(r"\b(?:I(?:'m| am) (?:sorry|unable|not able)|I can(?:'t|not)|as an AI)\b", re.I)
_DIFF_TAGS = ("diff", "patch", "udiff", "searchreplace")
_CODE_BEGIN = re.compile(r'^(?:import |from \w|"""|#!|# -\*-)', re.M)
_EDIT_BEGIN = re.compile(r"^[ \t>]*(?:<{5,}|`{3,}|~{3,}|@@|--- |diff |\*\*\* )", re.M)
_PLAN_LINES = 12
_LONGEST = 1_000
"""Characters of what is told to the person."""


@dataclass(frozen=True)
class CodeReply:
    """A whole file."""

    text: str
    plan: str = ""


@dataclass(frozen=True)
class QuestionReply:
    """The model wants to know something first."""

    question: str


@dataclass(frozen=True)
class NothingReply:
    """The current file is as it was asked for."""

    says: str = ""


@dataclass(frozen=True)
class BadReply:
    """Nothing that can be used; `reason` is worded for the model."""

    reason: str


ReplyRead: TypeAlias = "CodeReply | QuestionReply | NothingReply | BadReply"


def parse_code(text: str, script: str, current: str | None = None, cut: bool = False) -> ReplyRead:
    """Read a reply that should hold the whole file `script`.

    `current` is the file as it is, which edits are applied to. `cut`: the reply's end is missing.
    """
    clean = without_thoughts(normalised(text))
    if clean is None:
        return BadReply("the reply ended while it was still thinking")
    if not clean.strip():
        return BadReply("the reply was empty")
    before = normalised(current) if current is not None else None
    read = _from_json(clean, script, before, cut) or _Reading(clean, script, before, cut).result()
    if isinstance(read, CodeReply):
        return CodeReply(_as_file(read.text, current), read.plan)
    return read


def _as_file(text: str, current: str | None) -> str:
    """A text that ends in one line end, with the line ends of the file that it replaces."""
    text = f"{text.strip(chr(10))}\n"
    return text.replace("\n", "\r\n") if current and "\r\n" in current else text


def _from_json(text: str, script: str, current: str | None, cut: bool) -> ReplyRead | None:
    value = json_of(text)
    if value is None:
        return None
    if question := question_in(value):
        return QuestionReply(question)
    if current is not None and (nothing := nothing_in(value)):
        return NothingReply(nothing)
    texts = [normalised(inner) for inner in texts_in(value)]
    reads = [_Reading(inner, script, current, cut).result() for inner in texts if "dlt" in inner]
    good = next((read for read in reads if isinstance(read, CodeReply)), None)
    if good is None:
        return reads[0] if reads else BadReply("the reply is JSON without a Python file")
    plan = next((inner for inner in texts if inner.strip() != good.text.strip() and "\n" not in inner), "")
    return CodeReply(good.text, good.plan or plan)


class _Reading:
    """One reply being read."""

    def __init__(self, text: str, script: str, current: str | None, cut: bool) -> None:
        self.text = text
        self.script = script
        self.current = current
        self.cut = cut
        self.blocks = _with_leading_block(text, blocks_of(text, parses))

    def result(self) -> ReplyRead:
        question = self._question()
        if any(not block.closed and (is_python(block.tag) or not block.tag) for block in self.blocks):
            return BadReply("the reply was cut off: its code block has no end")
        found = self._whole_file()
        if question and (isinstance(found, Flaw | None) or question[0] < found[0]):
            return QuestionReply(question[1])
        if isinstance(found, tuple):
            return CodeReply(found[1], self._plan(found[0]))
        edited = self._edited()
        if edited is not None:
            return edited
        return self._without_file(found)

    def _whole_file(self) -> tuple[int, str] | Flaw | None:
        """The line and the text of the last block that is the whole file; else the last flaw."""
        good: list[tuple[Block, str]] = []
        flaw: Flaw | None = None
        own = PurePath(self.script).stem
        others = {PurePath(block.file).stem for block in self.blocks if block.file.endswith(".py")} - {own}
        for block in self.blocks:
            if not self._may_be_the_file(block):
                continue
            verdict = examine(block.text, self.current)
            if isinstance(verdict, Flaw):
                flaw = verdict if is_python(block.tag) or "dlt" in block.text else flaw
            elif own not in imported_modules(verdict) and not self._is_current(verdict):
                good.append((block, verdict))
        if not good:
            return flaw
        named = [(block, script) for block, script in good if block.file == self.script]
        block, script = (named or good)[-1]
        if siblings := imported_modules(script) & others:
            return Flaw(f"it needs another file, {min(siblings)}.py; everything belongs into one file")
        return block.begin, script

    def _may_be_the_file(self, block: Block) -> bool:
        return (is_python(block.tag) or not block.tag) and block.file in ("", self.script)

    def _is_current(self, text: str) -> bool:
        """Whether a block only shows the file as it is."""
        return self.current is not None and text.split() == self.current.split()

    def _edited(self) -> CodeReply | BadReply | None:
        diffs = [block for block in self.blocks if block.tag in _DIFF_TAGS]
        bare = (edit for block in diffs for edit in edits_of(block.text, only_diff=True))
        edits = edits_of(self.text) or list(bare)
        if not edits:
            return None
        if self.cut:
            return BadReply("the reply was cut off in the middle of its edits")
        try:
            text = apply(edits, self.current or "", self.script)
        except EditMissed as missed:
            return BadReply(f"{missed}; the whole file is wanted")
        verdict = examine(text, self.current)
        if isinstance(verdict, Flaw):
            return BadReply(f"after its edits the file is wrong: {verdict.says}")
        begin = _EDIT_BEGIN.search(self.text)
        return CodeReply(verdict, self._plan(self.text.count("\n", 0, begin.start()) if begin else 0))

    def _without_file(self, flaw: Flaw | None) -> ReplyRead:
        """No block is the file: perhaps the text is, or asks, or refuses."""
        for inner in (*marked_up(self.text), *self._bare()):
            verdict = examine(normalised(inner).strip("\n"), self.current)
            if isinstance(verdict, str) and not self.cut:
                return CodeReply(verdict)
            if isinstance(verdict, Flaw) and "import dlt" in inner:
                flaw = flaw or verdict
        if self.cut:
            return BadReply("the reply was cut off")
        prose = self._prose()
        if (nothing := self._nothing(prose, flaw)) is not None:
            return nothing
        if flaw is not None:
            return BadReply(flaw.says)
        if shown := next((block for block in self.blocks if self._is_current(block.text)), None):
            return CodeReply(shown.text, self._plan(shown.begin))  # it changes nothing, and says so
        if _REFUSAL.search(prose):
            return BadReply(f"it refuses: {prose[:200]!r}")
        if prose.endswith("?"):
            return QuestionReply(prose[-600:])
        return BadReply("there is no Python block with the whole file in it")

    def _bare(self) -> list[str]:
        """The text as code without fences, or what follows on its introduction."""
        if self.blocks:
            return []
        begin = _CODE_BEGIN.search(self.text)
        return [self.text, self.text[begin.start() :]] if begin else [self.text]

    def _question(self) -> tuple[int, str] | None:
        """The line and the words of a question in the agreed form."""
        lines = outside(self.text, self.blocks)
        for index, (number, line) in enumerate(lines):
            if match := _QUESTION.match(line):
                block_begin = min((b.begin for b in self.blocks if b.begin > number), default=len(self.text))
                more = [after for at, after in lines[index + 1 :] if at < block_begin]
                words = "\n".join([match["text"], *more]).strip().rstrip("*_ ")
                return (number, words[:_LONGEST]) if words.lower().rstrip(".") not in _NO_QUESTION else None
        return None

    def _nothing(self, prose: str, flaw: Flaw | None) -> NothingReply | None:
        """Whether the current file is to stay as it is, in the agreed form or in words like it."""
        if self.current is None:
            return None
        if found := _NOTHING.search(prose):
            return NothingReply(prose[found.start("text") :].strip().rstrip("*_ ")[:_LONGEST])
        return NothingReply(prose[:_LONGEST]) if flaw is None and _AS_IT_IS.search(prose) else None

    def _plan(self, begin: int) -> str:
        """The words before the file."""
        lines = [line.rstrip() for number, line in outside(self.text, self.blocks) if number < begin]
        lines = [
            line for line in lines if line.strip(" *`#:") not in ("", self.script) and line.lstrip()[0] != "<"
        ]
        return "\n".join(lines[:_PLAN_LINES])

    def _prose(self) -> str:
        return "\n".join(line for _, line in outside(self.text, self.blocks)).strip()


def _with_leading_block(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks; where the reply began inside one, whose opening fence the prompt ate, that too."""
    first = blocks[0] if blocks else None
    if first is None or first.closed or first.tag:
        return list(blocks)
    lead = "\n".join(text.split("\n")[: first.begin])
    if isinstance(examine(lead, None), Flaw):
        return list(blocks)
    return [Block("python", lead, 0, first.begin + 1)]
