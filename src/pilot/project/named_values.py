"""What the names in a script stand for, as far as its text says: constants, defaults, texts made of them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

_DEEPEST = 5


def named_values(tree: ast.AST) -> dict[str, ast.expr]:
    """The value of each name that gets only one."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.arguments):
            named = [*node.posonlyargs, *node.args]
            for argument, default in zip(reversed(named), reversed(node.defaults), strict=False):
                found.setdefault(argument.arg, []).append(default)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def value_of(node: ast.expr | None, values: Mapping[str, ast.expr]) -> ast.expr | None:
    """What an expression is, names followed."""
    for _ in range(_DEEPEST):
        if not isinstance(node, ast.Name):
            break
        node = values.get(node.id)
    return node


def text_of(node: ast.expr | None, values: Mapping[str, ast.expr], depth: int = 0) -> str | None:
    """The text that an expression is; None where the script does not say."""
    node = value_of(node, values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and depth < _DEEPEST:
        inner = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        texts = [text_of(part, values, depth + 1) for part in inner]
        return None if None in texts else "".join(text or "" for text in texts)
    return None
