"""Python source with the places that its syntax tree names."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class SourceText:
    """A text and its lines as Python counts them: a syntax tree's columns are bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [found.start() for found in LINE.finditer(text) if found.group() or not text]

    def line(self, number: int) -> str:
        """A line by its number, counted from 1, with its ending."""
        return self.text[self.line_start(number) : self.line_end(number)]

    def line_start(self, number: int) -> int:
        """Where a line begins."""
        return self.starts[number - 1] if number <= len(self.starts) else len(self.text)

    def line_end(self, number: int) -> int:
        """Where a line ends, its line ending included."""
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def line_of(self, place: int) -> int:
        """The number of the line that a place is in."""
        return bisect_right(self.starts, place)

    def start(self, node: ast.stmt | ast.expr | ast.keyword) -> int:
        """Where a node begins, its decorators included."""
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        if decorators:
            return self.text.rindex("@", 0, self._place(decorators[0].lineno, decorators[0].col_offset))
        return self._place(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr | ast.keyword) -> int:
        """Where a node ends."""
        return self._place(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _place(self, line: int, column: int) -> int:
        start = self.line_start(line)
        head = self.line(line).encode("utf-8", "surrogatepass")[:column]
        return start + len(head.decode("utf-8", "surrogatepass"))


def replaced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with each (start, end, new) put in; the changes do not overlap."""
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text
