"""Recognises what a piece of a script does: whether it prints, loads, or reads a bounded part."""

from __future__ import annotations

import ast
from collections.abc import Iterator

PRINTS = frozenset({"print", "pprint", "pp"})
LOGS = frozenset({"debug", "info", "warning", "error"})
STAGES = frozenset({"extract", "normalize", "load"})
OTHERS_THAT_RUN = frozenset({"asyncio", "anyio", "trio", "subprocess", "uvicorn"})
COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call in a piece of code."""
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def bound_name(alias: ast.alias) -> str:
    return alias.asname or alias.name


def is_load(func: ast.expr) -> bool:
    """`pipeline.run`, `dlt.run`, and the stages of a run one by one."""
    if not isinstance(func, ast.Attribute):
        return False
    root = root_name(func) or ""
    return (func.attr == "run" and root not in OTHERS_THAT_RUN) or (
        func.attr in STAGES and "pipeline" in root
    )


def is_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    texts = {side.value for side in sides if isinstance(side, ast.Constant)}
    return names == {"__name__"} and texts == {"__main__"} and isinstance(node.test.ops[0], ast.Eq)


def prints(node: ast.AST) -> bool:
    """Whether there is something printed or logged in it."""
    return any(is_print(call.func) or is_log(call.func) for call in calls(node))


def is_print(func: ast.expr) -> bool:
    """`print` under any of its names: pprint's, rich's, a console's."""
    name = dotted(func)
    return name.rpartition(".")[2] in PRINTS or name in ("sys.stdout.write", "sys.stdout.flush")


def is_log(func: ast.expr) -> bool:
    """`logger.info` and its like."""
    return isinstance(func, ast.Attribute) and func.attr in LOGS


def reads_limited(node: ast.AST) -> bool:
    """Whether a source is given a limit in it."""
    return any(isinstance(call.func, ast.Attribute) and call.func.attr == "add_limit" for call in calls(node))


def inner_blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a compound statement that may be part of a preview."""
    if not isinstance(statement, COMPOUND):
        return []
    handlers = [handler.body for handler in getattr(statement, "handlers", [])]
    return [statement.body, *(getattr(statement, name, []) for name in ("orelse", "finalbody")), *handlers]


def names_changed(node: ast.AST) -> set[str]:
    """The names whose content changes: by an assignment, or by a method that is called on its own."""
    changed = set()
    for part in ast.walk(node):
        if isinstance(part, ast.comprehension):  # has a scope of its own
            continue
        targets: list[ast.expr] = getattr(part, "targets", None) or [getattr(part, "target", None)]
        called = part.value if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call) else None
        if called and isinstance(called.func, ast.Attribute):
            targets = [called.func]
        changed |= {
            root_name(piece) or "" for target in targets if target for piece in single_targets(target)
        }
    return changed


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def single_targets(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from single_targets(element)
    else:
        yield target


def root_name(node: ast.expr) -> str | None:
    """The name that an expression such as `rows[0].append` hangs on."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def dotted(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
