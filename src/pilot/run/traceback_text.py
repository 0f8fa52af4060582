"""Reads an exception from a traceback in text, for runs whose harness left no record."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pilot.run.result import ErrorLink, Frame, RunError

_START = "Traceback (most recent call last):"
_BETWEEN = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
_PLACE = re.compile(r'  File "(?P<file>.+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
_RAISED = re.compile(r"(?P<type>[A-Za-z_][\w.]*(?:<locals>\.[\w.]+)*)(?:: ?(?P<message>.*))?$")
_HTTP = re.compile(r"\b(?P<status>[45]\d\d) (?:Client|Server) Error: .*? for url: (?P<url>[^\s?#]+)")


@dataclass
class _Block:
    """One exception of a printed chain."""

    places: list[tuple[str, int, str, str]] = field(default_factory=list)
    type: str = ""
    message: str = ""


def parse_traceback(stderr: str, root: Path) -> RunError | None:
    """The last exception that was printed with its chain, or None.

    Python prints the root cause first and what was raised from it after it.
    """
    blocks = [block for block in _last_chain(stderr) if block.type]
    if not blocks:
        return None
    blocks.reverse()
    frames: dict[Frame, None] = {}
    for block in blocks:
        for file, line, function, code in block.places:
            own = _own_file(file, root)
            if own:
                frames[Frame(own, line, function, code)] = None
    chain = tuple(ErrorLink(block.type, block.message.strip()) for block in blocks)
    answer = next((found for link in reversed(chain) if (found := _HTTP.search(link.message))), None)
    return RunError(
        chain,
        tuple(frames),
        status=int(answer["status"]) if answer else None,
        url=answer["url"] if answer else None,
        raised_in=_module(blocks[-1], root),
    )


def _module(block: _Block, root: Path) -> str:
    """The module that an exception comes from, by the path of its file; empty for the person's own."""
    path = block.places[-1][0] if block.places else ""
    if not path or _own_file(path, root):
        return ""
    inside = path.replace("\\", "/").rpartition("site-packages/")[2]
    return inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _last_chain(stderr: str) -> list[_Block]:
    """The blocks of the last chain, in the order they were printed."""
    chain: list[_Block] = []
    joined = False
    for line in stderr.splitlines():
        if line in _BETWEEN:
            joined = True
        elif line == _START or (_PLACE.match(line) and (not chain or chain[-1].type)):
            chain = [*chain, _Block()] if joined else [_Block()]  # a SyntaxError has no start line
            joined = False
        if chain:
            _add_line(chain[-1], line)
    return chain


def _add_line(block: _Block, line: str) -> None:
    """One printed line belongs to a frame, names the exception, or goes on with its message."""
    place = _PLACE.match(line)
    if place and not block.type:
        block.places.append((place["file"], int(place["line"]), place["function"] or "<module>", ""))
    elif line.startswith("    ") and not block.type:
        file, number, function, code = block.places[-1] if block.places else ("", 0, "", "")
        if block.places and not code:
            block.places[-1] = (file, number, function, line.strip())
    elif block.type:
        block.message += "" if line in _BETWEEN else "\n" + line
    elif line not in (_START, *_BETWEEN) and (raised := _RAISED.match(line)):
        block.type, block.message = raised["type"], raised["message"] or ""


def _own_file(path: str, root: Path) -> str | None:
    """A path relative to the project, or None for a file that isn't the person's."""
    try:
        inside = (root / path).resolve().relative_to(root.resolve())
    except ValueError:
        return None
    foreign = {"site-packages", ".venv"} & set(inside.parts)
    return None if foreign or not (root / inside).is_file() else inside.as_posix()
