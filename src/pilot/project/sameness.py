"""Whether two texts of a script do the same, and where they differ."""

from __future__ import annotations

import ast
import difflib
import hashlib
import warnings

_MOST_LINES, _LONGEST_LINE = 16, 160


def fingerprint(script: str) -> str:
    """A hash of what a script does; equal for texts that differ in comments, docstrings or layout alone."""
    return hashlib.sha256(_meaning(script).encode("utf-8", "surrogatepass")).hexdigest()


def changed_lines(before: str, after: str) -> str:
    """The lines that differ, those that went and those that came, bounded."""
    lines = [
        line[:_LONGEST_LINE].rstrip()
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@")) and line[1:].strip()
    ]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES:] = [f"({len(lines) - _MOST_LINES} lines more)"]
    return "\n".join(lines)


def _meaning(script: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _lines(script)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [statement for statement in node.body if not _is_remark(statement)]
    return ast.dump(tree)


def _is_remark(statement: ast.stmt) -> bool:
    """A text that stands by itself: a docstring, or a comment in disguise."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _lines(script: str) -> str:
    """What is no Python has no other meaning than its lines."""
    lines = (line.rstrip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))
