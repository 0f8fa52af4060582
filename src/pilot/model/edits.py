"""Edits that a reply holds instead of a file: SEARCH/REPLACE blocks, unified diffs, patches.

An edit is applied to the current file only where its old lines are found; a miss is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

_SEARCH = re.compile(r"^\s*<{5,9}(?: ?(?:SEARCH|ORIGINAL|HEAD|OLD|CURRENT).*)?$", re.I)
_DIVIDER = re.compile(r"^\s*={5,9}\s*$")
_REPLACE = re.compile(r"^\s*>{5,9}(?: ?\w.*)?$")
_FILE = re.compile(r"^(?:\+\+\+ (?:b/)?|\*\*\* (?:Update|Add) File: )(?P<path>[^\t\n]+)")
_HUNK = re.compile(r"^@@(?: -(?P<line>\d+))?")
_NOISE = ("--- ", "diff ", "index ", "*** ", "new file", "\\ No newline", "```", "~~~")


@dataclass(frozen=True)
class Edit:
    """Old lines and what comes in their place."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    line: int | None = None
    """Where a diff says that the old lines begin, from 1."""
    file: str = ""


class EditMissed(Exception):
    """An edit does not fit the current file; the message says why."""


def edits_of(text: str, only_diff: bool = False) -> list[Edit]:
    """The edits in a text, in order. `only_diff`: the text is known to be a diff, even without `@@`."""
    lines = text.split("\n")
    return [*_replacements(lines)] or [*_hunks(lines, only_diff)]


def apply(edits: Sequence[Edit], current: str, script: str) -> str:
    """The current file with the edits made. Raises EditMissed."""
    lines = current.split("\n")
    for edit in edits:
        if edit.file and PurePath(edit.file).name != script:
            continue
        at = _place(edit, lines)
        lines[at : at + len(edit.old)] = edit.new
    return "\n".join(lines)


def _place(edit: Edit, lines: list[str]) -> int:
    if not any(line.strip() for line in edit.old):
        if any(line.strip() for line in lines):
            raise EditMissed("an edit names no lines that it replaces")
        return 0
    places = _places(edit.old, lines) or _places(_trimmed(edit.old), _trimmed(lines))
    first = next(line.strip() for line in edit.old if line.strip())
    if not places:
        raise EditMissed(
            f"an edit does not fit the file as it is: {first!r} was not found with the lines around it"
        )
    if len(places) > 1 and edit.line is None:
        raise EditMissed(f"an edit fits the file in {len(places)} places: {first!r}")
    return min(places, key=lambda place: abs(place - (edit.line or 1) + 1))


def _places(old: Sequence[str], lines: Sequence[str]) -> list[int]:
    size = len(old)
    return [at for at in range(len(lines) - size + 1) if list(lines[at : at + size]) == list(old)]


def _trimmed(lines: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in lines]


def _replacements(lines: Sequence[str]) -> Iterator[Edit]:
    old: list[str] | None = None
    new: list[str] | None = None
    for line in lines:
        if old is None and _SEARCH.match(line):
            old, new = [], None
        elif old is not None and new is None and _DIVIDER.match(line):
            new = []
        elif old is not None and new is not None and _REPLACE.match(line):
            yield Edit(tuple(old), tuple(new))
            old, new = None, None
        elif new is not None:
            new.append(line)
        elif old is not None:
            old.append(line)


def _hunks(lines: Sequence[str], only_diff: bool) -> Iterator[Edit]:
    file, start, old, new = "", None, list[str](), list[str]()
    inside = only_diff
    for line in lines:
        named, hunk = _FILE.match(line), _HUNK.match(line)
        if named or hunk or line.startswith(_NOISE) or (inside and line[:1] not in ("", " ", "+", "-")):
            if inside and old != new:
                yield _edit(old, new, start, file)
            old, new, inside = [], [], bool(hunk) or (only_diff and not line.startswith("```"))
            file = named["path"].strip() if named else file
            start = int(hunk["line"]) if hunk and hunk["line"] else None
        elif inside:
            if line[:1] != "+":
                old.append(line[1:])
            if line[:1] != "-":
                new.append(line[1:])
    if inside and old != new:
        yield _edit(old, new, start, file)


def _edit(old: list[str], new: list[str], start: int | None, file: str) -> Edit:
    """One hunk; empty lines at its end are the reply's, not the file's."""
    while old and new and not old[-1] and not new[-1]:
        old, new = old[:-1], new[:-1]
    return Edit(tuple(old), tuple(new), start, file)
