"""Texts that are written down in code, in one piece or put together of pieces that are."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Beginning(NamedTuple):
    """A text as far as it is written down."""

    text: str = ""
    whole: bool = False
    """Nothing comes after it."""


def named_texts(tree: ast.AST) -> Mapping[str, str]:
    """Names that stand for one text wherever they are used."""
    given = [
        (target.id, node.value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    stored = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    counts = Counter([*stored, *(node.arg for node in ast.walk(tree) if isinstance(node, ast.arg))])
    texts: dict[str, str] = {}
    for name, value in given:
        beginning = beginning_of(value, texts)
        if counts[name] == 1 and beginning.whole:
            texts[name] = beginning.text
    return texts


def beginning_of(node: ast.expr, texts: Mapping[str, str]) -> Beginning:
    """How the text of an expression begins."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Beginning(node.value, whole=True)
    if isinstance(node, ast.Name) and node.id in texts:
        return Beginning(texts[node.id], whole=True)
    if isinstance(node, ast.JoinedStr):
        return _joined(node.values, texts)
    if isinstance(node, ast.FormattedValue) and node.format_spec is None:
        return beginning_of(node.value, texts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined((node.left, node.right), texts)
    return _joined(_put_together(node), texts) if _put_together(node) else Beginning()


def _joined(parts: Iterable[ast.expr], texts: Mapping[str, str]) -> Beginning:
    found = ""
    for part in parts:
        beginning = beginning_of(part, texts)
        found += beginning.text
        if not beginning.whole:
            return Beginning(found)
    return Beginning(found, whole=True)


def _put_together(node: ast.expr) -> list[ast.expr]:
    """The pieces of `"".join([…])`."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or not isinstance(node.func, ast.Attribute):
        return []
    by, pieces = node.func.value, node.args[0]
    empty = node.func.attr == "join" and isinstance(by, ast.Constant) and by.value == ""
    return pieces.elts if empty and isinstance(pieces, (ast.List, ast.Tuple)) else []
