"""The preview in a script: whether there is one, and the script without it."""

from __future__ import annotations

import ast
import re

from pilot.errors import PilotError, StepFailed
from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.project.cutting import Cut
from pilot.project.preview_part import Preview, find_preview
from pilot.project.source_text import SourceText, replaced

NAMED = re.compile(r"\s*#\W*preview\b", re.IGNORECASE)


def has_preview(text: str) -> bool:
    """Whether the script ends before it loads. Raises PilotError for a text that is no Python."""
    return find_preview(_parsed(text)) is not None


def remove_preview(text: str) -> str:
    """The script without its preview: the read, the print and the exit, and what only they need.

    Everything else stays as it is, character by character; an import at the top that nothing uses any
    more stays too. Comments inside the preview go, and so does one above it that begins with "preview".
    Raises PilotError for a text that is no Python.
    """
    tree = _parsed(text)
    while (preview := find_preview(tree)) is not None:
        cut = Cut(SourceText(text), preview.block, preview.removed)
        text = replaced(text, cut.changes(NAMED))
        expected, tree = _without(tree, preview), _parsed(text)
        if ast.dump(tree) != expected:
            raise PilotError(
                "The preview can't be taken out without touching what is around it.",
                "Remove its exit() by hand, then go on with `pilot resume`.",
            )
    return text


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise StepFailed(_no_python(text, error), "Put it right and try again.") from error


def _no_python(text: str, error: Exception) -> Finding:
    line = (error.lineno if isinstance(error, SyntaxError) else None) or 0
    where = f" (line {line})" if line else ""
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    lines = text.splitlines()
    evidence: dict[str, Json] = {"error": f"SyntaxError: {reason}", "line": line}
    if 0 < line <= len(lines):
        evidence["code"] = lines[line - 1].strip()[:300]
    says = f"The script is not valid Python{where}: {reason}"
    return Finding(FindingKind.SYNTAX_ERROR, says, Remedy.REPAIR, evidence)


def _without(tree: ast.Module, preview: Preview) -> str:
    """The tree that the text must have afterwards, written out."""
    gone = set(map(id, preview.removed))
    left = [statement for statement in preview.block if id(statement) not in gone]
    for node in ast.walk(tree):
        if getattr(node, "body", None) is preview.block and isinstance(
            node, (ast.Module, ast.If, *_FUNCTIONS)
        ):
            node.body = left or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return ast.dump(tree)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
