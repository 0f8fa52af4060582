"""Which names code reads before it binds them, and which it binds: what a removal must not break."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def live_before(statements: Iterable[ast.stmt], live: set[str]) -> set[str]:
    """The names that are read from here on: `live` are those that are read after the statements."""
    for statement in reversed(list(statements)):
        live = (live - surely_bound(statement)) | names_read(statement)
    return live


def names_read(node: ast.AST) -> set[str]:
    """The names that a piece of code reads without having bound them itself."""
    return set(_read(node, frozenset()))


def names_bound(node: ast.AST) -> set[str]:
    """The names that a piece of code binds in the scope where it stands."""
    return set(_bound(node))


def surely_bound(statement: ast.stmt) -> set[str]:
    """The names that a statement binds whenever it runs."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)):
        return names_bound(statement)
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    return set()


def _read(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Store) and node.id not in bound:
            yield node.id
    elif isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Name) and node.target.id not in bound:
            yield node.target.id
        yield from _children(node, bound)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield from _read(node.iter, bound)
        inner = bound | names_bound(node.target)
        yield from _in_order([node.target, *node.body], inner)
        yield from _in_order(node.orelse, bound)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            yield from _read(item.context_expr, bound)
            bound |= names_bound(item.optional_vars) if item.optional_vars else frozenset()
        yield from _in_order(node.body, bound)
    elif isinstance(node, ast.ExceptHandler):
        yield from _children(node, bound | {node.name} if node.name else bound)
    elif isinstance(node, Scope):
        yield from _read_in_scope(node, bound)
    elif isinstance(node, Comprehension):
        own = {name for generator in node.generators for name in names_bound(generator.target)}
        yield from _children(node, bound | own)
    else:
        yield from _children(node, bound)


def _children(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield from _in_order(value, bound)
        else:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _read(child, bound)


def _in_order(nodes: Iterable[ast.AST], bound: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        yield from _read(node, bound)
        if isinstance(node, ast.stmt):
            bound |= surely_bound(node)


def _read_in_scope(function: Scope, bound: frozenset[str]) -> Iterator[str]:
    given = function.args
    for default in (*given.defaults, *given.kw_defaults):
        if default is not None:
            yield from _read(default, bound)
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    own = {argument.arg for argument in arguments if argument}
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    declared: set[str] = set()
    for node in body:
        own |= names_bound(node)
        for inner in ast.walk(node):
            declared.update(inner.names if isinstance(inner, (ast.Global, ast.Nonlocal)) else ())
    for node in (*body, *getattr(function, "decorator_list", [])):
        # what comes before the function at its place says nothing about when it runs
        yield from _read(node, frozenset(own - declared))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    elif isinstance(node, ast.Lambda):
        return
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, Comprehension):
        yield from (inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        return
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)
