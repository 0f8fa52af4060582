"""Blocks as Markdown, in which nothing that came from an API is taken for markup."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from pilot.screen import Block, Code, Diff, Line, Table


def listing(blocks: Sequence[Block]) -> str:
    """Blocks as Markdown."""
    return "\n\n".join(filter(None, map(_markdown, blocks)))


def _markdown(block: Block) -> str:
    if isinstance(block, Line):
        return escaped(block.text)
    if isinstance(block, Table):
        return markdown_table(block)
    if isinstance(block, Diff):
        return fenced("\n".join(diff_lines(block)), "diff")
    if isinstance(block, Code):
        return fenced(block.text, block.language)
    return fenced(block.text, "")


def diff_lines(diff: Diff) -> list[str]:
    """A change as a unified diff."""
    before = (diff.before or "").splitlines()
    old = diff.path if diff.before is not None else "/dev/null"
    return list(difflib.unified_diff(before, diff.after.splitlines(), old, diff.path, lineterm=""))


def markdown_table(block: Table) -> str:
    """A table as Markdown; what a cell holds stays one cell."""
    rows = [block.columns, ("---",) * len(block.columns), *block.rows]
    return "\n".join(
        "| " + " | ".join(escaped(cell).replace("|", "\\|") for cell in row) + " |" for row in rows
    )


def escaped(text: str) -> str:
    """A text that Markdown shows as it is, on one line: it may come from an API."""
    for sign in "\\`*_[]<>#":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def fenced(text: str, language: str) -> str:
    """A listing, in a fence that is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
