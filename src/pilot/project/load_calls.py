"""Whether a script loads once: what it calls, and how often, as far as its text says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LOADING = ("run", "load")
_REPEATED = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def loads_once(text: str) -> bool:
    """Whether `.run(…)` is called in one place, outside any loop, and so is the function that it is in."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    places = [place for place in _places(tree) if _is_load(place[0])]
    seen: set[str] = set()
    while len(places) == 1:
        _, function, repeated = places[0]
        if repeated or function in seen:
            return False
        if not function:
            return True
        seen.add(function)
        places = [place for place in _places(tree) if _names(place[0], function)]
    return False


def _places(node: ast.AST, function: str = "", repeated: bool = False) -> Iterator[tuple[ast.AST, str, bool]]:
    """Every node with the function that it is in, and whether a loop in there repeats it."""
    for child in ast.iter_child_nodes(node):
        yield child, function, repeated
        if isinstance(child, _FUNCTIONS):
            yield from _places(child, child.name)
        else:
            yield from _places(child, function, repeated or isinstance(child, _REPEATED))


def _is_load(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LOADING


def _names(node: ast.AST, function: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == function
    return isinstance(node, ast.Name) and node.id == function
