"""Places in a text, and texts with a place changed."""

from __future__ import annotations

import ast
import re

OUR_NOTES = ("paging", "not seen yet", "the API wants a key", "every run", "records that come again")
"""How the comments begin that the writer puts before values: they go when the value changes."""


class Lines:
    """A text by lines and offsets: syntax trees count bytes."""

    def __init__(self, text: str) -> None:
        self._raw = text.encode("utf-8")
        self._starts = [0]
        for line in self._raw.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """The place of a line (from 1) and a column (from 0)."""
        return self._starts[line - 1] + column

    def start(self, node: ast.expr) -> int:
        """Where a node begins."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr) -> int:
        """Where a node ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def column(self, node: ast.expr) -> int:
        """The columns before a node, in characters."""
        return len(self._raw[self._starts[node.lineno - 1] : self.start(node)].decode("utf-8"))

    def indent(self, line: int) -> int:
        """The columns that a line is indented."""
        raw = self._raw[self._starts[line - 1] : self._starts[line]]
        return len(raw) - len(raw.lstrip(b" \t"))

    def replaced(self, start: int, end: int, text: str) -> str:
        """The text with another text in a place."""
        return self._joined(self._raw[:start], text, self._raw[end:])

    def insert_after(self, place: int, text: str) -> str:
        """The text with whole lines after the element that ends at a place, its comma and its comment."""
        match = re.compile(rb"[ \t]*(,?)([^\r\n]*)(\r?\n|$)").match(self._raw, place)
        if match is None or not re.fullmatch(rb"\s*(#.*)?", match[2]):  # the closing bracket is on this line
            return self._joined(self._raw[:place], ",\n" + text, self._raw[place:].lstrip(b",").lstrip())
        return self._joined(self._raw[:place] + b"," + match[2] + match[3], text, self._raw[match.end() :])

    def without(self, start: int, end: int) -> str:
        """The text without the entry between two places: its comma, its line, our comment before it."""
        comma = re.compile(rb"[ \t]*,[ \t]*").match(self._raw, end)
        end = comma.end() if comma else end
        line = self._raw.rfind(b"\n", 0, start) + 1
        rest = re.compile(rb"\r?\n").match(self._raw, end)
        if self._raw[line:start].strip() or rest is None:  # it shares its line with others
            head = self._raw[:start]
            return self._joined(head if comma else re.sub(rb",\s*\Z", b"", head), "", self._raw[end:])
        before = self._raw[:line].decode("utf-8")
        return self._joined(without_note(before).encode("utf-8"), "", self._raw[rest.end() :])

    def _joined(self, before: bytes, text: str, after: bytes) -> str:
        ends = "\r\n" if b"\r\n" in self._raw else "\n"
        return before.decode("utf-8") + text.replace("\n", ends) + after.decode("utf-8")


def split(text: str) -> list[str]:
    """The lines as syntax trees count them; `str.splitlines` knows more kinds of ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def without_note(text: str) -> str:
    """The text without its last line, if that is a comment of ours."""
    lines = split(text)
    last = lines[-1].strip() if lines else ""
    ours = last.startswith("# ") and last[2:].startswith(OUR_NOTES)
    return "".join(lines[:-1]) if ours else text
