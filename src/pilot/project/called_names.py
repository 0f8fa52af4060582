"""What is called in code, by its full name."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def imported_names(tree: ast.AST) -> dict[str, str]:
    """The full names of what is imported, by the name that it has here."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return found


def called_name(node: ast.expr, names: dict[str, str]) -> str:
    """The full dotted name of what is called; calls in between are passed over."""
    parts: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            if module := _asked_for(node, ("__import__", "import_module"), 0):
                return ".".join([module, *reversed(parts)])
            attribute = _asked_for(node, ("getattr",), 1)
            parts += [attribute] if attribute else []
            node = node.args[0] if attribute else node.func
        else:
            return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def _asked_for(call: ast.Call, functions: Sequence[str], at: int) -> str:
    """The name that one of these functions is given, where it is written down: `getattr(os, "system")`."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = call.args[at] if called in functions and len(call.args) > at else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
