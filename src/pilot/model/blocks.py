"""The fenced blocks of a reply: where they begin, where they really end, and what file they name."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

_FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)$")
_FILE = r"[\w./\\-]*\w\.(?:py|txt|toml|md|sh|sql|json|ya?ml|cfg|ini|env)"
_NAMED = re.compile(rf"(?:^|[\s:=\"'{{]){_FILE}(?=$|[\s\"'}}:])")
_HEADING = re.compile(rf"^\W*(?:(?:new |the )?file(?:name)?\b\W*)?(?P<name>{_FILE})\W*$", re.I)
_WRAPPERS = ("markdown", "md")
_MOST_ENDS = 40


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    tag: str
    """The language, in lower case without punctuation; "" for none."""
    text: str
    begin: int
    """The line of the opening fence."""
    end: int
    """The line after the closing fence."""
    closed: bool = True
    file: str = ""
    """The file's name (without folders) that the block carries."""


def blocks_of(text: str, parses: Callable[[str], bool]) -> list[Block]:
    """The blocks of a text. A block of Python is extended until it parses: docstrings hold fences too."""
    lines = text.split("\n")
    found: list[Block] = []
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at])
        if opening is None or _tag(opening["info"]) in _WRAPPERS:
            at += 1
            continue
        block = _block(lines, at, opening, parses)
        if block is None:
            at += 1
            continue
        found.append(block)
        at = block.end
    return found


def outside(text: str, blocks: Sequence[Block]) -> list[tuple[int, str]]:
    """The lines that are in no block, with their numbers; fences left out."""
    inside = {number for block in blocks for number in range(block.begin, block.end)}
    lines = enumerate(text.split("\n"))
    return [(number, line) for number, line in lines if number not in inside and not _FENCE.match(line)]


def _block(
    lines: list[str], begin: int, opening: re.Match[str], parses: Callable[[str], bool]
) -> Block | None:
    ends = _ends(lines, begin, opening)
    tag = _tag(opening["info"])
    end = ends[0] if ends else len(lines)
    if is_python(tag) or not tag:
        end = next((e for e in ends if parses(_content(lines, begin, e, opening))), end)
    content = _content(lines, begin, end, opening)
    if not ends and not content.strip():
        return None  # the last fence of a wrapper around everything
    file = _file(lines, begin, opening["info"], content)
    return Block(tag, _without_heading(content), begin, min(end + 1, len(lines)), bool(ends), file)


def is_python(tag: str) -> bool:
    """Whether a block's language is Python."""
    return tag in ("python", "py", "python3", "py3", "pythonscript")


def _ends(lines: list[str], begin: int, opening: re.Match[str]) -> list[int]:
    marks = opening["marks"]
    found: list[int] = []
    for number in range(begin + 1, len(lines)):
        match = _FENCE.match(lines[number])
        if match and match["marks"].startswith(marks) and not match["info"].strip():
            found.append(number)
            if len(found) == _MOST_ENDS:
                break
    return found


def _content(lines: list[str], begin: int, end: int, opening: re.Match[str]) -> str:
    body, indent = lines[begin + 1 : end], opening["indent"]
    if indent and all(not line.strip() or line.startswith(indent) for line in body):
        body = [line[len(indent) :] for line in body]
    return "\n".join(body)


def _tag(info: str) -> str:
    words = re.split(r"[\s:={}]+", info.strip().strip("{}"))
    word = words[0] if words else ""
    if re.fullmatch(_FILE, word):
        return "python" if word.endswith(".py") else PurePath(word).suffix[1:]
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _file(lines: list[str], begin: int, info: str, content: str) -> str:
    """The file that a block is: said in its fence, alone in the line above, or in its first line."""
    before = next((line for line in reversed(lines[:begin]) if line.strip()), "")
    first = next((line for line in content.split("\n") if line.strip()), "")
    named = _NAMED.search(info)
    name = named[0].strip("\"' :={") if named else ""
    for line in (first if first.startswith(("#", "//", "--")) or _HEADING.match(first) else "", before):
        if not name and (heading := _HEADING.match(line)):
            name = heading["name"]
    return PurePath(name.replace("\\", "/")).name


def _without_heading(content: str) -> str:
    """A block without a bare file name in its first line: that would be code."""
    first, newline, rest = content.partition("\n")
    bare = newline and re.fullmatch(rf"\s*{_FILE}:?\s*", first)
    return textwrap.dedent(rest if bare else content)
