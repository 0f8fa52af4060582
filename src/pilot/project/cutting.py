"""Takes statements out of a block of source text and leaves every other character alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from pilot.project.source_text import SourceText

Change = tuple[int, int, str]
REST_OF_LINE = re.compile(r"[ \t\f;]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")


class Cut:
    """The removal of some statements of one block, where the block may be left with none."""

    def __init__(self, source: SourceText, block: Sequence[ast.stmt], removed: Sequence[ast.stmt]) -> None:
        self._source = source
        self._block = block
        self._gone = frozenset(map(id, removed))
        self._empties = len(self._gone) == len(block) and bool(self._indent(block[0]))

    def changes(self, comment_above: re.Pattern[str]) -> Iterator[Change]:
        """The changes to the text. Comments between removed statements go with them.

        So does a comment right above them, from a line on that matches `comment_above`.
        """
        filler = "pass" if self._empties else ""
        lines: list[ast.stmt] = []
        for chain in (*_chains(self._source, self._block), []):
            if chain and all(id(part) in self._gone for part in chain) and self._is_alone(chain):
                lines += chain
                continue
            if lines:
                yield self._lines(lines, filler, comment_above)
                filler, lines = "", []
            yield from self._pieces(chain)

    def _pieces(self, chain: Sequence[ast.stmt]) -> Iterator[Change]:
        """Removals within a line of several statements, or behind a colon."""
        start, end = self._source.start, self._source.end
        kept = [part for part in chain if id(part) not in self._gone]
        if chain and not kept:
            yield start(chain[0]), end(chain[-1]), "pass"
            return
        for number, part in enumerate(chain):
            if id(part) in self._gone:
                following = [other for other in chain[number + 1 :] if id(other) not in self._gone]
                if following:
                    yield start(part), start(chain[number + 1]), ""
                else:
                    yield end(chain[number - 1]), end(part), ""

    def _lines(self, removed: Sequence[ast.stmt], filler: str, comment_above: re.Pattern[str]) -> Change:
        """The removal of whole lines, from the first to the last of these statements."""
        source = self._source
        first = source.line_of(source.start(removed[0]))
        last = source.line_of(source.end(removed[-1]))
        for number in range(first - 1, 0, -1):
            if not source.line(number).lstrip().startswith("#"):
                break
            if comment_above.match(source.line(number)):
                first = number
        is_last = removed[-1] is self._block[-1]
        if not is_last and (removed[0] is self._block[0] or not source.line(first - 1).strip()):
            while last < len(source.starts) and not source.line(last + 1).strip():
                last += 1
        start, end = source.line_start(first), source.line_end(last)
        ending = re.search(r"[\r\n]*\Z", source.line(last))
        text = self._indent(removed[0]) + filler + (ending.group() if ending else "") if filler else ""
        return start, end, text

    def _is_alone(self, chain: Sequence[ast.stmt]) -> bool:
        """Whether there is nothing else on the lines of these statements."""
        start = self._source.start(chain[0])
        before = self._source.text[self._source.line_start(self._source.line_of(start)) : start]
        rest = REST_OF_LINE.match(self._source.text, self._source.end(chain[-1]))
        return not before.strip() and rest is not None

    def _indent(self, statement: ast.stmt) -> str:
        """What stands before a statement on its line."""
        start = self._source.start(statement)
        return self._source.text[self._source.line_start(self._source.line_of(start)) : start]


def _chains(source: SourceText, block: Collection[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Statements that share a line, joined by semicolons."""
    chain: list[ast.stmt] = []
    for statement in block:
        if chain and source.line_of(source.start(statement)) != source.line_of(source.end(chain[-1])):
            yield chain
            chain = []
        chain.append(statement)
    yield chain
