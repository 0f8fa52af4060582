"""A change of a file, complete: what goes, what comes, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pilot.hosts.listing import language_of, listing
from pilot.hosts.paper import folded
from pilot.hosts.text import counted
from pilot.screen import Diff

if TYPE_CHECKING:
    from rich.text import Text

    from pilot.hosts.paper import Paper

_STYLES = {"+": "green", "-": "red", " ": "dim"}
_NARROW = 60
"""Below this many columns line numbers make room for the lines."""
_GAP = "…"
_NO_END = "\\ no line end at the end of the file"


@dataclass(frozen=True)
class _Row:
    """One line of the diff. `number` is its line in the new text; None for what is not in that."""

    sign: str
    text: str
    number: int | None


def diff_lines(diff: Diff, paper: Paper, width: int | None) -> list[Text]:
    """The title and every changed line, long lines folded."""
    before, after = _lines(diff.before or "", diff.after), _lines(diff.after, diff.before)
    rows = _new(after) if diff.before is None else list(_changes(before, after))
    last = max((row.number or 0 for row in rows), default=0)
    digits = 0 if width is not None and width < _NARROW else len(str(last))
    bodies = _bodies(diff, rows, paper)
    lines = folded(_title(diff, rows, paper), width)
    for row, body in zip(rows, bodies, strict=True):
        lines += _set(row, body, digits, paper, width)
    return lines


def _lines(text: str, other: str | None) -> list[str]:
    """The lines of a text. Carriage returns stay, and are seen, only where the change is about them."""
    both = text if not other else text + other
    if both.count("\r\n") == both.count("\n"):
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], f"{lines[-1]}\n"]


def _new(after: list[str]) -> list[_Row]:
    return [_Row("+", line, number) for number, line in enumerate(after, 1)]


def _changes(before: list[str], after: list[str]) -> Iterator[_Row]:
    groups = SequenceMatcher(None, before, after).get_grouped_opcodes(3)
    for position, group in enumerate(groups):
        if position or group[0][1]:
            yield _Row(_GAP, "", None)
        for tag, old, old_end, new, new_end in group:
            if tag == "equal":
                yield from (_Row(" ", after[n], n + 1) for n in range(new, new_end))
                continue
            yield from (_Row("-", line, None) for line in before[old:old_end])
            yield from (_Row("+", after[n], n + 1) for n in range(new, new_end))


def _title(diff: Diff, rows: list[_Row], paper: Paper) -> Text:
    from rich.text import Text

    title = Text(paper.clean(diff.path), style="bold")
    if diff.before is None:
        return title.append(f"  new, {counted(len(rows), 'line')}", "not bold dim")
    for sign, shown in (("+", "+"), ("-", paper.glyph("minus"))):
        count = sum(row.sign == sign for row in rows)
        title.append(f"  {shown}{count}", f"not bold {_STYLES[sign]}")
    return title


def _bodies(diff: Diff, rows: list[_Row], paper: Paper) -> list[Text]:
    """The text of each row: a new file as a coloured listing, a change in the colour of its sign."""
    from rich.text import Text

    if diff.before is None and rows:
        whole = listing("\n".join(row.text.removesuffix("\n") for row in rows), language_of(diff.path), paper)
        if len(whole) == len(rows):
            return whole
    return [Text(paper.clean(row.text.removesuffix("\n")), _STYLES.get(row.sign, "dim")) for row in rows]


def _set(row: _Row, body: Text, digits: int, paper: Paper, width: int | None) -> list[Text]:
    from rich.text import Text

    if row.sign == _GAP:
        return [Text(f"{paper.glyph('gap'):>{digits}}" if digits else paper.glyph("gap"), "dim")]
    shown = paper.glyph("minus") if row.sign == "-" else row.sign
    gutter = (f"{row.number or '':>{digits}} " if digits else "", "dim"), (f"{shown} ", _STYLES[row.sign])
    margin = " " * (len(gutter[0][0]) + 2)
    parts = folded(body, None if width is None else width - len(margin))
    first = Text.assemble(*gutter, parts[0])
    if not parts[0].plain:
        first.rstrip()
    lines = [first, *(Text.assemble(margin, part) for part in parts[1:])]
    if row.text.endswith("\n"):
        lines.append(Text(f"{margin}{_NO_END}", "dim"))
    return lines
