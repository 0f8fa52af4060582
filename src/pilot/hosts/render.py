"""Blocks as lines of text for a terminal or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilot.hosts.diff import diff_lines
from pilot.hosts.listing import listing
from pilot.hosts.paper import MEASURE, folded, indented, prose
from pilot.hosts.table import TONES, table_lines
from pilot.screen import Block, Code, Diff, Line, Output, Table

if TYPE_CHECKING:
    from rich.text import Text

    from pilot.hosts.paper import Paper

MARGIN = 2
"""Blocks stand this far in: the columns before them belong to the marks."""
_MARKS = {"warn": "warn", "bad": "failed"}


def render(block: Block, paper: Paper, margin: int = MARGIN) -> list[Text]:
    """A block as lines that fit the paper."""
    if isinstance(block, Line):
        return _line(block, paper, margin)
    width = None if paper.width is None else paper.width - margin
    if isinstance(block, Diff):
        lines = diff_lines(block, paper, width)
    elif isinstance(block, Table):
        lines = table_lines(block, paper, width)
    elif isinstance(block, Code):
        lines = [part for line in listing(block.text, block.language, paper) for part in folded(line, width)]
    else:
        lines = _output(block, paper, width)
    return indented(lines, margin)


def stands_apart(block: Block) -> bool:
    """Whether a block wants an empty line before and after it."""
    return not isinstance(block, Line)


def _line(line: Line, paper: Paper, margin: int) -> list[Text]:
    """Prose; a mark in the margin tells of trouble where colours can't."""
    from rich.text import Text

    style = TONES.get(line.tone, "")
    width = None if paper.width is None else min(paper.width, MEASURE) - margin
    lines = indented(prose(paper.clean(line.text), style, width, paper), margin)
    mark = _MARKS.get(line.tone)
    if mark and margin >= 2:
        first = lines[0]
        lines[0] = Text.assemble(first[: margin - 2], (f"{paper.glyph(mark)} ", style), first[margin:])
    return lines


def _output(output: Output, paper: Paper, width: int | None) -> list[Text]:
    """What a program printed, with a bar at its left so that it is not taken for pilot's own words."""
    from rich.text import Text

    lines = prose(paper.clean(output.title), "bold", width, paper) if output.title else []
    inner = None if width is None else width - 2
    for line in paper.clean_output(output.text).strip("\n").split("\n"):
        for part in folded(Text(line.rstrip(), style="dim"), inner):
            lines.append(Text.assemble((f"{paper.glyph('bar')} ", "dim"), part))
    return lines
